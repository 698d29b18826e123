import { tensor } from '../base/tensor.js';
import { constant } from '../ir/build.js';
import type { Constant, Expr } from '../ir/expr.js';
import { postOrder, rewriteGraph, usersOf } from '../ir/visit.js';
import { bestRealExponent } from './exponent.js';
import { Groups, isMean, keepsScale, source } from './plan.js';
import { findUnits, type LayerUnit, type Unit } from './units.js';

/**
 * Scales whole tensors inside the network so that powers of two fit them: where everything that reads a tensor is linear in it
 * (layers, sums, means, ReLUs), the layers that make it are multiplied, and those that read it divided, by the factor that
 * moves its best real scale to the nearest power of two. Tensors that meet in a sum share a factor. The function stays the same.
 */
export function rescaleTensors(
  body: Expr,
  input: Expr,
  floats: (e: Expr) => readonly ArrayLike<number>[],
): Expr {
  const units = findUnits(body);
  const groups = new Groups();
  for (const u of units.values())
    if (u.kind === 'sum') for (const a of u.sum.args) groups.join(source(a), u.root);
  // A mean has an exponent of its own, but scales with what it is over.
  for (const e of postOrder(body)) if (e.kind === 'call' && isMean(e)) groups.join(source(e.args[0]!), e);
  const members = new Map<Expr, Expr[]>();
  for (const e of units.keys()) members.set(groups.of(e), [...(members.get(groups.of(e)) ?? []), e]);
  const fixed = fixedGroups(body, input, units, groups);
  const factors = new Map<Expr, number>();
  for (const [group, list] of members) {
    if (fixed.has(group)) continue;
    const exponent = bestRealExponent(list.flatMap(floats));
    factors.set(group, 2 ** (Math.round(exponent) - exponent));
  }
  const factorOf = (e: Expr) => factors.get(groups.of(source(e))) ?? 1;
  return scaleLayers(body, units, factorOf);
}

/** Groups that must stay: the input's, and those that something not linear reads, or that are the result. */
function fixedGroups(body: Expr, input: Expr, units: ReadonlyMap<Expr, Unit>, groups: Groups): Set<Expr> {
  const fixed = new Set<Expr>([groups.of(input), groups.of(source(body))]);
  const users = usersOf(body);
  const inside = new Map<Expr, Unit>();
  for (const u of units.values())
    for (const e of u.kind === 'layer' ? [u.root, u.sum, u.product] : [u.root, u.sum]) inside.set(e, u);
  for (const e of postOrder(body)) {
    const unit = units.get(e);
    const scales = unit !== undefined || (e.kind === 'call' && (keepsScale(e) || isMean(e)));
    if (!scales) continue;
    // A ReLU with an upper limit does not scale.
    if (unit?.activation !== undefined && unit.activation.hi !== Infinity) fixed.add(groups.of(e));
    for (const user of users.get(e) ?? []) {
      const linear = inside.has(user) || (user.kind === 'call' && (keepsScale(user) || isMean(user)));
      if (!linear) fixed.add(groups.of(source(e)));
    }
  }
  return fixed;
}

function scaleLayers(body: Expr, units: ReadonlyMap<Expr, Unit>, factorOf: (e: Expr) => number): Expr {
  const replaced = new Map<Expr, Constant>();
  const layers = [...units.values()].filter((u): u is LayerUnit => u.kind === 'layer');
  for (const u of layers) {
    const out = factorOf(u.root);
    const bias = u.sum === u.product ? undefined : (u.sum.args[1] as Constant);
    for (const [e, factor] of [
      [u.weights, out / factorOf(u.data)],
      [bias, out],
    ] as const) {
      if (e === undefined) continue;
      // Layers that share a parameter cannot be scaled apart.
      if (replaced.has(e)) return body;
      const data = Float64Array.from(e.value.data, (v) => v * factor);
      replaced.set(e, constant(tensor(e.value.shape, 'float32', data), e.name));
    }
  }
  return rewriteGraph(body, (e) => replaced.get(e) ?? e);
}
