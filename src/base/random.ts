import { Arc4 } from './arc4.js';
import type { DType, TypedArray } from './dtype.js';
import { type Shape, type Tensor, tensor } from './tensor.js';

/** What starts a sequence of random numbers. 1 and '1' start the same one. */
export type Seed = number | string;

/** A stream of random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** An integer from `low` to `high`, both included; `high - low` is below 2^32. */
  readonly int: (low: number, high: number) => number;
  /** A number from `low` on and below `high`. */
  readonly uniform: (low: number, high: number) => number;
  /** Fills an array with numbers from 0 on and below 1: what as many calls of `uniform(0, 1)` give, sooner. */
  readonly fill: (into: Float64Array) => void;
}

/**
 * The stream of `parts`, joined by '/': a model gives each of its parameters a stream of its own ("7", "resnet8",
 * "conv1.weights"), so that a new layer does not change the values of the others.
 *
 * @example
 * const rng = random('seed', 'weights');
 */
export function random(...parts: readonly Seed[]): Random {
  const generator = new Arc4(parts.join('/'));
  // 32 bits are enough for every dtype drawn here.
  const fill = (into: Float64Array): void => {
    generator.fill(into);
    for (let i = 0; i < into.length; i++) into[i]! /= 2 ** 32;
  };
  const one = new Float64Array(1);
  const fraction = () => {
    fill(one);
    return one[0]!;
  };
  return {
    int: (low, high) => low + Math.floor(fraction() * (high - low + 1)),
    uniform: (low, high) => low + fraction() * (high - low),
    fill,
  };
}

/** Numbers drawn at once: large weights need no array of float64 beside them. */
const DRAWN = 1024;

/** Fills an array with random numbers, a piece at a time; `scale` makes of each piece, numbers from 0 on and below 1, what is wanted. */
function drawInto(data: TypedArray, rng: Random, scale: (values: Float64Array) => void): void {
  const drawn = new Float64Array(Math.min(DRAWN, data.length));
  for (let start = 0; start < data.length; start += DRAWN) {
    const values = drawn.subarray(0, data.length - start);
    rng.fill(values);
    scale(values);
    data.set(values, start);
  }
}

/**
 * A tensor of integers drawn evenly from `low` to `high`, both included.
 *
 * @example
 * const weights = randomInts(random(0, 'w'), [16, 3, 3, 3], -128, 127, 'int8');
 */
export function randomInts(rng: Random, shape: Shape, low: number, high: number, dtype: DType): Tensor {
  const out = tensor(shape, dtype);
  drawInto(out.data, rng, (values) => {
    for (let i = 0; i < values.length; i++) values[i] = low + Math.floor(values[i]! * (high - low + 1));
  });
  return out;
}

/**
 * A tensor of numbers drawn evenly from `low` on and below `high`, then converted to `dtype` as C converts: an integer
 * dtype drops the fraction, so that -10..10 gives -9..9 with zero twice as often (numpy's `uniform(...).astype(int8)`).
 *
 * @example
 * const x = randomUniform(random(0, 'x'), [1, 10], -1, 1, 'float32');
 */
export function randomUniform(rng: Random, shape: Shape, low: number, high: number, dtype: DType): Tensor {
  const out = tensor(shape, dtype);
  const whole = dtype !== 'float32';
  drawInto(out.data, rng, (values) => {
    for (let i = 0; i < values.length; i++) {
      const v = low + values[i]! * (high - low);
      values[i] = whole ? Math.trunc(v) : v;
    }
  });
  return out;
}
