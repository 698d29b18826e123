import type { Attrs } from '../base/attr-value.js';
import type { Tensor } from '../base/tensor.js';
import type { TensorType, Type } from './types.js';

/**
 * A graph is a function whose body is an expression over its parameters, as in Relay. Expressions are immutable and shared:
 * two uses of one object are two uses of one tensor.
 */
export type Expr = Var | Constant | Call | TupleExpr | TupleGetItem | FunctionCall;

export interface Var {
  readonly kind: 'var';
  readonly name: string;
  readonly type: TensorType;
}

export interface Constant {
  readonly kind: 'constant';
  readonly value: Tensor;
  readonly type: TensorType;
  /** The parameter it was bound from ("conv1.weights"), if any. */
  readonly name?: string;
}

/** What names a value for people; kept through every pass as long as the value stays the same tensor. */
export interface Label {
  /** The tensor's name, the same in all stages, reports and comparisons: its number in the input's text ("%5"). */
  readonly tensor?: string;
  /** The layer it belongs to ("conv1"), as the model's author or file calls it. */
  readonly layer?: string;
}

/** An operator applied to arguments. `attrs` are complete (src/ir/attrs.ts). */
export interface Call {
  readonly kind: 'call';
  readonly op: string;
  readonly args: readonly Expr[];
  readonly attrs: Attrs;
  readonly type: Type;
  readonly label: Label;
}

export interface TupleExpr {
  readonly kind: 'tuple';
  readonly fields: readonly Expr[];
  readonly type: Type;
}

export interface TupleGetItem {
  readonly kind: 'tuple_get_item';
  readonly tuple: Expr;
  readonly index: number;
  readonly type: TensorType;
  readonly label: Label;
}

/** A call of another function: a layer on the accelerator, a fused host kernel. */
export interface FunctionCall {
  readonly kind: 'function_call';
  readonly callee: Func;
  readonly args: readonly Expr[];
  readonly type: Type;
  readonly label: Label;
}

/** Attributes of a function, in Relay's words; printed in this order. */
export interface FuncAttrs {
  readonly Inline?: number;
  readonly PartitionedFromPattern?: string;
  readonly Composite?: string;
  readonly Compiler?: string;
  readonly global_symbol?: string;
  readonly Primitive?: number;
}

export interface Func {
  /** The global name without "@"; an inner composite function has none. */
  readonly name: string;
  readonly params: readonly Var[];
  readonly body: Expr;
  readonly attrs: FuncAttrs;
}

/** A model: the function `main` and the values of those parameters that are no inputs. */
export interface Model {
  readonly name: string;
  readonly main: Func;
  readonly params: ReadonlyMap<string, Tensor>;
}

/**
 * The parameters of `main` that are given at run time.
 *
 * @example
 * inputsOf(model).map((input) => input.name); // ['input']
 */
export const inputsOf = (model: Model): Var[] => model.main.params.filter((p) => !model.params.has(p.name));

/** The type of an expression that must be a tensor; a tuple here is a mistake in this program. */
export function tensorTypeOf(e: Expr): TensorType {
  if (e.type.kind !== 'tensor') throw new Error(`a ${e.kind} of tuple type where a tensor is needed`);
  return e.type;
}

/** The expressions that `e` reads, in order. */
export function childrenOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'var':
    case 'constant':
      return [];
    case 'call':
    case 'function_call':
      return e.args;
    case 'tuple':
      return e.fields;
    case 'tuple_get_item':
      return [e.tuple];
  }
}
