import { roundUp } from '../../src/base/units.js';
import { CELL_BITS, COLUMN_GRANULE, ROW_GRANULE } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';

/** What the cells of the array hold: one signed number of -1..1 for each input (row) of each output (column). */
export interface Cells {
  readonly rows: number;
  /** [column][row], row in the order (c, fy, fx). */
  readonly weights: Int8Array;
}

/** Bytes of L2 that a load of weights reads. [dory] */
export const storedWeightBytes = (rows: number, columns: number): number =>
  (roundUp(rows, ROW_GRANULE) * roundUp(columns, COLUMN_GRANULE) * CELL_BITS) / 8;

/** Which wires cross: blocks of 64 stored rows whose even, and whose odd columns carry the other sign. [dory] */
const EVEN_CROSSED = [true, true, true, true, true, true, false, false, false, false, false, false];
const crossed = (storedRow: number, column: number): boolean => {
  const block = storedRow >> 6;
  return (column & 1) === 0 ? (EVEN_CROSSED[block] ?? true) : block < 9;
};

/** Reads the cells from the bytes of L2: a plus and a minus plane of bits a row. A cell with both bits set holds 0. */
export function decodeCells(
  bytes: Uint8Array,
  rows: number,
  columns: number,
  ours: Pick<AnalogInferences, 'rowsMirrored' | 'signFlips'>,
): Cells {
  const storedRows = roundUp(rows, ROW_GRANULE);
  const lineBytes = roundUp(columns, COLUMN_GRANULE) / 8;
  const bit = (line: number, column: number): number => {
    // Words are little-endian in memory, their first bit is the most significant one.
    const byte = bytes[line * lineBytes + ((column >> 3) ^ 3)]!;
    return (byte >> (7 - (column & 7))) & 1;
  };
  const weights = new Int8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const stored = ours.rowsMirrored === 1 ? storedRows - 1 - row : row;
    for (let column = 0; column < columns; column++) {
      const value = bit(2 * stored, column) - bit(2 * stored + 1, column);
      weights[column * rows + row] = ours.signFlips === 1 && crossed(stored, column) ? -value : value;
    }
  }
  return { rows, weights };
}
