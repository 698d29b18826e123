import type { TypedArray } from '../src/base/dtype.js';
import { coordinates, sameShape, showShape, type Tensor } from '../src/base/tensor.js';
import type { Tolerance } from './tolerance.js';
import { ulpsApart } from './tolerance.js';
import { exactValues } from './value.js';

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

/** Elements of an int8 tensor at the ends of the range, and its zeros: by how often each value occurs, which takes no branches. */
function countsOfInt8(values: Int8Array): { readonly saturated: number; readonly zero: number } {
  const times = new Int32Array(256);
  for (let i = 0; i < values.length; i++) times[values[i]! + 128]!++;
  return { saturated: times[0]! + times[255]!, zero: times[128]! };
}

function countsOf(t: Tensor): { readonly saturated: number; readonly zero: number } {
  if (t.data instanceof Int8Array) return countsOfInt8(t.data);
  const values = exactValues(t.data);
  let zero = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zero++;
  return { saturated: 0, zero };
}

/** Whether all bytes are equal; then all values are, too. */
function sameBytes(a: TypedArray, b: TypedArray): boolean {
  const words = (a.byteOffset | b.byteOffset) % 4 === 0 ? a.byteLength >> 2 : 0;
  if (words > 0) {
    const left = new Int32Array(a.buffer, a.byteOffset, words);
    const right = new Int32Array(b.buffer, b.byteOffset, words);
    for (let i = 0; i < words; i++) if (left[i] !== right[i]) return false;
  }
  const left = new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
  const right = new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
  for (let i = 4 * words; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
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
  const counts = countsOf(actual);
  if (sameBytes(expected.data, actual.data)) return { differing: 0, ...counts };
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
  if (at < 0) return { differing, ...counts };
  const first = {
    index: at,
    coordinates: coordinates(at, expected.shape),
    expected: expected.data[at]!,
    actual: actual.data[at]!,
  };
  return { differing, ...counts, first };
}
