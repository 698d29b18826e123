/** A convolution as the array sees it: element order undone, sizes in elements. */
export interface ConvProblem {
  readonly channels: number;
  readonly rows: number;
  readonly pitch: number;
  /** Columns of a row that hold data; the others up to the pitch read as zero. */
  readonly columns: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly outputRows: number;
  /** A multiple of 16. */
  readonly outputColumns: number;
  /** [channels][rows][pitch] */
  readonly input: Int8Array;
}

/**
 * The arithmetic of the PE array and nothing else: products and sums, exact. What a tile looks like in memory, bias,
 * requantization and cycles are the core's. A faster implementation takes this interface's place without anything else
 * changing.
 */
export interface PeArray {
  /**
   * Starts a convolution. The returned function adds up one block: `weights` [channels][fy][fx][16] -> `sums`
   * [16][outputRows][outputColumns], each sum_{c,fy,fx} input * weight, exact (not wrapped to int32).
   */
  conv(problem: ConvProblem): (weights: Int8Array, sums: Float64Array) => void;
  /** One block of a fully connected layer: input [n], weights [n/16][16 outputs][16 inputs] -> 16 exact sums. */
  dense(input: Int8Array, weights: Int8Array, sums: Float64Array): void;
}
