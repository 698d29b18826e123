import { ceilDiv } from '../../../src/base/units.js';

/** Rows (inputs) and columns (outputs) of the in-memory-compute array. [paper, dory] */
export const CELL_ROWS = 1152;
export const CELL_COLUMNS = 512;
/** Bits of a cell: one of the plus and one of the minus plane. [dory] */
export const CELL_BITS = 2;
/** Rows of a block, in which the sign flips of stored weights change; columns of a block that can be switched off. [dory] */
export const ROW_BLOCK = 64;
export const COLUMN_BLOCK = 32;
/** Stored matrices have rows in multiples of 288 and columns in multiples of 128. [dory] */
export const ROW_GRANULE = 288;
export const COLUMN_GRANULE = 128;
/** Channels of a pixel that lie side by side: a line of 16 in each of the four banks of L1. [ours, after dory] */
export const CHANNEL_BLOCK = 64;
/** Banks of L1, each a quarter of it. [dory: the analog driver gives 4; where they lie: ours] */
export const BANKS = 4;
/** Lines a bank that one copy moves at most. [dory] */
export const COPY_LINES = 512;
/** What the converter gives: 6 bits. [paper, htvm] */
export const ADC_MIN = -32;
export const ADC_MAX = 31;

/** Lines a bank that a pixel of `channels` channels takes. */
export const linesOfPixel = (channels: number): number => ceilDiv(channels, CHANNEL_BLOCK);

/** Banks whose lines hold channels in use, of a pixel of up to 64 channels; of a larger one those of its last block. */
export const banksInUse = (channels: number): number =>
  ceilDiv(channels - CHANNEL_BLOCK * (linesOfPixel(channels) - 1), CHANNEL_BLOCK / BANKS);

/**
 * How many output columns the array computes side by side: doubled from 1 up to 4 while the copies of the weights fit the cells. [dory]
 */
export function oxUnroll(
  channels: number,
  outputs: number,
  kernelHeight: number,
  kernelWidth: number,
): 1 | 2 | 4 {
  let unroll: 1 | 2 | 4 = 1;
  for (const next of [2, 4] as const)
    if (
      unroll * 2 === next &&
      next * outputs <= CELL_COLUMNS &&
      channels * kernelHeight * (kernelWidth + next - 1) <= CELL_ROWS
    )
      unroll = next;
  return unroll;
}
