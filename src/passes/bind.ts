import { UserError } from '../base/errors.js';
import { showShape } from '../base/tensor.js';
import { constant } from '../ir/build.js';
import type { Expr, Func, Model } from '../ir/expr.js';
import { rewriteGraph } from '../ir/visit.js';

/**
 * `main` with every parameter that has a value replaced by a constant of that name; the inputs stay parameters.
 * Throws a UserError when a value's shape or dtype is not the parameter's.
 */
export function bindParameters(model: Model): Func {
  const bound = new Map<Expr, Expr>();
  for (const p of model.main.params) {
    const value = model.params.get(p.name);
    if (value === undefined) continue;
    if (value.dtype !== p.type.dtype || String(value.shape) !== String(p.type.shape))
      throw new UserError(
        `parameter ${p.name} is ${showShape(value.shape)} ${value.dtype}; ` +
          `must be ${showShape(p.type.shape)} ${p.type.dtype} as %${p.name} is declared.`,
      );
    bound.set(p, constant(value, p.name));
  }
  return {
    ...model.main,
    params: model.main.params.filter((p) => !bound.has(p)),
    body: rewriteGraph(model.main.body, (e) => bound.get(e) ?? e),
  };
}
