import { type DType, integerRange, isFloat, type TypedArray } from '../../src/base/dtype.js';
import type { Tensor } from '../../src/base/tensor.js';
import type { HostContext } from './kernel.js';

/**
 * Counts exact results that an integer dtype of at most 32 bits does not hold, so that storing them wraps. int64 results are no matter:
 * beyond 2^53 nothing is computed.
 */
export class WrapCounter {
  readonly #lo: number;
  readonly #hi: number;
  #wrapped = 0;

  constructor(dtype: DType) {
    [this.#lo, this.#hi] = isWrapping(dtype) ? integerRange(dtype) : [-Infinity, Infinity];
  }

  /** Takes note of one exact result (float64 tells whether it fits also where it has rounded it). */
  note(exact: number): void {
    if (exact < this.#lo || exact > this.#hi) this.#wrapped++;
  }

  tell({ onOverflow }: HostContext): void {
    if (this.#wrapped > 0) onOverflow?.(this.#wrapped);
  }
}

/** Whether results of a dtype wrap when they do not fit. */
export const isWrapping = (dtype: DType): dtype is 'int8' | 'uint8' | 'int16' | 'int32' =>
  !isFloat(dtype) && dtype !== 'int64' && dtype !== 'bool';

/** The least and the largest element; [0, 0] of none. */
export function extremes({ data }: Tensor): readonly [number, number] {
  return data instanceof Int32Array ? extremesInt32(data) : extremesOf(data);
}

/** The same of accumulators: one type of array costs a fraction. */
function extremesInt32(data: Int32Array): readonly [number, number] {
  let lo = data[0] ?? 0;
  let hi = lo;
  for (let i = 1; i < data.length; i++) {
    const v = data[i]!;
    if (v < lo) lo = v;
    else if (v > hi) hi = v;
  }
  return [lo, hi];
}

function extremesOf(data: TypedArray): readonly [number, number] {
  let lo = data[0] ?? 0;
  let hi = lo;
  for (let i = 1; i < data.length; i++) {
    const v = data[i]!;
    if (v < lo) lo = v;
    else if (v > hi) hi = v;
  }
  return [lo, hi];
}
