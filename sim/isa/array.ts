import { ARRAY_CHANNELS, ARRAY_COLUMNS } from './geometry.js';

/**
 * How many multiply-accumulates the PE array does at once: another size for what-if questions. The instruction set stays DIANA's, which
 * counts output channels and columns in sixteenths: a larger array takes several of its blocks and groups of columns together, with memories
 * that feed it as wide as it is. Nothing about values, layouts or memory sizes changes. [ours]
 */
export interface ArrayParameters {
  /** Output channels side by side: a multiple of 16. */
  readonly channels: number;
  /** Output columns side by side; inputs of a fully connected layer that enter together: a multiple of 16. */
  readonly columns: number;
}

/** DIANA's: 16 x 16. [paper] */
export const DEFAULT_ARRAY: ArrayParameters = { channels: ARRAY_CHANNELS, columns: ARRAY_COLUMNS };

/** int8 multiply-accumulates a cycle. */
export const peakMacsPerCycle = ({
  array = DEFAULT_ARRAY,
}: {
  readonly array?: ArrayParameters | undefined;
}): number => array.channels * array.columns;

/** Passes over blocks of 16 output channels: all that the array takes at once count as one. */
export const channelPasses = (blocks: number, { channels }: ArrayParameters): number =>
  Math.ceil((blocks * ARRAY_CHANNELS) / channels);

/** Passes over groups of 16 columns (or lines of 16 inputs). */
export const columnPasses = (groups: number, { columns }: ArrayParameters): number =>
  Math.ceil((groups * ARRAY_COLUMNS) / columns);
