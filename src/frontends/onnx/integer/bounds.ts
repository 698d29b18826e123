/*
 * Helper of all: interval arithmetic, which decides the dtypes and proves that no sum leaves int32.
 */
import type { Tensor } from '../../../base/tensor.js';

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export const hull = (a: Interval, b: Interval): Interval => ({
  lo: Math.min(a.lo, b.lo),
  hi: Math.max(a.hi, b.hi),
});

/**
 * The interval of sum(w * x) + bias for x in `x`, over all outputs: `weights` has one output a row (first axis). Padding reads
 * as 0, so 0 counts as a value of x where `padded`.
 */
export function productSum(
  weights: Tensor,
  bias: Tensor | undefined,
  x: Interval,
  padded: boolean,
): Interval {
  const range = padded ? hull(x, { lo: 0, hi: 0 }) : x;
  const outputs = weights.shape[0] ?? 1;
  const perOutput = weights.data.length / outputs;
  let [lo, hi] = [Infinity, -Infinity];
  for (let k = 0; k < outputs; k++) {
    let [below, above] = [bias?.data[k] ?? 0, bias?.data[k] ?? 0];
    for (let i = k * perOutput; i < (k + 1) * perOutput; i++) {
      const w = weights.data[i]!;
      below += w * (w > 0 ? range.lo : range.hi);
      above += w * (w > 0 ? range.hi : range.lo);
    }
    lo = Math.min(lo, below);
    hi = Math.max(hi, above);
  }
  return { lo, hi };
}

/** The interval of x times any element of `factors`. */
export function scaled(x: Interval, factors: Tensor): Interval {
  let [lo, hi] = [Infinity, -Infinity];
  for (const f of factors.data) {
    lo = Math.min(lo, x.lo * f, x.hi * f);
    hi = Math.max(hi, x.lo * f, x.hi * f);
  }
  return { lo, hi };
}

/** The interval of x plus any element of `terms`. */
export function moved(x: Interval, terms: Tensor): Interval {
  let [lo, hi] = [Infinity, -Infinity];
  for (const t of terms.data) {
    lo = Math.min(lo, t);
    hi = Math.max(hi, t);
  }
  return { lo: x.lo + lo, hi: x.hi + hi };
}
