import type { Expr } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import type { Batch } from './batch.js';
import { bestExponent } from './exponent.js';
import { isConstant } from './prepare/affine.js';
import type { Scaling } from './scaling.js';
import { Groups, joinedBy, source } from './structure.js';
import type { Units } from './units.js';

/**
 * The exponent of every quantized tensor: that of `bestExponent` over the float network's scaled values. The two operands of a sum
 * share one, chosen over both together, since the core adds integers; and a sum's result is no finer than its operands, since
 * the core shifts right only. What a concatenation joins shares one with the result.
 */
export function planExponents(
  body: Expr,
  units: Units,
  scaling: Scaling,
  values: (e: Expr) => Batch | undefined,
): (e: Expr) => number {
  const groups = new Groups();
  const order = postOrder(body);
  const sums = [...units.byRoot.values()].filter((u) => u.kind === 'sum');
  const operands = (u: (typeof sums)[number]) => u.sum.args.filter((a) => !isConstant(a));
  for (const u of sums) {
    const [a, b] = operands(u);
    if (b !== undefined) groups.join(source(a!, units), source(b, units));
  }
  for (const e of order) for (const field of joinedBy(e) ?? []) groups.join(source(field, units), e);
  const members = new Map<Expr, Expr[]>();
  for (const e of order) {
    if (e.kind === 'constant' || e.kind === 'tuple' || source(e, units) !== e || units.inside.has(e))
      continue;
    if (values(e) === undefined) continue;
    const group = groups.of(e);
    members.set(group, [...(members.get(group) ?? []), e]);
  }
  const exponents = new Map<Expr, number>();
  for (const [group, list] of members)
    exponents.set(group, bestExponent(list.map((e) => scaling.valuesOf(e, values(e)!))));
  const get = (e: Expr) => exponents.get(groups.of(source(e, units))) ?? 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const u of sums)
      if (get(u.root) < get(operands(u)[0]!)) {
        exponents.set(groups.of(u.root), get(operands(u)[0]!));
        changed = true;
      }
  }
  return get;
}
