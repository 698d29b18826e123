import type { ConvOperation, DenseOperation } from '../isa/operation.js';

/** Convs of one channel and one block of weights that differ in addresses only, as the jobs of a depthwise layer do. */
export interface LaneSources {
  /** What all the convs read, and how far in it each one's plane lies. */
  readonly input: Uint8Array;
  readonly inputs: Int32Array;
  /** The same for their blocks of weights. */
  readonly weights: Uint8Array;
  readonly blocks: Int32Array;
}

/** What the array computed. Both fields are only good until the array's next job. */
export interface ArrayOutput {
  /** The output's bytes in the core's order. */
  readonly bytes: Uint8Array;
  /** Positions in `bytes` of what came from int32 accumulators that wrapped, in no particular order. */
  readonly wrapped: ArrayLike<number>;
}

/**
 * The arithmetic of the PE array and nothing else: products, sums, bias, shift, saturation, ReLU. Addresses, what was written
 * before, and cycles are the core's. All bytes, in and out, are in the core's order (element e at byte e ^ 3).
 */
export interface PeArray {
  /**
   * A conv: `input` [channels][rows][pitch]; `weights`: all blocks of 16 output channels as in the weight memory, biases
   * included -> [16 * blocks][outputRows][16 * columnGroups].
   */
  conv(o: ConvOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput;
  /** Lane 0 of several convs like `o` (channels 1, blocks 1): -> [convs][outputRows][16 * columnGroups]. */
  lanes(o: ConvOperation, sources: LaneSources): ArrayOutput;
  /** A fully connected layer: `input` [16 * inputLines], `weights`: all blocks, biases included -> [16 * blocks]. */
  dense(o: DenseOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput;
  /** sat8((a + b) >> shift), element by element; whole lines of 16. */
  sum(a: Uint8Array, b: Uint8Array, shift: number): Uint8Array;
}
