import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { requireType } from '../base/npy.js';
import type { Tensor } from '../base/tensor.js';
import { type Expr, type Func, tensorTypeOf, type Var } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';

/** Values of a Relay text's parameters, by name, and where they come from (a path), which begins every message on them. */
export interface RelayParameters {
  readonly from: string;
  /** The values that the source has; `wanted` are the names that the text takes, for sources that hold other things, too. */
  readonly values: (wanted: ReadonlySet<string>) => ReadonlyMap<string, Tensor>;
}

/** Throws a UserError when the source has a value for something that `main` does not take. */
function readValues({ from, values }: RelayParameters, main: Func): ReadonlyMap<string, Tensor> {
  const wanted = new Set(main.params.map((p) => p.name));
  const found = values(wanted);
  for (const name of found.keys())
    if (!wanted.has(name)) {
      const near = nearest(name.slice(0, 256), [...wanted].slice(0, 200)).map((n) => `%${n}`);
      throw new UserError(
        `${from} has a value for ${JSON.stringify(name.slice(0, 256))}, which @main does not take; nearest: ${near.join(', ')}.`,
      );
    }
  return found;
}

/** The variables that stand where a layer's weights or bias do; a network without them cannot run. */
function weightVars(main: Func): Set<Expr> {
  const second = postOrder(main.body).flatMap((e) =>
    e.kind === 'call' && /conv2d$|dense$|bias_add$/.test(e.op) ? e.args.slice(1, 2) : [],
  );
  return new Set(second.filter((e) => e.kind === 'var'));
}

/**
 * The values of `main`'s parameters that `source` holds, checked against the types in the text. The rest are the inputs.
 * Throws a UserError when a type differs, weights are missing, or no input is left.
 */
export function boundParameters(source: RelayParameters, main: Func): Map<string, Tensor> {
  const values = readValues(source, main);
  const path = source.from;
  const given = (p: Var) => values.get(p.name);
  for (const p of main.params) {
    const value = given(p);
    if (value !== undefined) requireType(value, tensorTypeOf(p), `${path}: parameter ${p.name}`);
  }
  const weights = weightVars(main);
  const missing = main.params.find((p) => weights.has(p) && given(p) === undefined);
  if (missing !== undefined)
    throw new UserError(`${path} has no value for %${missing.name}, the weights or bias of a layer; add it.`);
  if (main.params.length > 0 && main.params.every((p) => given(p) !== undefined))
    throw new UserError(
      `${path} has a value for every parameter of @main, which leaves no input; take the input's out.`,
    );
  return new Map(main.params.flatMap((p) => (values.has(p.name) ? [[p.name, given(p)!] as const] : [])));
}
