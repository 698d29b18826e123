import type { Tensor } from '../../src/base/tensor.js';
import { inputsOf, type Model } from '../../src/ir/expr.js';
import { evaluateOnHost } from '../../src/library/host-evaluator.js';

/** Every tensor of a model by label, computed operator by operator with the simulator's host kernels. */
export const runOnHost = (model: Model, inputs: Readonly<Record<string, Tensor>>): Map<string, Tensor> =>
  evaluateOnHost(model.main, new Map(Object.entries(inputs)), model.params);

/** The only input of a model. */
export const soleInput = (model: Model) => inputsOf(model)[0]!;

/** Labels of the tensors that both hold and that are not the same bytes. */
export function differing(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): string[] {
  const bytes = (t: Tensor) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  const both = [...a].filter(([label]) => b.has(label));
  if (both.length === 0) throw new Error('nothing to compare');
  return both.filter(([label, t]) => !bytes(t).equals(bytes(b.get(label)!))).map(([label]) => label);
}
