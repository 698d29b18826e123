import { constant } from '../../ir/build.js';
import type { Constant, Expr } from '../../ir/expr.js';
import { rewriteGraph } from '../../ir/visit.js';
import { sampleOf } from '../batch.js';
import { runCall } from '../operators.js';
import type { Evaluate } from '../types.js';

const isConstant = (e: Expr): e is Constant => e.kind === 'constant';

/** Computes what depends on constants alone: weights that a graph scales or transposes before it uses them. */
export function foldConstants(body: Expr, evaluate: Evaluate): Expr {
  return rewriteGraph(body, (e) => {
    if (e.kind !== 'call' || e.type.kind !== 'tensor' || e.args.length === 0) return e;
    const args = e.args.flatMap((a) => (a.kind === 'tuple' ? a.fields : [a]));
    if (!args.every(isConstant)) return e;
    const name = args.find((a) => a.name !== undefined)?.name;
    return constant(
      sampleOf(
        runCall(
          evaluate,
          e,
          args.map((a) => a.value),
          1,
        )[0]!,
        0,
      ),
      name,
    );
  });
}
