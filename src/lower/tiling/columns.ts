import { ARRAY_COLUMNS, COPY_GRANULE_BYTES, LINE_BYTES, WORD_BYTES } from '../../../sim/isa/geometry.js';
import { roundUp } from '../../base/units.js';
import type { Range } from '../../program/types.js';
import type { Window } from './ranges.js';

/**
 * A strip of output columns. The core pads left and right alike, and an address in L2 is a multiple of 4 columns, so a strip
 * inside the row is computed as an image of its own: its first `overlap` columns would need the columns left of the strip, come
 * out wrong, and are overwritten by the strip to their left, which is why strips run from right to left.
 */
export interface Strip {
  /** The only strip of its row: rows lie in L1 as they lie in L2. */
  readonly whole: boolean;
  /** Output columns that the strip writes to L2, with the overlap. */
  readonly out: Range;
  /** The strip's columns that are right when it has run (from `out.lo` + overlap on). */
  readonly valid: Range;
  /** Groups of 16 columns that the core computes. */
  readonly columnGroups: number;
  /** First input column, and row pitch of the input tile in L1 (a multiple of 16). */
  readonly inputLo: number;
  readonly inputPitch: number;
  /** Columns at the end of the pitch that lie outside the tensor. */
  readonly deadColumns: number;
}

/** The whole row as one strip. */
export function wholeRow(outputColumns: number, w: Window): Strip {
  const inputPitch = roundUp(w.size, LINE_BYTES);
  return {
    whole: true,
    out: { lo: 0, hi: outputColumns },
    valid: { lo: 0, hi: outputColumns },
    columnGroups: Math.ceil(outputColumns / ARRAY_COLUMNS),
    inputLo: 0,
    inputPitch,
    deadColumns: inputPitch - w.size,
  };
}

/**
 * Strips of `32 * granules` columns, left to right. The width is a multiple of 32 because copies are rounded up to 32 bytes and
 * must not reach into the strip to the right, which is finished by then. The padding of the row is computed too: whoever reads
 * the tensor line by line finds it written; the last strip takes it along. Empty when one strip would cover the row.
 */
export function strips(outputColumns: number, w: Window, granules: number): Strip[] {
  const outputPitch = roundUp(outputColumns, LINE_BYTES);
  const width = granules * COPY_GRANULE_BYTES;
  if (width >= outputColumns) return [];
  const overlap = w.kernel > 1 ? WORD_BYTES : 0;
  const out: Strip[] = [];
  for (let lo = 0; lo === 0 || lo + overlap < outputColumns; lo += width - overlap) {
    const hi = lo + width >= outputColumns ? outputPitch : lo + width;
    const inputLo = lo * w.stride;
    const needed = Math.min(w.size, (hi - 1) * w.stride - w.pad + w.kernel) - inputLo;
    const inputPitch = roundUp(needed, LINE_BYTES);
    out.push({
      whole: false,
      out: { lo, hi },
      valid: { lo: lo === 0 ? 0 : lo + overlap, hi },
      columnGroups: Math.ceil((hi - lo) / ARRAY_COLUMNS),
      inputLo,
      inputPitch,
      deadColumns: Math.max(0, inputLo + inputPitch - w.size),
    });
  }
  return out;
}
