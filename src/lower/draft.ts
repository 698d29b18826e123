import type { DType } from '../base/dtype.js';
import type { Shape } from '../base/tensor.js';
import type { BufferLayout, BufferRole, ElementOrder, HostOp, Layer } from '../program/types.js';

/** A buffer before it has an address in L2 (buffers in L1 are placed by the L1 plan). */
export interface DraftBuffer {
  readonly name: string;
  readonly role: BufferRole;
  readonly memory: 'L2' | 'L1';
  /** Bytes reserved, with the slack of copies. */
  readonly bytes: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly layout: BufferLayout;
  readonly order?: ElementOrder;
  readonly tensor?: string;
  /** For L1: its address. */
  readonly address?: number;
  /** What it holds before the run: constants, weights, instructions. */
  readonly content?: Uint8Array;
}

/** A byte inside a buffer whose address is not known yet. */
export interface Place {
  readonly buffer: DraftBuffer;
  readonly offset: number;
}

export type DraftValue = number | Place;

export interface DraftJob {
  readonly kind: 'job';
  readonly layer: number;
  readonly tile: number;
  readonly writes: readonly (readonly [offset: number, value: DraftValue])[];
  /** The words of a compute job's instruction and the buffer that holds the layer's instruction. */
  readonly instruction?: { readonly words: Uint32Array; readonly buffer: DraftBuffer };
  /** Whose register port `writes` go to; the digital core's where left out. */
  readonly core?: 'analog';
  readonly note: string;
  /** L1 buffers that the job reads or writes, for their lifetimes; L2 buffers are found in `writes`. */
  readonly touches: readonly DraftBuffer[];
  completes: readonly DraftBuffer[];
}

export type DraftOperand =
  | { readonly buffer: DraftBuffer }
  | { readonly result: number; readonly field?: number };

export interface DraftHost {
  readonly kind: 'host';
  readonly layer: number;
  readonly ops: readonly (Omit<HostOp, 'args'> & { readonly args: readonly DraftOperand[] })[];
  readonly stores: readonly { readonly from: DraftOperand; readonly buffer: DraftBuffer }[];
  readonly completes: readonly DraftBuffer[];
}

export interface DraftTile {
  readonly kind: 'tile';
  readonly layer: number;
  readonly tile: number;
}

export type DraftStep = DraftJob | DraftTile | DraftHost;

/** A program whose L2 addresses are still open. */
export interface Draft {
  readonly buffers: DraftBuffer[];
  readonly steps: DraftStep[];
  readonly layers: Layer[];
}
