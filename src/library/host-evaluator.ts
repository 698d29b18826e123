import { executeHostOp } from '../../sim/host/execute.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Expr, Func } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';

/** What one expression computes: one tensor, or the fields of a tuple. */
function results(
  e: Expr,
  parameter: (name: string) => Tensor | undefined,
  values: ReadonlyMap<Expr, readonly Tensor[]>,
): readonly Tensor[] {
  switch (e.kind) {
    case 'var': {
      const t = parameter(e.name);
      if (t === undefined) throw new UserError(`%${e.name} needs a value; it was given none.`);
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
      const declared = types.map(({ shape, dtype }) => ({ shape, dtype }));
      const args = e.args.flatMap((a) => values.get(a)!);
      return executeHostOp({ op: e.op, attrs: e.attrs, args: [], results: declared }, args);
    }
    case 'function_call':
      throw new Error('a partitioned graph is not evaluated on the host');
  }
}

/**
 * Every tensor of `main` (labelled, not partitioned) by label, computed operator by operator with the simulator's host
 * kernels. The result is "output", or "output.0", "output.1", ... of a tuple.
 */
export function evaluateOnHost(
  main: Func,
  inputs: ReadonlyMap<string, Tensor>,
  params: ReadonlyMap<string, Tensor> = new Map(),
): Map<string, Tensor> {
  const values = new Map<Expr, readonly Tensor[]>();
  const tensors = new Map<string, Tensor>();
  for (const e of postOrder(main.body)) {
    const out = results(e, (name) => inputs.get(name) ?? params.get(name), values);
    values.set(e, out);
    const label = 'label' in e ? e.label.tensor : undefined;
    if (label !== undefined && out.length === 1) tensors.set(label, out[0]!);
  }
  const body = values.get(main.body)!;
  for (const [i, t] of body.entries()) tensors.set(body.length === 1 ? 'output' : `output.${i}`, t);
  return tensors;
}
