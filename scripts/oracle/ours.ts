import { type Backend, evaluate } from '../../golden/index.js';
import { UserError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/base/tensor.js';
import type { LoadedModel } from '../../src/frontends/load.js';
import type { Expr } from '../../src/ir/expr.js';
import { inputsOf } from '../../src/ir/expr.js';
import { evaluateOnHost } from '../../src/library/host-evaluator.js';

/** Refused with one line: a UserError without a line break. Anything else that is thrown is a mistake of ours. */
export function refusal(error: unknown): string {
  if (error instanceof UserError && !error.message.includes('\n')) return error.message;
  throw error;
}

const bytes = (t: Tensor): Uint8Array => new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);

/** Two results that must be the same bytes: the reference and the simulator's host kernels. */
function same(a: Tensor, b: Tensor): boolean {
  const [x, y] = [bytes(a), bytes(b)];
  return x.length === y.length && x.every((v, i) => v === y[i]);
}

/** A value that an output is: computed, an input, or a constant of the file. */
function outputValue(
  e: Expr,
  name: string,
  tensors: ReadonlyMap<string, Tensor>,
  model: LoadedModel,
): Tensor | undefined {
  if (e.kind === 'constant') return e.value;
  if (e.kind === 'var') return tensors.get(e.name) ?? model.params.get(e.name);
  return tensors.get(name);
}

/**
 * The outputs of `model` for `inputs`, by the simulator's host kernels and by the reference, which must agree bit by bit.
 * Throws a UserError for what is refused when it runs, an Error where the two sides differ.
 */
export function runOurs(
  model: LoadedModel,
  inputs: ReadonlyMap<string, Tensor>,
  backend: Backend,
): readonly Tensor[] {
  const host = evaluateOnHost(model.main, inputs, model.params);
  const reference = evaluate(model.main, inputs, model.params, backend).tensors;
  for (const [label, t] of reference) {
    const other = host.get(label);
    if (other !== undefined && !same(t, other))
      throw new Error(`${label} of the reference and of the host kernels differ`);
  }
  const { body } = model.main;
  const fields = body.kind === 'tuple' ? body.fields : [body];
  return fields.map((e, i) => {
    const all = new Map([...inputs, ...host]);
    const value = outputValue(e, body.kind === 'tuple' ? `output.${i}` : 'output', all, model);
    if (value === undefined) throw new Error(`output ${i} has no value`);
    return value;
  });
}

/** Gives each input of the model, in order, its value. Throws a UserError where the numbers differ. */
export function bindInputs(model: LoadedModel, values: readonly Tensor[]): Map<string, Tensor> {
  const inputs = inputsOf(model);
  if (inputs.length !== values.length)
    throw new UserError(`the model has ${inputs.length} inputs; ${values.length} are given`);
  return new Map(
    inputs.map((v, i) => [v.name, { ...values[i]!, shape: values[i]!.shape, dtype: v.type.dtype }]),
  );
}
