import type { DType } from '../../base/dtype.js';
import type { Shape } from '../../base/tensor.js';
import type { Buffer, HostOp, HostStep, Operand } from '../../program/types.js';
import type { CWriter } from '../c/writer.js';
import type { Position } from './position.js';

/** A tensor that a kernel reads from memory: an expression of its pointer, or its only value. */
export interface Source {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly pointer: string;
  /** The value of a constant with a single element. */
  readonly scalar?: string;
}

/** What the code of an operator asks of the kernel that it is part of. */
export interface KernelContext {
  readonly out: CWriter;
  readonly step: HostStep;
  /** The pointer to the kernel's result, where the only operator makes it. */
  readonly ownOutput: string | undefined;
  /** A name that is free in this kernel, made from `wanted`. */
  fresh(wanted: string): string;
  /** The buffer behind an operand; undefined for a result of an earlier operator. */
  source(o: Operand): Source | undefined;
  /** An expression of the operand's element at a position; may write statements first. */
  value(o: Operand, at: Position): string;
  /** Type of an operand. */
  typeOf(o: Operand): { readonly shape: Shape; readonly dtype: DType };
}

/** Writes the statements that make one element of an operator's result, and returns its expression. */
export type ElementCode = (op: HostOp, at: Position, kernel: KernelContext) => string;

/**
 * An operator whose elements share something along one axis, such as a maximum: `begin` writes the statements that make it, at a
 * position whose index along the axis is still open, and returns the code of an element.
 */
export interface RowCode {
  readonly axis: (op: HostOp, shape: Shape) => number;
  readonly begin: (op: HostOp, at: Position, kernel: KernelContext) => (at: Position) => string;
}

/** Writes the loops of an operator that is a kernel of its own: `outputs` are its results' pointers, `axes` names for its input's axes. */
export type WholeCode = (
  op: HostOp,
  outputs: readonly string[],
  kernel: KernelContext,
  axes: readonly string[],
) => void;

/** The name under which generated code reaches each buffer of the program. */
export interface BufferNames {
  /** Constants: "tvmgen_default_constants.conv1_weights". */
  readonly constants: ReadonlyMap<number, string>;
  readonly buffers: readonly Buffer[];
  /** The values of constants with one element, as C literals. */
  readonly scalars: ReadonlyMap<number, string>;
}
