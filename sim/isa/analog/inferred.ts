/**
 * What the public record leaves open about the analog core, and what we chose [ours]. Each is a parameter that `--hw FILE` (group `analog`)
 * switches for compiler, simulator and SoC alike; docs/analog.md lists them.
 */
export interface AnalogInferences {
  /** 1: activations stand reversed within 32-bit words, as on the digital side; 0: lowest channel at the lowest byte. */
  readonly wordsReversed: number;
  /** 1: all 64-channel blocks of a pixel lie together (pixel by pixel); 0: a plane of pixels for each block of 64 channels. */
  readonly blocksTogether: number;
  /** 1: sign flips of stored weights are undone by the array; 0: stored signs count as they are. */
  readonly signFlips: number;
  /** 1: the last row of the matrix is stored first; 0: the first. */
  readonly rowsMirrored: number;
  /** Gain of the array where an instruction gives none: what the drivers leave to the chip. */
  readonly defaultGain: number;
  /** 1: multiply and add of the batch norm wrap at 16 bits, as the pattern's int16 does; 0: they have 32 bits. */
  readonly simdInt16: number;
}

/*
 * The digital core's write_l2_l1 = 1 ("K, for using in analog accelerator" [hal]) has no switch. A conv with it writes what the analog core
 * reads: pixels in the order of `blocksTogether` and `wordsReversed`, a line of 16 channels in the bank of their quarter of 64, from
 * output_memory_pointer on in each bank; lines of a block that no 16 output channels fill stay as they are. Rows are whole groups of 16
 * columns, as the array makes them, so that the analog job's cx is 16 * ox.
 */

/** The choices that the project makes. */
export const ANALOG_INFERENCES: AnalogInferences = {
  wordsReversed: 1, // HTVM puts its layout transform before either core alike
  blocksTogether: 1, // the driver's copies count lines a pixel times ceil(c / 64)
  signFlips: 1, // DORY's encoder flips what the array's wiring must flip back
  rowsMirrored: 1, // DORY's encoder
  defaultGain: 1,
  simdInt16: 1, // the pattern casts to int16 before it multiplies
};

/**
 * Half-words of the instruction that carry what HTVM's pattern has and DORY's driver has no field for. Drivers leave all four 0: no gain of
 * its own, no shift, no ReLU.
 */
export const POST_PROCESSING_FIELDS = {
  /** Bits of the gain as a float32. */
  gainLow: 'reg28',
  gainHigh: 'reg29',
  shift: 'reg30',
  relu: 'reg31',
} as const;
