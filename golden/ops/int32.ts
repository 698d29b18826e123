import { elementCount, type Shape, sameShape, type Tensor } from '../../src/base/tensor.js';
import { runsOf } from '../value.js';

/*
 * What quantized layers do with int32, by loops over int32 arrays alone: no copies in float64, each of which is as large as two tensors, and
 * no other kind of array, for which the engine would compile a slower loop. The results of golden/ops/elementwise.ts, bit for bit.
 */

/** a + b, modulo 2^32, with `b` repeated to `shape`, that of `a`. Returns how many sums wrapped, too. */
export function sumsOfInt32(a: Int32Array, b: Tensor, shape: Shape): { sums: Int32Array; wrapped: number } {
  const sums = new Int32Array(elementCount(shape));
  const addend = b.data as Int32Array;
  if (sameShape(b.shape, shape)) return { sums, wrapped: addEach(a, addend, sums) };
  const { index, run } = runsOf(b.shape, shape);
  let wrapped = 0;
  for (let r = 0; r < index.length; r++) wrapped += addToRun(a, addend[index[r]!]!, sums, r * run, run);
  return { sums, wrapped };
}

function addEach(a: Int32Array, b: Int32Array, sums: Int32Array): number {
  let wrapped = 0;
  for (let i = 0; i < sums.length; i++) {
    const sum = a[i]! + b[i]!;
    sums[i] = sum;
    if (sums[i] !== sum) wrapped++;
  }
  return wrapped;
}

function addToRun(a: Int32Array, b: number, sums: Int32Array, from: number, n: number): number {
  let wrapped = 0;
  for (let i = from; i < from + n; i++) {
    const sum = a[i]! + b;
    sums[i] = sum;
    if (sums[i] !== sum) wrapped++;
  }
  return wrapped;
}

/** x >> bits, element by element; `bits` is 0 to 31. */
export function shiftedInt32(x: Int32Array, bits: number): Int32Array {
  const out = new Int32Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! >> bits;
  return out;
}

/** x between low and high, element by element. */
export function limitedInt32(x: Int32Array, low: number, high: number): Int32Array {
  const out = new Int32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const raised = x[i]! < low ? low : x[i]!;
    out[i] = raised > high ? high : raised;
  }
  return out;
}
