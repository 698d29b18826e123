import { coordinates, sameShape, showShape, type Tensor } from '../src/base/tensor.js';
import type { Tolerance } from './tolerance.js';
import { ulpsApart } from './tolerance.js';

export interface Comparison {
  /** Elements that differ. */
  readonly differing: number;
  /** The first of them in row-major order. */
  readonly first?: {
    readonly index: number;
    readonly coordinates: readonly number[];
    readonly expected: number;
    readonly actual: number;
  };
  /** Elements of an int8 `actual` at -128 or 127; 0 for other dtypes. */
  readonly saturated: number;
  /** Elements of `actual` that are 0. */
  readonly zero: number;
}

function saturatedCount(t: Tensor): number {
  if (t.dtype !== 'int8') return 0;
  let count = 0;
  for (let i = 0; i < t.data.length; i++) if (t.data[i] === 127 || t.data[i] === -128) count++;
  return count;
}

function zeroCount(t: Tensor): number {
  let count = 0;
  for (let i = 0; i < t.data.length; i++) if (t.data[i] === 0) count++;
  return count;
}

/**
 * Compares element by element. Without a tolerance values must be equal; two NaN are, whatever their bits, and so are zeros
 * of either sign. A tolerance is for floats.
 * Throws when the tensors' shapes or dtypes differ: then there is nothing to compare.
 */
export function compareTensor(expected: Tensor, actual: Tensor, tolerance?: Tolerance): Comparison {
  if (expected.dtype !== actual.dtype || !sameShape(expected.shape, actual.shape))
    throw new Error(
      `a tensor of ${showShape(expected.shape)} ${expected.dtype} cannot be compared with one of ` +
        `${showShape(actual.shape)} ${actual.dtype}`,
    );
  const equal = (e: number, a: number): boolean =>
    e === a ||
    (Number.isNaN(e) && Number.isNaN(a)) ||
    (tolerance !== undefined && ulpsApart(e, a, tolerance.scale) <= tolerance.ulps);
  let differing = 0;
  let at = -1;
  for (let i = 0; i < expected.data.length; i++)
    if (!equal(expected.data[i]!, actual.data[i]!)) {
      differing++;
      if (at < 0) at = i;
    }
  const counts = { differing, saturated: saturatedCount(actual), zero: zeroCount(actual) };
  if (at < 0) return counts;
  const first = {
    index: at,
    coordinates: coordinates(at, expected.shape),
    expected: expected.data[at]!,
    actual: actual.data[at]!,
  };
  return { ...counts, first };
}
