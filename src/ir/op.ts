import type { Attrs } from '../../base/attr-value.js';
import { UserError } from '../../base/errors.js';
import type { AttrSpec } from './attrs.js';
import type { TensorType, Type } from './types.js';

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

/** The tensor types of all arguments, for operators that take no tuple. Throws a UserError when one is a tuple. */
export function tensorArgs(op: string, args: readonly Type[]): TensorType[] {
  return args.map((t) => {
    if (t.kind !== 'tensor') throw new UserError(`${op} takes tensors, not a tuple.`);
    return t;
  });
}
