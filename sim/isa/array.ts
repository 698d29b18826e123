/** The PE array of the digital core: output channels x output columns, one int8 multiply-accumulate each a cycle [paper, match]. */
export const ARRAY_CHANNELS = 16;
export const ARRAY_COLUMNS = 16;

/** Multiply-accumulates a cycle when every PE works. */
export const PEAK_MACS_PER_CYCLE = ARRAY_CHANNELS * ARRAY_COLUMNS;
