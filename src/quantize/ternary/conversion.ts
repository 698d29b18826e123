import { ADC_MAX, ADC_MIN } from '../../../sim/isa/analog/geometry.js';

/** Sums of ternary products and what they should become, [sample][channel][position]. */
export interface Observed {
  readonly sums: Float32Array;
  /** The int8 network's value before it is rounded down and limited to int8. */
  readonly wanted: Float32Array;
  readonly channels: number;
  readonly positions: number;
  readonly relu: boolean;
}

/** Gain, batch norm and shift behind the array. */
export interface Conversion {
  readonly gain: number;
  readonly factors: Int16Array;
  readonly addends: Int16Array;
  readonly shift: number;
}

/** What the converter's levels should be on the root mean square: gains for each are tried. */
const LEVELS = [5, 7, 10, 13, 17, 22] as const;
/** Values of a channel that a fit looks at. */
const MOST_VALUES = 4096;
/**
 * Beyond int8, and below 0 under a ReLU, it does not matter how far: what is wanted is cut off so far outside. A little spares the line values that
 * do not count where many lie far outside; more lets it follow them where they lie on it. Fits for each are tried.
 */
const MARGINS = [12, 40, 140] as const;
const MOST_SHIFT = 14;
const INT16_MAX = 2 ** 15 - 1;

const levelOf = (sum: number, gain: number): number =>
  Math.min(ADC_MAX, Math.max(ADC_MIN, Math.floor(Math.fround(sum / gain))));

const limited = (v: number, relu: boolean): number => Math.min(127, Math.max(relu ? 0 : -128, v));

/** What a layer makes of a sum, as the analog core and the reference compute it. */
export const convert = (sum: number, k: number, c: Conversion, relu: boolean): number =>
  limited((levelOf(sum, c.gain) * c.factors[k]! + c.addends[k]!) >> c.shift, relu);

/** Calls `use` with some of a channel's values, at even distances. */
function eachOf(o: Observed, k: number, use: (i: number) => void): void {
  const samples = o.sums.length / (o.channels * o.positions);
  const all = samples * o.positions;
  const step = Math.max(1, Math.floor(all / MOST_VALUES));
  for (let n = 0; n < all; n += step) {
    const sample = Math.floor(n / o.positions);
    use((sample * o.channels + k) * o.positions + (n % o.positions));
  }
}

/** The line through a channel's levels that comes nearest to what is wanted, cut off `margin` outside: slope and offset. */
function fitOf(
  o: Observed,
  k: number,
  gain: number,
  margin: number,
): readonly [slope: number, offset: number] {
  const [low, high] = [(o.relu ? 0 : -128) - margin, 127 + margin];
  let [n, x, y, xx, xy] = [0, 0, 0, 0, 0];
  eachOf(o, k, (i) => {
    const level = levelOf(o.sums[i]!, gain);
    const want = Math.min(high, Math.max(low, o.wanted[i]!));
    n++;
    x += level;
    y += want;
    xx += level * level;
    xy += level * want;
  });
  const spread = xx - (x * x) / n;
  const slope = spread > 0 ? (xy - (x * y) / n) / spread : 0;
  return [slope, (y - slope * x) / n];
}

/** The lines as int16 numbers with as many bits behind the point as all of them leave room for. */
function rounded(gain: number, lines: readonly (readonly [number, number])[]): Conversion {
  for (let shift = MOST_SHIFT; ; shift--) {
    const factors = lines.map(([slope]) => Math.round(slope * 2 ** shift));
    const addends = lines.map(([, offset]) => Math.round(offset * 2 ** shift));
    const fits = factors.every((f, k) => Math.abs(f) * -ADC_MIN + Math.abs(addends[k]!) <= INT16_MAX);
    if (fits || shift === 0)
      return { gain, factors: Int16Array.from(factors), addends: Int16Array.from(addends), shift };
  }
}

function squaredError(o: Observed, c: Conversion): number {
  let error = 0;
  for (let k = 0; k < o.channels; k++)
    eachOf(o, k, (i) => {
      error += (convert(o.sums[i]!, k, c, o.relu) - limited(Math.floor(o.wanted[i]!), o.relu)) ** 2;
    });
  return error;
}

/**
 * The gain and batch norm whose outputs come nearest to what is wanted: for each of several gains and margins the best line a channel (least
 * squares over the samples), then those with the least squared error of the int8 outputs.
 */
export function conversionOf(o: Observed): Conversion {
  const rms = Math.sqrt(o.sums.reduce((n, s) => n + s * s, 0) / o.sums.length);
  let best: { readonly conversion: Conversion; readonly error: number } | undefined;
  for (const level of LEVELS) {
    const gain = Math.fround(Math.max(1e-3, rms / level));
    for (const margin of MARGINS) {
      const lines = Array.from({ length: o.channels }, (_, k) => fitOf(o, k, gain, margin));
      const conversion = rounded(gain, lines);
      const error = squaredError(o, conversion);
      if (best === undefined || error < best.error) best = { conversion, error };
    }
  }
  return best!.conversion;
}

/** Signal to noise of a layer's int8 outputs, in dB. */
export function conversionSqnr(o: Observed, c: Conversion): number {
  let [signal, noise] = [0, 0];
  for (let k = 0; k < o.channels; k++)
    eachOf(o, k, (i) => {
      const want = limited(Math.floor(o.wanted[i]!), o.relu);
      signal += want ** 2;
      noise += (want - convert(o.sums[i]!, k, c, o.relu)) ** 2;
    });
  return 10 * Math.log10(signal / noise);
}
