/** Output channels that the PE array computes side by side. [paper, match] */
export const ARRAY_CHANNELS = 16;
/** Output columns that the PE array computes side by side; inputs of a fully connected layer that enter together. */
export const ARRAY_COLUMNS = 16;
/** int8 multiply-accumulates a cycle. */
export const PEAK_MACS_PER_CYCLE = ARRAY_CHANNELS * ARRAY_COLUMNS;
/** Bytes of a line of L1: rows of activations and tensors start on one. [paper, dory, match] */
export const LINE_BYTES = 16;
/** Drivers round the length of a copy up to this many bytes. [dory] */
export const COPY_GRANULE_BYTES = 32;
/** Bytes of a word of the register port, of an L2 address's alignment, and of the element order's groups. */
export const WORD_BYTES = 4;

/** Byte addresses of the SoC. [sdk] */
export const MEMORY_MAP = {
  fll: 0x1a10_0000,
  gpio: 0x1a10_1000,
  microDma: 0x1a10_2000,
  socControl: 0x1a10_4000,
  eventUnit: 0x1a10_6000,
  interruptController: 0x1a10_9800,
  timer: 0x1a10_b000,
  digitalCore: 0x1a10_c000,
  analogCore: 0x1a10_d000,
  stdout: 0x1a10_f000,
  l2: 0x1c00_0000,
} as const;

/** Bytes that a copy of `n` bytes really moves. */
export const copyBytes = (n: number): number => Math.ceil(n / COPY_GRANULE_BYTES) * COPY_GRANULE_BYTES;

/** Bytes to reserve for `n` bytes that copies move in pieces: a piece may end up to 31 bytes late. */
export const withCopySlack = (n: number): number => copyBytes(n) + COPY_GRANULE_BYTES;
