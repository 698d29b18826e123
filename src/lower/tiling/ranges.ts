import type { Range } from '../../program/types.js';

export const extent = (r: Range): number => r.hi - r.lo;

/** [0, total) in pieces of `size`; the last one takes what is left. */
export function pieces(total: number, size: number): Range[] {
  const out: Range[] = [];
  for (let lo = 0; lo < total; lo += size) out.push({ lo, hi: Math.min(total, lo + size) });
  return out;
}

/** One axis of a sliding window: kernel side, stride, padding before, input extent. */
export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly size: number;
}

/** What a piece of the output reads along one axis: input elements that exist, and zeros needed before and after them. */
export interface InputPiece extends Range {
  readonly zerosBefore: number;
  readonly zerosAfter: number;
}

/** The input that the outputs `out` read, with the halo that kernel, stride and padding ask for. */
export function inputOf(out: Range, w: Window): InputPiece {
  const first = out.lo * w.stride - w.pad;
  const end = (out.hi - 1) * w.stride - w.pad + w.kernel;
  return {
    lo: Math.max(0, first),
    hi: Math.min(w.size, end),
    zerosBefore: Math.max(0, -first),
    zerosAfter: Math.max(0, end - w.size),
  };
}
