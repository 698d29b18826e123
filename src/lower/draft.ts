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

/** A compute job's instruction, and the buffer that holds the layer's instruction. */
export interface DraftInstruction {
  readonly words: Uint32Array;
  readonly buffer: DraftBuffer;
}

/** All fields are there in every job, in this order: there may be thousands, and the engine keeps objects of one shape in less room. */
export interface DraftJob {
  readonly kind: 'job';
  /** Whose register port `writes` go to; undefined: the digital core's. */
  readonly core: 'analog' | undefined;
  readonly layer: number;
  readonly tile: number;
  readonly writes: readonly (readonly [offset: number, value: DraftValue])[];
  readonly note: string;
  /** L1 buffers that the job reads or writes, for their lifetimes; L2 buffers are found in `writes`. */
  readonly touches: readonly DraftBuffer[];
  completes: readonly DraftBuffer[];
  readonly instruction: DraftInstruction | undefined;
}

/** A value that grows from job to job, in steps of the same size. */
export interface Stride {
  readonly first: number;
  readonly step: number;
}

/** The register writes of a compute job: the same in all jobs of a layer but for where its weights lie. */
export interface SweepWrites {
  readonly before: DraftJob['writes'];
  /** The register that takes the address of the job's weights, the buffer that holds them, and where in it. */
  readonly weights: number;
  readonly buffer: DraftBuffer;
  readonly offset: (job: number) => number;
  readonly after: DraftJob['writes'];
}

/**
 * Compute jobs one behind the other, a step of the program each, that differ in addresses only: a depthwise layer has one a channel. They
 * are written out when addresses are known; until then they are one thing.
 */
export interface DraftSweep {
  readonly kind: 'sweep';
  readonly layer: number;
  readonly tile: number;
  readonly count: number;
  readonly instruction: DraftInstruction;
  /** L1 addresses that stand in the instructions' fields. */
  readonly input: Stride;
  readonly output: Stride;
  readonly writes: SweepWrites;
  readonly note: (job: number) => string;
  readonly touches: readonly DraftBuffer[];
  /** Complete after the last job. */
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

export type DraftStep = DraftJob | DraftSweep | DraftTile | DraftHost;

/** How many steps of the program a draft's step becomes. */
export const stepsOf = (s: DraftStep): number => (s.kind === 'sweep' ? s.count : 1);

/** A program whose L2 addresses are still open. */
export interface Draft {
  readonly buffers: DraftBuffer[];
  readonly steps: DraftStep[];
  readonly layers: Layer[];
}
