import type { DType } from '../../src/base/dtype.js';
import type { Run } from '../value.js';

/** How the terms of a mean add up. */
export interface SumRounding {
  readonly total: (terms: ArrayLike<number>) => number;
  /** Reports the totals that wrapped. */
  readonly report: () => void;
}

/**
 * float32: from 0, rounded after each addition. Integers of up to 32 bits: exact (every partial sum stays far below 2^53),
 * then wrapped at 32 bits. int64: exact.
 */
export function sumRounding(dtype: DType, run: Run): SumRounding {
  let wrapped = 0;
  const total = (terms: ArrayLike<number>): number => {
    let sum = 0;
    if (dtype === 'float32') {
      for (let i = 0; i < terms.length; i++) sum = Math.fround(sum + terms[i]!);
      return sum;
    }
    for (let i = 0; i < terms.length; i++) sum += terms[i]!;
    if (dtype === 'int64' || (sum | 0) === sum) return sum;
    wrapped++;
    return sum | 0;
  };
  return { total, report: () => (wrapped > 0 ? run.wrapped(wrapped) : undefined) };
}
