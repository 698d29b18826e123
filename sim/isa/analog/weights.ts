import { LimitError } from '../../../src/base/errors.js';
import { roundUp } from '../../../src/base/units.js';
import { WORD_BYTES } from '../geometry.js';
import { CELL_BITS, COLUMN_GRANULE, ROW_BLOCK, ROW_GRANULE } from './geometry.js';
import { ANALOG_INFERENCES, type AnalogInferences } from './inferred.js';

/** Bytes of the stored matrix of a layer (or of one tile of its output channels): both planes. [dory] */
export const analogWeightBytes = (
  channels: number,
  outputs: number,
  kernelHeight: number,
  kernelWidth: number,
): number =>
  (roundUp(channels * kernelHeight * kernelWidth, ROW_GRANULE) *
    roundUp(outputs, COLUMN_GRANULE) *
    CELL_BITS) /
  8;

/** Bytes of the batch norm's constants: a word a channel to multiply, then a word a channel to add. [dory] */
export const analogNormBytes = (outputs: number): number => 2 * outputs * WORD_BYTES;

/** Whether a stored weight has its sign turned: by the row's block and the column's parity. [dory] */
export const isFlipped = (storedRow: number, column: number): boolean => {
  const block = Math.floor(storedRow / ROW_BLOCK);
  return column % 2 === 0 ? block < 6 || block > 11 : block <= 8;
};

/** One bit of a stored matrix: the byte from its start, and the bit in it. */
export interface StoredBit {
  readonly byte: number;
  readonly mask: number;
}

/** Where the plus (0) or minus (1) bit of a cell lies: `stored` is the row as stored, `columns` those with padding. [dory] */
export function storedBit(stored: number, plane: 0 | 1, column: number, columns: number): StoredBit {
  const bit = (2 * stored + plane) * columns + column;
  // Word w holds bits 32w.. from its top down; words are little-endian in memory.
  return { byte: (bit >> 5) * WORD_BYTES + 3 - ((bit & 31) >> 3), mask: 0x80 >> (bit & 7) };
}

/** Where the plus (0) or minus (1) bit of the weight of input row `row` = (c, fy, fx) and output `column` lies in the matrix that a job loads. */
export const weightBit = (
  o: {
    readonly channels: number;
    readonly outputs: number;
    readonly kernelHeight: number;
    readonly kernelWidth: number;
  },
  row: number,
  column: number,
  plane: 0 | 1,
  ours: AnalogInferences = ANALOG_INFERENCES,
): StoredBit => {
  const rows = roundUp(o.channels * o.kernelHeight * o.kernelWidth, ROW_GRANULE);
  const stored = ours.rowsMirrored === 1 ? rows - 1 - row : row;
  return storedBit(stored, plane, column, roundUp(o.outputs, COLUMN_GRANULE));
};

/**
 * Ternary weights for L2: OIHW -> rows (c, fy, fx) padded to 288, columns k padded to 128, last row first, signs turned, then for each row
 * a plus and a minus plane of bits, first bit most significant in its word. [dory] Throws a LimitError for a weight beyond -1..1.
 */
export function packAnalogWeights(
  weights: ArrayLike<number>,
  shape: readonly [k: number, c: number, fy: number, fx: number],
  ours: AnalogInferences = ANALOG_INFERENCES,
): Uint8Array {
  const [k, c, fy, fx] = shape;
  const used = c * fy * fx;
  const rows = roundUp(used, ROW_GRANULE);
  const columns = roundUp(k, COLUMN_GRANULE);
  const out = new Uint8Array((rows * columns * CELL_BITS) / 8);
  for (let stored = 0; stored < rows; stored++) {
    const row = ours.rowsMirrored === 1 ? rows - 1 - stored : stored;
    for (let column = 0; row < used && column < k; column++) {
      const weight = weights[column * used + row]!;
      if (weight === 0) continue;
      if (weight !== 1 && weight !== -1)
        throw new LimitError({ subject: 'weight of an analog layer', value: weight, rule: '-1, 0 or 1' });
      const sign = ours.signFlips === 1 && isFlipped(stored, column) ? -weight : weight;
      const { byte, mask } = storedBit(stored, sign === 1 ? 0 : 1, column, columns);
      out[byte]! |= mask;
    }
  }
  return out;
}

/** The batch norm's constants for L2: what to multiply by and what to add, one word a channel each. [dory] */
export function packAnalogNorm(multiply: ArrayLike<number>, add: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(analogNormBytes(multiply.length));
  const view = new DataView(out.buffer);
  for (let k = 0; k < multiply.length; k++) {
    view.setInt32(k * WORD_BYTES, multiply[k]!, true);
    view.setInt32((multiply.length + k) * WORD_BYTES, add[k]!, true);
  }
  return out;
}
