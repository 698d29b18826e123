import type { AnalogInferences } from '../isa/analog/inferred.js';
import type { AnalogOperation } from '../isa/analog/operation.js';

/** What a job of the analog core computes with. */
export interface CellOperands {
  /**
   * The input's lines of 16 channels, [bank][line][16] as they lie in each bank of L1. What lies in lines and bytes that hold no channel in use
   * does not matter.
   */
  readonly input: Uint8Array;
  /** The stored weights, as `storedWeightBytes` long as L2 holds them. */
  readonly weights: Uint8Array;
  /** What each output is multiplied by, and what is added to it. */
  readonly multiply: Int32Array;
  readonly add: Int32Array;
}

/**
 * The arithmetic of the analog core's array and what stands behind it, as an ideal array has it: no noise, no nonlinearity, no mismatch of
 * cells. Addresses, what was written before, and cycles are the core's.
 */
export interface CellArray {
  /**
   * Computes a job: -> the output's lines, [4 banks][line][16], channels beyond the outputs 0 [ours]. Good until the array's next job.
   */
  compute(o: AnalogOperation, operands: CellOperands, ours: AnalogInferences): Uint8Array;
}
