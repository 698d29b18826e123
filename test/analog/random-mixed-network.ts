import fc from 'fast-check';
import { random, randomInts } from '../../src/base/random.js';
import { maximum, relu } from '../../src/builder/host-operators.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { add, clip } from '../../src/builder/operators.js';
import { tuple } from '../../src/ir/build.js';
import { type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { addAnalog } from './random-analog-layer.js';

/** A network of layers of both cores, sums, and host operators that do not care about layout. */
export interface MixedSpec {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly steps: readonly MixedStep[];
  readonly seed: number;
}

interface MixedStep {
  readonly kind: 'conv' | 'analog' | 'depthwise' | 'sum' | 'relu' | 'clip' | 'maximum' | 'add';
  /** Which values are its operands, counted from the newest. */
  readonly on: number;
  readonly other: number;
  readonly outputs: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
}

/** Channels around the lines of 16 and the blocks of 64. */
const CHANNELS = [1, 3, 4, 8, 12, 16, 17, 20, 32, 48, 50, 64, 68, 80, 112, 128] as const;

const mixedStep: fc.Arbitrary<MixedStep> = fc.record({
  kind: fc.constantFrom(
    'conv' as const,
    'conv' as const,
    'analog' as const,
    'analog' as const,
    'analog' as const,
    'sum' as const,
    'sum' as const,
    'depthwise' as const,
    'relu' as const,
    'clip' as const,
    'maximum' as const,
    'add' as const,
  ),
  on: fc.nat(3),
  other: fc.nat(5),
  outputs: fc.constantFrom(...CHANNELS),
  kernel: fc.constantFrom(1 as const, 3 as const),
  stride: fc.constantFrom(1 as const, 1 as const, 1 as const, 2 as const),
});

export const mixedSpec: fc.Arbitrary<MixedSpec> = fc.record({
  channels: fc.constantFrom(...CHANNELS),
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 36 }),
  steps: fc.array(mixedStep, { minLength: 2, maxLength: 8, size: 'max' }),
  seed: fc.nat(1_000_000),
});

const shapeOf = (e: Expr): string => String(tensorTypeOf(e).shape);

/** Channels such that a tensor has a multiple of 4 elements, which a core wants. */
const fourfold = (channels: number, positions: number): number => {
  let n = channels;
  while ((n * positions) % 4 !== 0) n++;
  return n;
};

const positionsOf = (e: Expr, stride: number): number =>
  tensorTypeOf(e)
    .shape.slice(2)
    .reduce((n, d) => n * (Math.floor((d - 1) / stride) + 1), 1);

/** The network of a spec; its results are what nothing reads. */
export function mixedModel({ channels, height, width, steps, seed }: MixedSpec): Model {
  const m = new ModelBuilder('random-mixed');
  const draw = (what: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int32') =>
    randomInts(random(seed, what), shape, -limit, limit, dtype);
  const values: Expr[] = [m.input('x', [1, fourfold(channels, height * width), height, width], 'int8')];
  steps.forEach((s, i) => {
    const x = values.at(-1 - (s.on % values.length))!;
    const c = tensorTypeOf(x).shape[1]!;
    const alike = values.filter((v) => shapeOf(v) === shapeOf(x));
    const other = alike[s.other % alike.length]!;
    const name = `layer${i}`;
    const outputs = fourfold(s.outputs, positionsOf(x, s.stride));
    const strides = [s.stride, s.stride] as const;
    const conv = (k: number, inputs: number, groups: number): Expr =>
      m.conv2d(
        x,
        name,
        draw(`${name}.w`, [k, inputs, s.kernel, s.kernel], 90, 'int8'),
        draw(`${name}.b`, [k], 900, 'int32'),
        {
          shift: 5 + Math.round(Math.log2(inputs * s.kernel ** 2) / 2),
          groups,
          strides,
          relu: s.other % 2 === 0,
        },
      );
    const made = (): Expr => {
      switch (s.kind) {
        case 'conv':
          return conv(outputs, c, 1);
        case 'depthwise':
          return conv(c, 1, c);
        case 'analog':
          return addAnalog(m, x, name, {
            outputs,
            kernel: [s.kernel, s.kernel],
            stride: s.stride,
            gain: 6,
            shift: 3,
            relu: s.other % 3 === 0,
            seed,
          });
        case 'sum':
          return m.add(x, other, name, { shift: 1 });
        case 'relu':
          return relu(x);
        case 'clip':
          return clip(x, -60, 70);
        case 'maximum':
          return maximum(x, other);
        case 'add':
          return add(x, other);
      }
    };
    values.push(made());
  });
  const used = new Set(values.flatMap((v) => postOrder(v).filter((e) => e !== v)));
  const results = values.filter((v) => !used.has(v));
  return m.build(results.length === 1 ? results[0]! : tuple(results));
}
