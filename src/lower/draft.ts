import { FIELDS, type FieldName } from '../../sim/isa/instruction.js';
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

/** A compute job's instruction: what it has in common with others of its layer, and what it has not. */
export interface DraftInstruction {
  readonly words: Uint32Array;
  readonly buffer: DraftBuffer;
  /** L1 addresses that stand in place of those in `words`. */
  readonly moved?: { readonly input: number; readonly output: number };
}

const wordNumber = (name: FieldName): number => FIELDS.findIndex((f) => f.name === name);
const INPUT_WORD = wordNumber('input_memory_pointer');
const OUTPUT_WORD = wordNumber('output_memory_pointer');
/** The words that `moved` stands in place of. */
export const MOVED_WORDS = [INPUT_WORD, OUTPUT_WORD] as const;

/** Word `i` of an instruction. */
export function instructionWord({ words, moved }: DraftInstruction, i: number): number {
  if (moved !== undefined && i === INPUT_WORD) return moved.input;
  return moved !== undefined && i === OUTPUT_WORD ? moved.output : words[i]!;
}

export interface DraftJob {
  readonly kind: 'job';
  readonly layer: number;
  readonly tile: number;
  readonly writes: readonly (readonly [offset: number, value: DraftValue])[];
  /** The words of a compute job's instruction and the buffer that holds the layer's instruction. */
  readonly instruction?: DraftInstruction;
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
