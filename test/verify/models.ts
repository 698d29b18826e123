import { random, randomInts } from '../../src/base/random.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import type { Model } from '../../src/ir/expr.js';

const values = (layer: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int32') =>
  randomInts(random('planted faults', layer), shape, -limit, limit, dtype);

/**
 * A conv of 8 to 40 channels and a depthwise conv of 40, on 20x20: rows of 20 in a pitch of 32, biases beyond one byte, shifts
 * under which few outputs saturate.
 */
export function convAndDepthwise(): Model {
  const m = new ModelBuilder('conv-and-depthwise');
  const x = m.input('input', [1, 8, 20, 20], 'int8');
  const y = m.conv2d(
    x,
    'conv1',
    values('conv1.weights', [40, 8, 3, 3], 127, 'int8'),
    values('conv1.bias', [40], 20_000, 'int32'),
    { shift: 10 },
  );
  const w = values('dw2.weights', [40, 1, 3, 3], 127, 'int8');
  const b = values('dw2.bias', [40], 5_000, 'int32');
  return m.build(m.conv2d(y, 'dw2', w, b, { shift: 8, groups: 40 }));
}
