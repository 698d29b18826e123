import fc from 'fast-check';
import { random, randomInts } from '../../src/base/random.js';
import type { Tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import type { Model } from '../../src/ir/expr.js';

/** A layer that the core may take, small enough to run in milliseconds. */
export interface RandomLayer {
  readonly kind: 'conv' | 'depthwise' | 'dense' | 'sum';
  readonly inputs: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly relu: boolean;
  readonly seed: number;
}

const side = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(5, 7, 25, 49, 33, 64));
const kernelSide = fc.constantFrom(1, 3, 5, 7);

export const randomLayer: fc.Arbitrary<RandomLayer> = fc
  .record({
    kind: fc.constantFrom('conv', 'conv', 'conv', 'depthwise', 'dense', 'sum') as fc.Arbitrary<
      RandomLayer['kind']
    >,
    inputs: fc.integer({ min: 1, max: 40 }),
    outputs: fc.integer({ min: 1, max: 50 }),
    height: side,
    width: side,
    kernel: fc.tuple(kernelSide, kernelSide),
    stride: fc.constantFrom(1 as const, 2 as const),
    relu: fc.boolean(),
    seed: fc.nat(1_000_000),
  })
  .map(evenOut);

const extent = (size: number, stride: number): number => Math.floor((size - 1) / stride) + 1;

/** Rounds channels up until the element counts are multiples of 4, as the core asks for. */
function evenOut(l: RandomLayer): RandomLayer {
  const spatial = l.kind === 'dense' ? 1 : l.height * l.width;
  const out =
    l.kind === 'conv' || l.kind === 'depthwise'
      ? extent(l.height, l.stride) * extent(l.width, l.stride)
      : spatial;
  const up = (channels: number, per: number) => {
    let c = channels;
    while ((c * per) % 4 !== 0) c++;
    return c;
  };
  const inputs = up(up(l.inputs, spatial), l.kind === 'depthwise' ? out : 4 * spatial);
  return {
    ...l,
    inputs: l.kind === 'depthwise' ? Math.ceil(inputs / 4) * 4 : inputs,
    outputs: up(l.outputs, out),
  };
}

/** The shift that brings sums of `taps` products of full-range int8 and weights of `spread` to a deviation of about 40. */
const shiftFor = (taps: number, spread: number): number =>
  Math.max(0, Math.round(Math.log2((Math.sqrt(taps) * 64 * spread) / Math.sqrt(3) / 40)));

/** The layer as a model. Values stay inside int8: biases reach a quarter of the output range. */
export function buildRandomLayer(l: RandomLayer): Model {
  const m = new ModelBuilder(`random-${l.kind}`);
  const draw = (
    what: string,
    shape: readonly number[],
    limit: number,
    dtype: 'int8' | 'int32' = 'int8',
  ): Tensor => randomInts(random(l.seed, what), shape, -limit, limit, dtype);
  if (l.kind === 'dense') {
    const x = m.input('x', [1, l.inputs], 'int8');
    const shift = shiftFor(l.inputs, 100);
    const options = { shift, relu: l.relu };
    return m.build(
      m.dense(
        x,
        'fc',
        draw('w', [l.outputs, l.inputs], 100),
        draw('b', [l.outputs], 2 ** (shift + 5), 'int32'),
        options,
      ),
    );
  }
  const x = m.input('x', [1, l.inputs, l.height, l.width], 'int8');
  if (l.kind === 'sum')
    return m.build(m.add(x, m.input('y', [1, l.inputs, l.height, l.width], 'int8'), 'sum', { shift: 1 }));
  const depthwise = l.kind === 'depthwise';
  const k = depthwise ? l.inputs : l.outputs;
  const perOutput = depthwise ? 1 : l.inputs;
  const shift = shiftFor(perOutput * l.kernel[0] * l.kernel[1], 100);
  const weights = draw('w', [k, perOutput, ...l.kernel], 100);
  const bias = draw('b', [k], 2 ** (shift + 5), 'int32');
  const strides = [l.stride, l.stride];
  const groups = depthwise ? l.inputs : 1;
  return m.build(m.conv2d(x, 'conv', weights, bias, { shift, relu: l.relu, strides, groups }));
}
