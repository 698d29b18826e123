/**
 * How far a float may be from the expected one: `ulps` units in the last place of the larger of the expected value's
 * magnitude and `scale`.
 */
export interface Tolerance {
  readonly ulps: number;
  /** For sums with cancellation: the magnitude that their rounding errors are relative to. Default 0. */
  readonly scale?: number;
}

/** The smallest normal float32. Libraries may flush smaller values to zero. */
const SMALLEST_NORMAL = 2 ** -126;

/** The largest finite float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** The distance between a float32 of this magnitude and the next larger one (at least that of the smallest normal). */
export function ulp(magnitude: number): number {
  const bounded = Math.max(Math.abs(magnitude), SMALLEST_NORMAL);
  return 2 ** (Math.floor(Math.log2(bounded)) - 23);
}

/** An infinity as the float after the largest finite one: a library may overflow one ulp before another. */
const finite = (v: number): number =>
  Math.abs(v) === Number.POSITIVE_INFINITY ? Math.sign(v) * 2 ** 128 : v;

/**
 * How far `actual` is from `expected` in ulps: 0 when they are equal, both NaN, or apart by no more than what may be flushed
 * to zero; NaN when one alone is NaN.
 */
export function ulpsApart(expected: number, actual: number, scale = 0): number {
  if (expected === actual || (Number.isNaN(expected) && Number.isNaN(actual))) return 0;
  const distance = Math.abs(finite(expected) - finite(actual));
  if (distance < 2 * SMALLEST_NORMAL) return 0;
  return distance / ulp(Math.max(Math.min(Math.abs(expected), LARGEST), scale));
}

/** "within 16 ulp": how a verdict names it. */
export const showTolerance = (t: Tolerance): string => `within ${t.ulps} ulp`;

/**
 * Floats of the C program: its exp is computed in double and rounded once, as JavaScript's is, but the two doubles may differ in
 * their last bits, which softmax's sum and division carry on.
 */
export const NATIVE_TOLERANCE: Tolerance = { ulps: 4 };
