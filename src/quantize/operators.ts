import type { Tensor } from '../base/tensor.js';
import { variable } from '../ir/build.js';
import type { Call, Expr } from '../ir/expr.js';
import { tensorType } from '../ir/types.js';
import { postOrder } from '../ir/visit.js';
import { type Batch, batchOf, sampleOf } from './batch.js';
import type { Evaluate } from './types.js';

/** Operators whose first axis only repeats what they do: a batch along it is one call. */
const REPEATING: ReadonlySet<string> = new Set([
  ...[
    'add',
    'subtract',
    'multiply',
    'divide',
    'maximum',
    'minimum',
    'right_shift',
    'left_shift',
    'clip',
    'cast',
  ],
  ...['negative', 'abs', 'floor', 'round', 'exp', 'sqrt', 'tanh', 'sigmoid', 'nn.relu', 'nn.leaky_relu'],
  ...['nn.bias_add', 'nn.avg_pool2d', 'nn.max_pool2d', 'nn.global_avg_pool2d', 'nn.global_max_pool2d'],
  ...['nn.adaptive_avg_pool2d', 'reshape', 'nn.batch_flatten'],
]);

/** An operand: one value for all samples, or a value for each. */
export type Operand = Tensor | Batch;

const isBatch = (o: Operand): o is Batch => 'count' in o;

/** What a call computes for each sample: one batch a result. */
export function runCall(evaluate: Evaluate, call: Call, args: readonly Operand[], count: number): Batch[] {
  const types = call.type.kind === 'tuple' ? call.type.fields : [call.type];
  const op = (first: number | undefined) => ({
    op: call.op,
    attrs: call.attrs,
    args: [],
    results: types.map(({ shape, dtype }) => ({
      shape: first === undefined ? shape : [first, ...shape.slice(1)],
      dtype,
    })),
  });
  const rank = types[0]!.shape.length;
  const repeats =
    REPEATING.has(call.op) &&
    types.every((t) => t.shape[0] === 1) &&
    args.every((a) =>
      isBatch(a) ? a.shape[0] === 1 : a.shape.length <= rank && (a.shape.length < rank || a.shape[0] === 1),
    ) &&
    args.every(
      (a) =>
        !isBatch(a) || a.shape.length === rank || call.op === 'reshape' || call.op === 'nn.batch_flatten',
    );
  if (repeats) {
    const whole = args.map((a) => (isBatch(a) ? { ...a, shape: [count, ...a.shape.slice(1)] } : a));
    return evaluate(op(count), whole).map((t, i) => ({
      shape: types[i]!.shape,
      dtype: t.dtype,
      count,
      data: t.data,
    }));
  }
  const each = Array.from({ length: count }, (_, s) =>
    evaluate(
      op(undefined),
      args.map((a) => (isBatch(a) ? sampleOf(a, s) : a)),
    ),
  );
  return types.map((_, i) => batchOf(each.map((results) => results[i]!)));
}

/** What `build` makes of batches of one count. */
export function runOver(
  evaluate: Evaluate,
  inputs: readonly Batch[],
  build: (inputs: readonly Expr[]) => Expr,
): Batch {
  const { count } = inputs[0]!;
  const variables = inputs.map((x, i) => variable(`x${i}`, tensorType(x.shape, x.dtype)));
  const body = build(variables);
  const values = new Map<Expr, readonly Operand[]>(variables.map((v, i) => [v, [inputs[i]!]]));
  for (const e of postOrder(body)) if (!values.has(e)) values.set(e, operandsOf(e, values, evaluate, count));
  const out = values.get(body)![0]!;
  return isBatch(out) ? out : batchOf(Array.from({ length: count }, () => out));
}

/** The value of an expression that is no parameter over its children's: one operand, or one a field. */
export function operandsOf(
  e: Expr,
  values: ReadonlyMap<Expr, readonly Operand[]>,
  evaluate: Evaluate,
  count: number,
): readonly Operand[] {
  const of = (child: Expr) => values.get(child)!;
  switch (e.kind) {
    case 'constant':
      return [e.value];
    case 'tuple':
      return e.fields.flatMap(of);
    case 'tuple_get_item':
      return [of(e.tuple)[e.index]!];
    case 'call':
      return runCall(evaluate, e, e.args.flatMap(of), count);
    case 'var':
    case 'function_call':
      throw new Error(`a ${e.kind} has no value here`);
  }
}
