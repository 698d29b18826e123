import type { AttrValue } from '../../src/base/attr-value.js';
import { allocate, type DType } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { elementCount, type Shape, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';

/** What a host operator may tell beside its results. */
export interface HostContext {
  /** Called once an operator with the number of integer results whose exact value did not fit and wrapped; never with 0. */
  readonly onOverflow?: (count: number) => void;
}

/** The semantics of one operator on dense tensors. Pure; throws a UserError for what cannot be computed. */
export type HostKernel = (op: HostOp, args: readonly Tensor[], context: HostContext) => Tensor[];

/** A zeroed result. */
export const result = (shape: Shape, dtype: DType): Tensor => ({
  shape,
  dtype,
  data: allocate(dtype, elementCount(shape)),
});

/** Argument `i`. Throws a UserError when the program gives fewer. */
export function argument(op: HostOp, args: readonly Tensor[], i: number): Tensor {
  const t = args[i];
  if (t === undefined)
    throw new UserError(`host operator ${op.op}: argument ${i} is missing; the program is damaged.`);
  return t;
}

function badAttr(op: HostOp, name: string, wanted: string): never {
  const value = JSON.stringify(op.attrs[name]) ?? 'missing';
  throw new UserError(
    `host operator ${op.op}: attribute ${name} is ${value}; must be ${wanted}. The program is damaged.`,
  );
}

const isIntList = (v: AttrValue | undefined): v is readonly number[] =>
  Array.isArray(v) && v.every((x) => Number.isInteger(x));

/** The attribute `name`: a number, an integer, `count` integers (any number without `count`), integers or null. */
export function numberOf(op: HostOp, name: string): number {
  const v = op.attrs[name];
  return typeof v === 'number' ? v : badAttr(op, name, 'a number');
}
export function intOf(op: HostOp, name: string): number {
  const v = numberOf(op, name);
  return Number.isInteger(v) ? v : badAttr(op, name, 'an integer');
}
export function intsOf(op: HostOp, name: string, count?: number): readonly number[] {
  const v = op.attrs[name];
  return isIntList(v) && (count === undefined || v.length === count)
    ? v
    : badAttr(op, name, `${count ?? 'some'} integers`);
}
/** Like `intsOf`, with one integer as a list of one, and null where the program has null. */
export function optionalIntsOf(op: HostOp, name: string): readonly number[] | null {
  const v = op.attrs[name];
  if (v === null) return null;
  return typeof v === 'number' ? [intOf(op, name)] : intsOf(op, name);
}
export function pairsOf(op: HostOp, name: string, count: number): readonly (readonly number[])[] {
  const v = op.attrs[name];
  const list: readonly unknown[] = Array.isArray(v) ? v : [];
  if (list.length !== count || !list.every((p) => isIntList(p as AttrValue) && (p as number[]).length === 2))
    badAttr(op, name, `${count} pairs of integers`);
  return v as readonly (readonly number[])[];
}

/** The axis of `shape` that `axis` means (negative: from the end). */
export function axisOf(op: HostOp, shape: Shape, axis: number): number {
  const found = axis < 0 ? axis + shape.length : axis;
  if (shape[found] === undefined)
    throw new UserError(`host operator ${op.op}: there is no axis ${axis}; the program is damaged.`);
  return found;
}

/** The single declared result of an operator, whose dtype the program states. */
export function declared(op: HostOp): HostOp['results'][number] {
  const first = op.results[0];
  if (first === undefined || op.results.length !== 1)
    throw new UserError(
      `host operator ${op.op}: the program declares ${op.results.length} results; must be 1.`,
    );
  return first;
}

/**
 * An int64 value, if float64 holds it exactly; nothing larger is computed. Throws a UserError otherwise.
 */
export function exactInt64(op: string, value: number): number {
  if (!Number.isSafeInteger(value))
    throw new UserError(
      `host operator ${op}: an int64 value is about ${value}; must be within +-(2^53 - 1). Cast to int32 first.`,
    );
  return value + 0; // integers have no negative zero
}
