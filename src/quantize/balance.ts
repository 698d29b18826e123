import type { Expr } from '../ir/expr.js';
import { type Batch, channelsOf } from './batch.js';
import { MOST } from './equalize.js';
import { findPairs, type Pair, weightPlaces } from './pairs.js';
import type { LayerUnit, Units } from './units.js';

/** Sweeps over all pairs, and over the channels of one. */
const SWEEPS = 3;
const CHANNEL_SWEEPS = 6;
/** Factors that a channel's own is tried with. */
const STEPS = [2, 1 / 2, 2 ** 0.25, 2 ** -0.25];

/** What counts of one pair, a channel: all in the float network's unit. */
interface Figures {
  /** Largest weight that makes the channel, and the sum of squares of what those weights are multiplied with. */
  readonly made: Float64Array;
  readonly madeNoise: Float64Array;
  /** Largest value of the channel, and the mean of its squares. */
  readonly largest: Float64Array;
  readonly square: Float64Array;
  /** Largest weight that reads the channel, the sum of squares of those weights, and how many there are. */
  readonly read: Float64Array;
  readonly readSquare: Float64Array;
  readonly readers: Float64Array;
}

/**
 * Channel factors that balance three sources of noise at the output of the second layer of each pair: the rounding of the weights that make
 * a channel, of the channel's values, and of the weights that read it. One scale serves each of the three tensors, so a
 * channel that is scaled up has less of the first two and more of the third, and may widen a scale for all others. Found by descent, a
 * channel at a time; all within 1/16 to 16.
 */
export function balancingFactors(
  body: Expr,
  units: Units,
  values: (e: Expr) => Batch | undefined,
): Map<Expr, Float64Array> {
  const pairs = findPairs(body, units).filter(
    ({ first, second }) => values(first.data) !== undefined && values(second.data) !== undefined,
  );
  const factors = new Map<Expr, Float64Array>(
    pairs.map((p) => [p.first.root, new Float64Array(p.first.weights.value.shape[0]!).fill(1)]),
  );
  const before = new Map(pairs.map((p) => [p.second, p] as const));
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const pair of pairs)
      descend(figuresOf(pair, before, factors, values), factors.get(pair.first.root)!);
  return factors;
}

/** Mean square and largest magnitude of each channel of a tensor's values. */
function moments(batch: Batch): { square: Float64Array; largest: Float64Array } {
  const { channels, inner } = channelsOf(batch.shape);
  const [square, largest] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < batch.data.length; ) {
    const c = (i / inner) % channels;
    let [sum, most] = [square[c]!, largest[c]!];
    for (let k = 0; k < inner; k++, i++) {
      const v = Math.abs(batch.data[i]!);
      sum += v * v;
      if (v > most) most = v;
    }
    square[c] = sum;
    largest[c] = most;
  }
  const count = batch.data.length / channels;
  return { square: square.map((v) => v / count), largest };
}

function figuresOf(
  { first, second, repeat }: Pair,
  before: ReadonlyMap<LayerUnit, Pair>,
  factors: ReadonlyMap<Expr, Float64Array>,
  values: (e: Expr) => Batch | undefined,
): Figures {
  const channels = factors.get(first.root)!.length;
  const zeros = () => new Float64Array(channels);
  const [made, madeNoise, read, readSquare, readers, square, largest] = Array.from({ length: 7 }, zeros) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const into = before.get(first);
  const inputFactors = into === undefined ? undefined : factors.get(into.first.root);
  const inputs = moments(values(first.data)!);
  const placeFirst = weightPlaces(first);
  first.weights.value.data.forEach((w, i) => {
    const { out, input } = placeFirst(i);
    const f = inputFactors?.[Math.floor(input / into!.repeat)] ?? 1;
    made[out] = Math.max(made[out]!, Math.abs(w) / f);
    madeNoise[out]! += inputs.square[input]! * f * f;
  });
  const own = moments(values(second.data)!);
  own.square.forEach((v, i) => {
    square[Math.floor(i / repeat)]! += v / repeat;
    largest[Math.floor(i / repeat)] = Math.max(largest[Math.floor(i / repeat)]!, own.largest[i]!);
  });
  const outputFactors = factors.get(second.root);
  const placeSecond = weightPlaces(second);
  second.weights.value.data.forEach((w, i) => {
    const { out, input } = placeSecond(i);
    const [c, f] = [Math.floor(input / repeat), outputFactors?.[out] ?? 1];
    read[c] = Math.max(read[c]!, Math.abs(w) * f);
    readSquare[c]! += w * w;
    readers[c]! += 1 / (f * f);
  });
  return { made, madeNoise, read, readSquare, readers, square, largest };
}

/** The noise at the second layer's output, up to a constant. */
function noiseOf(g: Figures, f: Float64Array): number {
  let [weights, act, next] = [0, 0, 0];
  for (let c = 0; c < f.length; c++) {
    weights = Math.max(weights, g.made[c]! * f[c]!);
    act = Math.max(act, g.largest[c]! * f[c]!);
    next = Math.max(next, g.read[c]! / f[c]!);
  }
  let noise = 0;
  for (let c = 0; c < f.length; c++) {
    const before = weights * weights * g.madeNoise[c]! + act * act;
    noise += (g.readSquare[c]! * before) / (f[c]! * f[c]!);
    noise += next * next * g.readers[c]! * g.square[c]! * f[c]! * f[c]!;
  }
  return noise;
}

function descend(figures: Figures, factors: Float64Array): void {
  let best = noiseOf(figures, factors);
  for (let sweep = 0; sweep < CHANNEL_SWEEPS; sweep++)
    for (let c = 0; c < factors.length; c++)
      for (const step of STEPS) {
        const was = factors[c]!;
        const tried = was * step;
        if (tried > MOST || tried < 1 / MOST) continue;
        factors[c] = tried;
        const noise = noiseOf(figures, factors);
        if (noise < best) best = noise;
        else factors[c] = was;
      }
}
