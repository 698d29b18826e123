import { type DType, integerRange } from '../base/dtype.js';
import { type Random, random } from '../base/random.js';
import { type Shape, type Tensor, tensor } from '../base/tensor.js';

/** An input of a network: what `modelInputs` gives. */
export interface InputType {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Values of a network's inputs by name, and how they were made. */
export interface Candidate {
  readonly how: string;
  readonly inputs: ReadonlyMap<string, Tensor>;
}

/** Element values of one tensor, by its position: channel, row, column. */
type Pattern = (channel: number, row: number, column: number) => number;
type Range = readonly [low: number, high: number];

/** A way to fill a tensor; `rng` decides what is left open. */
interface Family {
  readonly how: string;
  readonly pattern: (rng: Random, range: Range, channels: number) => Pattern;
}

/** The values that a dtype's inputs take: wider integers hold int8's, floats -1 to 1. */
export function inputRange(dtype: DType): Range {
  if (dtype === 'float32') return [-1, 1];
  return integerRange(dtype === 'uint8' || dtype === 'bool' ? dtype : 'int8');
}

const either = (rng: Random, a: number, b: number): number => (rng.int(0, 1) === 0 ? a : b);

/** Values of all sizes: 1 in `outOf` elements is drawn from the whole range, the others are 0. */
const sparse = (outOf: number): Family => ({
  how: `1 in ${outOf} elements drawn from the whole range, the others 0`,
  pattern:
    (rng, [low, high]) =>
    () =>
      rng.int(1, outOf) === 1 ? rng.uniform(low, high) : 0,
});

/** Noise over a part of the range: small values keep layers out of saturation. */
const noise = (share: number): Family => ({
  how: share === 1 ? 'noise over the whole range' : `noise over 1/${1 / share} of the range`,
  pattern:
    (rng, [low, high]) =>
    () =>
      share * rng.uniform(low, high),
});

const FAMILIES: readonly Family[] = [
  noise(1),
  noise(1 / 2),
  noise(1 / 4),
  noise(1 / 16),
  {
    how: 'every element at an end of the range',
    pattern:
      (rng, [low, high]) =>
      () =>
        either(rng, low, high),
  },
  {
    how: 'single pixels at an end of the range, the others 0',
    pattern:
      (rng, [low, high]) =>
      () =>
        rng.int(1, 64) === 1 ? either(rng, low, high) : 0,
  },
  sparse(4),
  sparse(16),
  {
    how: 'a value for each channel, with a little noise',
    pattern: (rng, [low, high], channels) => {
      const levels = Array.from({ length: channels }, () => rng.uniform(low, high));
      return (channel) => levels[channel]! + 0.1 * rng.uniform(low, high);
    },
  },
  {
    how: 'one channel at the ends of the range, the others noise over 1/16 of it',
    pattern: (rng, [low, high], channels) => {
      const loud = rng.int(0, channels - 1);
      return (channel) => (channel === loud ? either(rng, low, high) : rng.uniform(low, high) / 16);
    },
  },
  {
    how: 'a chequerboard of the ends of the range',
    pattern:
      (_, [low, high]) =>
      (channel, row, column) =>
        (channel + row + column) % 2 === 0 ? low : high,
  },
  {
    how: 'stripes of the ends of the range, of a width for each channel',
    pattern: (rng, [low, high], channels) => {
      const widths = Array.from({ length: channels }, () => rng.int(1, 8));
      const across = either(rng, 0, 1);
      return (channel, row, column) =>
        Math.floor((across === 1 ? row : column) / widths[channel]!) % 2 === 0 ? low : high;
    },
  },
  {
    how: 'ramps across rows and columns',
    pattern: (rng, [low, high], channels) => {
      const steps = Array.from({ length: channels }, () => [rng.int(-9, 9), rng.int(-9, 9)] as const);
      const span = high - low;
      return (channel, row, column) => {
        const [y, x] = steps[channel]!;
        const at = (((y * row + x * column) * span) / 64) % span;
        return low + (at < 0 ? at + span : at);
      };
    },
  },
];

/** Number of ways to make an input from nothing. */
export const FAMILY_COUNT = FAMILIES.length;

function filled({ shape, dtype }: InputType, family: Family, rng: Random): Tensor {
  const out = tensor(shape, dtype);
  const [low, high] = inputRange(dtype);
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length > 2 ? (shape.at(-2) ?? 1) : 1;
  // A vector has channels of one element each: families by channel vary from element to element there.
  const [planeRows, planeColumns] = shape.length > 2 ? [rows, columns] : [1, 1];
  const plane = planeRows * planeColumns;
  const pattern = family.pattern(rng, [low, high], Math.max(1, out.data.length / plane));
  for (let i = 0; i < out.data.length; i++) {
    const within = i % plane;
    const v = pattern(Math.floor(i / plane), Math.floor(within / planeColumns), within % planeColumns);
    const limited = Math.min(high, Math.max(low, v));
    out.data[i] = dtype === 'float32' ? limited : Math.round(limited);
  }
  return out;
}

/** Input number `number` of those that are made from nothing: family after family, each time with other numbers. */
export function freshInput(types: readonly InputType[], seed: string, number: number): Candidate {
  const family = FAMILIES[number % FAMILIES.length]!;
  const inputs = types.map(
    (type) => [type.name, filled(type, family, random(seed, 'stimulus', type.name, number))] as const,
  );
  return { how: family.how, inputs: new Map(inputs) };
}

/** How the best input so far is changed. */
const CHANGES: readonly {
  readonly how: string;
  readonly change: (rng: Random, range: Range, best: Tensor, other: Tensor) => (i: number) => number;
}[] = [
  {
    how: 'a stretch of it from another input',
    change: (rng, _, best, other) => {
      const from = rng.int(0, best.data.length - 1);
      const to = rng.int(from, best.data.length - 1);
      return (i) => (i >= from && i <= to ? other.data[i]! : best.data[i]!);
    },
  },
  {
    how: 'every other element at random from another input',
    change: (rng, _, best, other) => (i) => (rng.int(0, 1) === 0 ? best.data[i]! : other.data[i]!),
  },
  {
    how: 'smaller values',
    change: (rng, _, best) => {
      const factor = rng.uniform(0.25, 0.9);
      return (i) => factor * best.data[i]!;
    },
  },
  {
    how: 'larger values',
    change: (rng, _, best) => {
      const factor = rng.uniform(1.1, 3);
      return (i) => factor * best.data[i]!;
    },
  },
  {
    how: 'other single pixels',
    change:
      (rng, [low, high], best) =>
      (i) =>
        rng.int(1, 32) === 1 ? rng.uniform(low, high) : best.data[i]!,
  },
  { how: 'the sign turned', change: (_, __, best) => (i) => -best.data[i]! },
];

/** The best input so far with a change that the seed and `number` decide. */
export function changedInput(
  best: Candidate,
  types: readonly InputType[],
  seed: string,
  number: number,
): Candidate {
  const rng = random(seed, 'stimulus', 'change', number);
  const { how, change } = CHANGES[rng.int(0, CHANGES.length - 1)]!;
  const other = freshInput(types, seed, FAMILIES.length + rng.int(0, 2 ** 16));
  const inputs = types.map((type) => {
    const [low, high] = inputRange(type.dtype);
    const out = tensor(type.shape, type.dtype);
    const value = change(rng, [low, high], best.inputs.get(type.name)!, other.inputs.get(type.name)!);
    for (let i = 0; i < out.data.length; i++) {
      const v = Math.min(high, Math.max(low, value(i)));
      out.data[i] = type.dtype === 'float32' ? v : Math.round(v);
    }
    return [type.name, out] as const;
  });
  return { how: `${best.how}; ${how}`, inputs: new Map(inputs) };
}
