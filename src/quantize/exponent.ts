/** Most values that an error is measured on; more are thinned out evenly. */
const MEASURED = 1 << 16;
/** How many exponents below the first that saturates nothing are tried. */
const DEPTH = 4;

/** Real values by index. */
export interface Values {
  readonly length: number;
  readonly at: (i: number) => number;
  /** The largest magnitude. */
  readonly largest: number;
}

/** Integers of real values at scale 2^exponent: nearest, halves up, saturated to int8. */
export function int8At(exponent: number): (value: number) => number {
  const inverse = 2 ** -exponent;
  // + 0: integers have no negative zero
  return (value) => Math.max(-128, Math.min(127, Math.round(value * inverse))) + 0;
}

/** The smallest exponent at which `largest` still fits int8. */
export const fittingExponent = (largest: number): number =>
  largest === 0 ? 0 : Math.ceil(Math.log2(largest / 127));

/** Values to measure errors on, and the largest magnitude of all. */
interface Sample {
  readonly values: Float64Array;
  readonly largest: number;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

function sampleOf(lists: readonly Values[]): Sample {
  const total = lists.reduce((n, v) => n + v.length, 0);
  const steps = lists.map((v) => {
    // Coprime to the length, which every extent divides: a step of 7 through rows of 7 would see one column alone.
    let step = Math.max(1, Math.floor(total / MEASURED));
    while (gcd(v.length, step) !== 1) step++;
    return step;
  });
  const values = new Float64Array(lists.reduce((n, v, k) => n + Math.ceil(v.length / steps[k]!), 0));
  let largest = 0;
  let to = 0;
  lists.forEach((v, k) => {
    largest = Math.max(largest, v.largest);
    for (let i = 0; i < v.length; i += steps[k]!) values[to++] = v.at(i);
  });
  return { values, largest };
}

/** Sum of squared differences between values and their int8 images at scale 2^exponent (any real one). */
function squaredError(values: Float64Array, exponent: number): number {
  const [scale, inverse] = [2 ** exponent, 2 ** -exponent];
  let error = 0;
  // By index: before the engine has compiled it, each turn of an iterator makes an object.
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    // Halves up, as Math.round, whose branch processors cannot foresee: three times as long.
    const nearest = Math.floor(v * inverse + 0.5);
    const integer = nearest < -128 ? -128 : nearest > 127 ? 127 : nearest;
    error += (integer * scale - v) ** 2;
  }
  return error;
}

/** The candidate with the least error. They come coarse first: once saturation has doubled the error, finer ones are worse. */
function least(candidates: readonly number[], sample: Sample): number {
  let best = { exponent: candidates[0]!, error: Infinity };
  for (const exponent of candidates) {
    const error = squaredError(sample.values, exponent);
    if (error < best.error) best = { exponent, error };
    if (error > 2 * best.error) break;
  }
  return best.exponent;
}

/**
 * The exponent whose int8 grid is nearest to `values` in the mean square: a finer grid against saturation of the largest.
 * Several tensors that must share a scale are given together.
 */
export function bestExponent(values: readonly Values[]): number {
  const sample = sampleOf(values);
  const first = fittingExponent(sample.largest);
  return least(
    Array.from({ length: DEPTH }, (_, i) => first - i),
    sample,
  );
}

/** Steps an octave in the search for the best real scale. */
const STEPS = 4;

/** log2 of the real scale whose int8 grid is nearest to `values` in the mean square. */
export function bestRealExponent(values: readonly Values[]): number {
  const sample = sampleOf(values);
  if (sample.largest === 0) return 0;
  const first = Math.log2(sample.largest / 127);
  return least(
    Array.from({ length: DEPTH * STEPS }, (_, i) => first - i / STEPS),
    sample,
  );
}

/** Exponents worth trying for weights: the one that fits, and one that cuts the largest. */
export function weightExponents(weights: ArrayLike<number>): number[] {
  let largest = 0;
  for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
  const first = fittingExponent(largest);
  return [first, first - 1];
}
