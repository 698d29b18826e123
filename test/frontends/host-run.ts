import type { Tensor } from '../../base/tensor.js';
import { executeHostOp } from '../../sim/host/execute.js';
import { type Expr, inputsOf, type Model } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';

/** Every tensor of a model by label, computed operator by operator with the simulator's host kernels. */
export function runOnHost(model: Model, inputs: Readonly<Record<string, Tensor>>): Map<string, Tensor> {
  const values = new Map<Expr, readonly Tensor[]>();
  const tensors = new Map<string, Tensor>();
  const results = (e: Expr): readonly Tensor[] => {
    switch (e.kind) {
      case 'var': {
        const t = inputs[e.name] ?? model.params.get(e.name);
        if (t === undefined) throw new Error(`no value for ${e.name}`);
        return [t];
      }
      case 'constant':
        return [e.value];
      case 'tuple':
        return e.fields.flatMap((f) => values.get(f)!);
      case 'tuple_get_item':
        return [values.get(e.tuple)![e.index]!];
      case 'call': {
        const types = e.type.kind === 'tuple' ? e.type.fields : [e.type];
        return executeHostOp(
          {
            op: e.op,
            attrs: e.attrs,
            args: [],
            results: types.map(({ shape, dtype }) => ({ shape, dtype })),
          },
          e.args.flatMap((a) => values.get(a)!),
        );
      }
      case 'function_call':
        throw new Error('not a partitioned graph');
    }
  };
  for (const e of postOrder(model.main.body)) {
    const out = results(e);
    values.set(e, out);
    const label = 'label' in e ? e.label.tensor : undefined;
    if (label !== undefined && out.length === 1) tensors.set(label, out[0]!);
  }
  const body = values.get(model.main.body)!;
  for (const [i, t] of body.entries()) tensors.set(body.length === 1 ? 'output' : `output.${i}`, t);
  return tensors;
}

/** The only input of a model. */
export const soleInput = (model: Model) => inputsOf(model)[0]!;

/** Labels of the tensors that both hold and that are not the same bytes. */
export function differing(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): string[] {
  const bytes = (t: Tensor) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);
  const both = [...a].filter(([label]) => b.has(label));
  if (both.length === 0) throw new Error('nothing to compare');
  return both.filter(([label, t]) => !bytes(t).equals(bytes(b.get(label)!))).map(([label]) => label);
}
