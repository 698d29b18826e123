import { type Call, type Expr, tensorTypeOf } from '../ir/expr.js';
import { postOrder } from '../ir/visit.js';
import { bestExponent } from './exponent.js';
import type { Unit } from './units.js';

/** Operators that move int8 values and do not change them. */
const MOVERS: ReadonlySet<string> = new Set([
  ...['reshape', 'transpose', 'nn.batch_flatten', 'squeeze', 'expand_dims', 'strided_slice', 'reverse'],
  'nn.max_pool2d',
]);
const MEANS: ReadonlySet<string> = new Set(['nn.avg_pool2d', 'nn.global_avg_pool2d', 'mean']);

/** Whether `e` keeps its operand's scale: a mover, or a padding with zeros. */
export function keepsScale(e: Call): boolean {
  if (MOVERS.has(e.op)) return true;
  const value = e.args[1];
  return e.op === 'nn.pad' && value?.kind === 'constant' && value.value.data[0] === 0;
}

/** Whether `e` is a mean over whole windows of an image: a pool, or `mean` over its last two axes. */
export function isMean(e: Call): boolean {
  if (!MEANS.has(e.op) || tensorTypeOf(e.args[0]!).shape.length !== 4) return false;
  if (e.op !== 'mean') return true;
  return e.attrs.exclude === false && String(e.attrs.axis) === '2,3';
}

/** The expression that gives `e` its scale. */
export function source(e: Expr): Expr {
  while (e.kind === 'call' && keepsScale(e)) e = e.args[0]!;
  return e;
}

/** Expressions that share something, by one of them. */
export class Groups {
  readonly #parent = new Map<Expr, Expr>();

  of(e: Expr): Expr {
    let at = e;
    for (let up = this.#parent.get(at); up !== undefined; up = this.#parent.get(at)) at = up;
    return at;
  }

  join(a: Expr, b: Expr): void {
    const [x, y] = [this.of(a), this.of(b)];
    if (x !== y) this.#parent.set(x, y);
  }
}

/**
 * The exponent of every quantized tensor: that of `bestExponent` over the float network's values. The two operands of a sum share
 * one, chosen over both together, since the core adds integers; and a sum's result is no finer than its operands, since the
 * core shifts right only.
 */
export function planExponents(
  body: Expr,
  input: Expr,
  units: ReadonlyMap<Expr, Unit>,
  floats: (e: Expr) => readonly ArrayLike<number>[],
): (e: Expr) => number {
  const groups = new Groups();
  const sources = [input, ...units.keys(), ...postOrder(body).filter((e) => e.kind === 'call' && isMean(e))];
  const sums = [...units.values()].filter((u) => u.kind === 'sum');
  for (const { sum } of sums) groups.join(source(sum.args[0]!), source(sum.args[1]!));
  const members = new Map<Expr, Expr[]>();
  for (const e of sources) members.set(groups.of(e), [...(members.get(groups.of(e)) ?? []), e]);
  const exponents = new Map<Expr, number>();
  for (const [group, list] of members) exponents.set(group, bestExponent(list.flatMap(floats)));
  const get = (e: Expr) => exponents.get(groups.of(source(e))) ?? 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (const u of sums)
      if (get(u.root) < get(u.sum.args[0]!)) {
        exponents.set(groups.of(u.root), get(u.sum.args[0]!));
        changed = true;
      }
  }
  return get;
}
