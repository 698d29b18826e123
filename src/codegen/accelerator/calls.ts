import type { AnalogFieldName } from '../../../sim/isa/analog/instruction.js';
import type { FieldName } from '../../../sim/isa/instruction.js';

/**
 * One call of the runtime library: a job, as what it does to which buffers. `params` are the numbers that may differ between jobs
 * of one shape; everything else is in `shape`, so that two actions of equal shape are the same C with other numbers.
 */
export interface Action {
  readonly shape: string;
  readonly call: Call;
  readonly params: readonly number[];
  /** What the job serves, for comments. */
  readonly note: string;
}

export type Call =
  /** params: L2 offset in the buffer, L1 address, bytes */
  | { readonly kind: 'copyIn' | 'copyOut'; readonly buffer: number }
  /**
   * params: the fields' values in order, then (with weights) offset in the weights and bytes; for a depthwise layer the channel
   * stands for the offset, which is no linear function of it
   */
  | {
      readonly kind: 'compute';
      readonly operation: 'conv' | 'depthwise' | 'fc' | 'sum';
      readonly fields: readonly FieldName[];
      readonly instruction: number;
      readonly configuration: number;
      readonly weights: number | null;
    }
  | AnalogCall
  /** params: lo and hi of channels, rows and columns */
  | { readonly kind: 'tile' };

/** A job of the analog core as a call of the runtime library. */
export type AnalogCall =
  /** params: L2 offset in the buffer, L1 address in each bank, lines a bank */
  | { readonly kind: 'bankCopyIn' | 'bankCopyOut'; readonly buffer: number }
  /** params: the fields' values in order, then the offsets of cells and batch norm in the weights */
  | {
      readonly kind: 'analog';
      readonly fields: readonly AnalogFieldName[];
      readonly instruction: number;
      readonly configuration: number;
      readonly weights: number;
    };

/** Which buffer a call copies from or to, and whether to L1; undefined for what is no copy. */
export function copyDirection(call: Call): { readonly buffer: number; readonly toL1: boolean } | undefined {
  switch (call.kind) {
    case 'copyIn':
    case 'bankCopyIn':
      return { buffer: call.buffer, toL1: true };
    case 'copyOut':
    case 'bankCopyOut':
      return { buffer: call.buffer, toL1: false };
    case 'compute':
    case 'analog':
    case 'tile':
      return undefined;
  }
}
