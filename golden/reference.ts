import { UserError } from '../src/base/errors.js';
import type { Tensor } from '../src/base/tensor.js';
import { sameShape, showShape } from '../src/base/tensor.js';
import type { Expr, Func } from '../src/ir/expr.js';
import { tensorTypeOf } from '../src/ir/expr.js';
import { postOrder } from '../src/ir/visit.js';
import type { Backend } from './backend.js';
import { crossCheck } from './crosscheck.js';
import { evaluatorOf } from './operators.js';
import type { Run, Value } from './value.js';

/** Every tensor of a model's run, by label: "%0", ..., "output", and the inputs by their names. */
export interface Reference {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** How many elements left the range of their integer dtype and wrapped, of the tensors where any did. */
  readonly wrapped: ReadonlyMap<string, number>;
  /**
   * Of the float tensors that are computed by definition and checked on tfjs (float convolutions, exp, softmax, ...): the
   * largest distance between the two, in ulps.
   */
  readonly tfjsDistance: ReadonlyMap<string, number>;
}

const isTensor = (v: Value): v is Tensor => !Array.isArray(v);

/** The label of what an expression computes; constants and parameters that are weights have none. */
const labelOf = (e: Expr, inputs: ReadonlyMap<string, Tensor>): string | undefined => {
  if (e.kind === 'var') return inputs.has(e.name) ? e.name : undefined;
  return e.kind === 'constant' || e.kind === 'tuple' ? undefined : e.label.tensor;
};

function parameter(name: string, e: Expr, given: Tensor | undefined): Tensor {
  const type = tensorTypeOf(e);
  if (given === undefined) throw new UserError(`the reference needs a value for ${name}; it was given none.`);
  if (given.dtype !== type.dtype || !sameShape(given.shape, type.shape))
    throw new UserError(
      `${name} is ${showShape(given.shape)} ${given.dtype}; must be ${showShape(type.shape)} ${type.dtype}.`,
    );
  return given;
}

function evaluateOne(
  e: Expr,
  get: (child: Expr) => Value,
  parameters: (name: string) => Tensor | undefined,
  run: Run,
): Value {
  switch (e.kind) {
    case 'var':
      return parameter(e.name, e, parameters(e.name));
    case 'constant':
      return e.value;
    case 'tuple':
      return e.fields.map((f) => get(f) as Tensor);
    case 'tuple_get_item':
      return (get(e.tuple) as readonly Tensor[])[e.index]!;
    case 'function_call':
      throw new Error('the reference evaluates the graph before it is partitioned');
    case 'call':
      return evaluatorOf(e.op)(
        e,
        e.args.flatMap((a) => get(a)),
        run,
      );
  }
}

/**
 * Evaluates `main` (labelled, not partitioned) operator by operator. Integer tensors are exact by construction; wrapped
 * where their dtype wraps. Throws a UserError when a parameter's value is missing or of another type.
 */
export function evaluate(
  main: Func,
  inputs: ReadonlyMap<string, Tensor>,
  params: ReadonlyMap<string, Tensor>,
  backend: Backend,
): Reference {
  const evaluation = evaluationSteps(main, inputs, params, backend);
  for (;;) {
    const next = evaluation.next();
    if (next.done === true) return next.value;
  }
}

/**
 * `evaluate` that comes back before each operator: what it yields to decides when to go on. Others may use tfjs in between. Throws what
 * `evaluate` throws.
 */
export function* evaluationSteps(
  main: Func,
  inputs: ReadonlyMap<string, Tensor>,
  params: ReadonlyMap<string, Tensor>,
  backend: Backend,
): Generator<void, Reference> {
  const values = new Map<Expr, Value>();
  const tensors = new Map<string, Tensor>();
  const wrapped = new Map<string, number>();
  const tfjsDistance = new Map<string, number>();
  for (const e of postOrder(main.body)) {
    yield;
    backend.activate();
    const label = labelOf(e, inputs);
    const run: Run = {
      tf: backend.tf,
      wrapped: (count) => {
        if (label !== undefined) wrapped.set(label, count);
      },
      check: (result, tfjs, tolerance) => {
        const distance = crossCheck(e.kind === 'call' ? e.op : e.kind, result, tfjs, tolerance);
        if (label !== undefined) tfjsDistance.set(label, distance);
      },
    };
    const value = evaluateOne(
      e,
      (child) => values.get(child)!,
      (name) => inputs.get(name) ?? params.get(name),
      run,
    );
    values.set(e, value);
    if (label !== undefined && isTensor(value)) tensors.set(label, value);
  }
  return { tensors, wrapped, tfjsDistance };
}
