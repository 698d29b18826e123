import { type Call, type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import { rewriteGraph } from '../ir/visit.js';
import { isRefusal } from '../passes/pattern.js';
import type { MappedCore } from '../results/mapping.js';
import { shapedTo } from './form.js';
import type { Site } from './sites.js';

/** A core for each site. */
export type Choice = readonly MappedCore[];

/** Whether a choice can be had: what has no other form stays where it is. */
export const isPossible = (sites: readonly Site[], choice: Choice): boolean =>
  sites.every((s, i) => choice[i] === s.written || !isRefusal(s.other));

/** All on one core, but for what cannot be there. */
export const allOn = (sites: readonly Site[], core: MappedCore): Choice =>
  sites.map((s) => (isRefusal(s.other) ? s.written : core));

/**
 * `main` with the sites on the cores of `choice`; the same object where none moves. `names`, where given, name the layers (to find them again
 * in a program).
 */
export function rewriteSites(
  main: Func,
  sites: readonly Site[],
  choice: Choice,
  names: readonly string[] = sites.map((s) => s.name),
): Func {
  const moves = sites.map((s, i) => choice[i] !== s.written);
  const byRoot = new Map<Expr, number>(sites.map((s, i) => [s.root, i]));
  const nameOf = new Map<Expr, string>(sites.flatMap((s, i) => s.calls.map((c) => [c, names[i]!])));
  const anyMoves = moves.includes(true);
  const rewritten = new Map<Expr, Expr>();
  const rewrite = (e: Expr, original: Expr): Expr => {
    const i = byRoot.get(original);
    if (i !== undefined && moves[i]) {
      const { other, input } = sites[i]!;
      if (!isRefusal(other)) return other.build(rewritten.get(input)!, names[i]!);
    }
    const name = nameOf.get(original);
    if (name !== undefined && e.kind === 'call' && e.label.layer !== name)
      return { ...e, label: { ...(e as Call).label, layer: name } };
    const shaped = anyMoves && e.kind === 'call' && e.op === 'reshape';
    return shaped ? shapedTo(e.args[0]!, tensorTypeOf(e).shape, e.label) : e;
  };
  const body = rewriteGraph(main.body, (e, original) => {
    const out = rewrite(e, original);
    rewritten.set(original, out);
    return out;
  });
  return body === main.body ? main : { ...main, body };
}
