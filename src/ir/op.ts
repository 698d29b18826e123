import type { Attrs } from '../base/attr-value.js';
import { type DType, isFloat } from '../base/dtype.js';
import { UserError } from '../base/errors.js';
import { type Shape, showShape } from '../base/tensor.js';
import type { AttrSpec } from './attrs.js';
import { showType, type TensorType, type Type } from './types.js';

/**
 * How an operator maps inputs to outputs; decides what may be fused on the host (as in TVM):
 * - `elementwise`: output element i depends on input elements i alone
 * - `broadcast`: the same after broadcasting
 * - `injective`: each output element is one input element (reshape, transpose, ...)
 * - `anchor`: reduces (conv2d, dense, pools, softmax, ...); starts a fused kernel, never joins one
 * - `opaque`: never fused
 */
export type OpPattern = 'elementwise' | 'broadcast' | 'injective' | 'anchor' | 'opaque';

export interface OpDef {
  /** Relay's name. */
  readonly name: string;
  /** Names of the arguments, in order, for messages; a trailing "..." name takes a tuple. */
  readonly args: readonly string[];
  readonly attrs: readonly AttrSpec[];
  readonly pattern: OpPattern;
  /** The result's type. Throws a UserError when the arguments do not fit; `where` names the operator for it. */
  readonly infer: (args: readonly Type[], attrs: Attrs) => Type;
}

/** The tensor types of all arguments, for operators that take no tuple. Throws a UserError for a tuple. */
export function tensorArgs(op: string, args: readonly Type[]): TensorType[] {
  return args.map((t) => {
    if (t.kind !== 'tensor')
      throw new UserError(`${op} takes tensors, not the tuple ${showType(t)}; take one of its fields.`);
    return t;
  });
}

/** The axis that `axis` (negative: from the end) means. Throws a UserError when `shape` has none such. */
export function axisIn(op: string, shape: Shape, axis: number): number {
  const found = axis < 0 ? axis + shape.length : axis;
  if (found < 0 || found >= shape.length)
    throw new UserError(
      `${op} of ${showShape(shape)}: there is no axis ${axis}; must be ${-shape.length}..${shape.length - 1}.`,
    );
  return found;
}

export type DTypeClass = 'float32' | 'integer' | 'number';
const HOLDS: Record<DTypeClass, (d: DType) => boolean> = {
  float32: isFloat,
  integer: (d) => !isFloat(d) && d !== 'bool',
  number: (d) => d !== 'bool',
};

/** `type`, if its dtype is of the class that `op` computes on (`number`: all but bool). Throws a UserError otherwise. */
export function requireClass(op: string, type: TensorType, wanted: DTypeClass): TensorType {
  if (!HOLDS[wanted](type.dtype))
    throw new UserError(
      `${op} of ${showType(type)}: the dtype is ${type.dtype}; must be ${wanted}. Cast it first.`,
    );
  return type;
}
