import fc from 'fast-check';
import { random, randomInts } from '../../src/base/random.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import type { Expr, Model } from '../../src/ir/expr.js';
import { tensorTypeOf } from '../../src/ir/expr.js';

/** A layer for the analog core. */
export interface AnalogSpec {
  readonly inputs: number;
  readonly outputs: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly gain: number;
  readonly shift: number;
  readonly relu: boolean;
  readonly seed: number;
}

const extent = (size: number, stride: number): number => Math.floor((size - 1) / stride) + 1;

/** Layers within the limits of the array, element counts multiples of 4. */
export const analogSpec: fc.Arbitrary<AnalogSpec> = fc
  .record({
    inputs: fc.integer({ min: 1, max: 80 }),
    outputs: fc.integer({ min: 1, max: 70 }),
    height: fc.integer({ min: 1, max: 14 }),
    width: fc.integer({ min: 1, max: 14 }),
    kernel: fc.tuple(fc.constantFrom(1, 3, 5, 7), fc.constantFrom(1, 3, 5, 7)),
    stride: fc.constantFrom(1 as const, 2 as const),
    gain: fc.constantFrom(1, 2, 4.5, 16, 3.3, -7),
    shift: fc.integer({ min: 0, max: 5 }),
    relu: fc.boolean(),
    seed: fc.nat(1_000_000),
  })
  .map((l) => {
    const up = (n: number, per: number): number => {
      let c = n;
      while ((c * per) % 4 !== 0) c++;
      return c;
    };
    const taps = l.kernel[0] * l.kernel[1];
    const most = Math.max(4, Math.floor(1152 / taps) & ~3);
    return {
      ...l,
      inputs: Math.min(most, up(l.inputs, l.height * l.width)),
      outputs: up(l.outputs, extent(l.height, l.stride) * extent(l.width, l.stride)),
    };
  });

/** Adds an analog layer with random ternary weights to a model. */
export function addAnalog(
  m: ModelBuilder,
  x: Expr,
  name: string,
  l: Omit<AnalogSpec, 'inputs' | 'height' | 'width'>,
): Expr {
  const draw = (what: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int16') =>
    randomInts(random(l.seed, name, what), shape, -limit, limit, dtype);
  const channels = tensorTypeOf(x).shape[1]!;
  return m.analogConv2d(
    x,
    name,
    {
      weights: draw('w', [l.outputs, channels, ...l.kernel], 1, 'int8'),
      factor: draw('f', [l.outputs], 40, 'int16'),
      offset: draw('o', [l.outputs], 60, 'int16'),
    },
    { gain: l.gain, shift: l.shift, relu: l.relu, strides: [l.stride, l.stride] },
  );
}

/** The layer alone as a model. */
export function analogModel(l: AnalogSpec): Model {
  const m = new ModelBuilder('random-analog');
  const x = m.input('x', [1, l.inputs, l.height, l.width], 'int8');
  return m.build(addAnalog(m, x, 'conv', l));
}
