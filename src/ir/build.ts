import type { Attrs } from '../base/attr-value.js';
import { UserError } from '../base/errors.js';
import { type Tensor, tensor } from '../base/tensor.js';
import { completeAttrs } from './attrs.js';
import type {
  Call,
  Constant,
  Expr,
  Func,
  FunctionCall,
  Label,
  TupleExpr,
  TupleGetItem,
  Var,
} from './expr.js';
import { opDef } from './registry.js';
import { type TensorType, tensorType } from './types.js';

/** A parameter of a function. */
export const variable = (name: string, type: TensorType): Var => ({ kind: 'var', name, type });

/**
 * A constant tensor; `name` is the parameter it came from.
 *
 * @example
 * const w = constant(tensor([16], 'int32'), 'conv1.bias');
 */
export function constant(value: Tensor, name?: string): Constant {
  const type = tensorType(value.shape, value.dtype);
  return name === undefined ? { kind: 'constant', value, type } : { kind: 'constant', value, type, name };
}

/**
 * A scalar constant, as `relay.const` makes it: int32 unless said otherwise.
 *
 * @example
 * const eight = scalar(8);
 */
export const scalar = (value: number, dtype: TensorType['dtype'] = 'int32'): Constant =>
  constant(tensor([], dtype, [value]));

/**
 * The operator `op` applied to `args`, its type inferred and its attributes completed.
 * Throws a UserError when the operator, an attribute or an argument does not fit.
 *
 * @example
 * const y = call('nn.max_pool2d', [x], { pool_size: [2, 2], strides: [2, 2] });
 */
export function call(op: string, args: readonly Expr[], attrs: Attrs = {}, label: Label = {}): Call {
  const def = opDef(op);
  if (args.length !== def.args.length)
    throw new UserError(
      `${op} takes ${def.args.length} arguments (${def.args.join(', ')}), not ${args.length}.`,
    );
  const complete = completeAttrs(op, def.attrs, attrs);
  const type = def.infer(
    args.map((a) => a.type),
    complete,
  );
  return { kind: 'call', op, args, attrs: complete, type, label };
}

/**
 * Several tensors as one argument (of `concatenate`).
 *
 * @example
 * const y = call('concatenate', [tuple([a, b])], { axis: 1 });
 */
export function tuple(fields: readonly Expr[]): TupleExpr {
  const types = fields.map((f) => {
    if (f.type.kind !== 'tensor') throw new UserError('a tuple of tuples is not supported.');
    return f.type;
  });
  return { kind: 'tuple', fields, type: { kind: 'tuple', fields: types } };
}

/**
 * Field `index` of an expression of tuple type (a result of `split`).
 *
 * @example
 * const first = tupleGetItem(call('split', [x], { indices_or_sections: 2, axis: 1 }), 0);
 */
export function tupleGetItem(from: Expr, index: number, label: Label = {}): TupleGetItem {
  const type = from.type.kind === 'tuple' ? from.type.fields[index] : undefined;
  if (type === undefined) throw new UserError(`a value of ${from.type.kind} type has no field .${index}.`);
  return { kind: 'tuple_get_item', tuple: from, index, type, label };
}

/** A call of `callee`. The argument types must be the parameters' types. */
export const callFunction = (callee: Func, args: readonly Expr[], label: Label = {}): FunctionCall => ({
  kind: 'function_call',
  callee,
  args,
  type: callee.body.type,
  label,
});
