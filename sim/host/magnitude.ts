import type { TypedArray } from '../../src/base/dtype.js';
import type { Tensor } from '../../src/base/tensor.js';

/** The largest magnitude that a tensor may hold, by its dtype or, of int32, by its values. */
export function magnitude({ dtype, data }: Tensor): number {
  if (dtype === 'int8') return 128;
  if (dtype === 'uint8') return 255;
  return largest(data);
}

function largest(values: TypedArray): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const v = Math.abs(values[i]!);
    if (v > max) max = v;
  }
  return max;
}

/** Whether the SIMD kernels can multiply with values up to `magnitude`: as int16. */
export const fitsInt16 = (magnitude: number): boolean => magnitude <= 32767;
