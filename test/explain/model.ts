import { random, randomInts } from '../../src/base/random.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import * as op from '../../src/builder/operators.js';
import type { Model } from '../../src/ir/expr.js';

const values = (layer: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int32') =>
  randomInts(random('explain', layer), shape, -limit, limit, dtype);

/** Every kind of layer of the core in small: convs of stride 1 and 2, a depthwise one, a sum, a dense layer; rows of 20 in a pitch of 32. */
export function everyLayer(): Model {
  const m = new ModelBuilder('every-layer');
  const x = m.input('input', [1, 8, 20, 20], 'int8');
  const conv = (
    data: typeof x | ReturnType<typeof m.conv2d>,
    layer: string,
    shape: number[],
    options: object,
  ) =>
    m.conv2d(
      data,
      layer,
      values(`${layer}.w`, shape, 127, 'int8'),
      values(`${layer}.b`, [shape[0]!], 20_000, 'int32'),
      options,
    );
  const a = conv(x, 'conv1', [40, 8, 3, 3], { shift: 10, relu: true });
  const b = conv(a, 'dw2', [40, 1, 3, 3], { shift: 8, groups: 40 });
  const sum = m.add(a, b, 'add', { shift: 1 });
  const c = conv(sum, 'conv3', [16, 40, 3, 3], { shift: 10, strides: [2, 2] });
  const flat = op.reshape(op.maxPool2d(c, { poolSize: 10, strides: 10 }), [1, 16]);
  return m.build(
    m.dense(flat, 'fc', values('fc.w', [32, 16], 127, 'int8'), values('fc.b', [32], 5_000, 'int32'), {
      shift: 6,
    }),
  );
}
