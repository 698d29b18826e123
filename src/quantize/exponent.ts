/** Most values that an error is measured on; more are thinned out evenly. */
const MEASURED = 1 << 17;
/** How many exponents below the first that saturates nothing are tried. */
const DEPTH = 4;

/** Integer of a real value at scale 2^exponent: nearest, halves up, saturated to int8. */
export const toInt8 = (value: number, exponent: number): number =>
  // + 0: integers have no negative zero
  Math.max(-128, Math.min(127, Math.round(value * 2 ** -exponent))) + 0;

/** The smallest exponent at which `largest` still fits int8. */
export const fittingExponent = (largest: number): number =>
  largest === 0 ? 0 : Math.ceil(Math.log2(largest / 127));

/** Sum of squared differences between values and their int8 images at scale 2^exponent (any real one), scaled up to all values. */
function squaredError(values: readonly ArrayLike<number>[], exponent: number): number {
  const total = values.reduce((n, v) => n + v.length, 0);
  const step = Math.max(1, Math.floor(total / MEASURED));
  const scale = 2 ** exponent;
  let error = 0;
  for (const v of values)
    for (let i = 0; i < v.length; i += step) error += (toInt8(v[i]!, exponent) * scale - v[i]!) ** 2;
  return error * step;
}

function largestOf(values: readonly ArrayLike<number>[]): number {
  let largest = 0;
  for (const v of values) for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]!));
  return largest;
}

/**
 * The exponent whose int8 grid is nearest to `values` in the mean square: a finer grid against saturation of the largest.
 * Several tensors that must share a scale are given together.
 */
export function bestExponent(values: readonly ArrayLike<number>[]): number {
  const first = fittingExponent(largestOf(values));
  const candidates = Array.from({ length: DEPTH }, (_, i) => first - i);
  const errors = candidates.map((e) => squaredError(values, e));
  return candidates[errors.indexOf(Math.min(...errors))]!;
}

/** Steps an octave in the search for the best real scale. */
const STEPS = 4;

/** log2 of the real scale whose int8 grid is nearest to `values` in the mean square. */
export function bestRealExponent(values: readonly ArrayLike<number>[]): number {
  const largest = largestOf(values);
  if (largest === 0) return 0;
  const first = Math.log2(largest / 127);
  const candidates = Array.from({ length: DEPTH * STEPS }, (_, i) => first - i / STEPS);
  const errors = candidates.map((e) => squaredError(values, e));
  return candidates[errors.indexOf(Math.min(...errors))]!;
}

/** Exponents worth trying for weights: the one that fits, and one that cuts the largest. */
export function weightExponents(weights: ArrayLike<number>): number[] {
  const first = fittingExponent(largestOf([weights]));
  return [first, first - 1];
}
