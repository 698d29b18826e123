import fc from 'fast-check';
import { expect, it } from 'vitest';
import { add } from '../../src/builder/operators.js';
import { variable } from '../../src/ir/build.js';
import type { Expr, Func } from '../../src/ir/expr.js';
import { tensorType } from '../../src/ir/types.js';
import { postOrder, usersOf } from '../../src/ir/visit.js';
import { cheapestLayouts, type LayoutRules, type Maker } from '../../src/passes/layout-choice.js';
import type { BufferLayout } from '../../src/program/types.js';

// Four values: a chain, and the sum of its ends. What they compute does not matter here.
const x = variable('x', tensorType([1, 64, 4, 4], 'int8'));
const a = add(x, x);
const b = add(a, a);
const c = add(b, b);
const d = add(a, c);
const main: Func = { name: 'main', params: [x], body: d, attrs: {} };
const VALUES = [a, b, c, d];

const readBy = (m: Maker): BufferLayout | undefined =>
  m.kind === 'fixed' ? m.layout : m.kind === 'either' ? 'core' : undefined;

/** The cost by its definition: pixels at their makers' cycles, and each layout that a value's users want and it is not made in, once. */
function costOf(made: ReadonlyMap<Expr, BufferLayout>, { makerOf, readOf, transform }: LayoutRules): number {
  const users = usersOf(main.body);
  let cost = 0;
  for (const e of postOrder(main.body)) {
    const [maker, own] = [makerOf(e), made.get(e)!];
    if (maker.kind !== 'fixed' && own === 'analog') cost += maker.pixelCycles;
    const wanted = (users.get(e) ?? []).map((u) => readOf(u) ?? made.get(u)!);
    for (const layout of new Set(wanted.length === 0 ? ['dense' as const] : wanted))
      if (layout !== own) cost += transform(tensorType([1, 64, 4, 4], 'int8'), own, layout);
  }
  return cost;
}

const cycles = fc.integer({ min: -30, max: 60 });
const maker: fc.Arbitrary<Maker> = fc.oneof(
  fc
    .constantFrom<BufferLayout>('core', 'analog', 'dense')
    .map((layout) => ({ kind: 'fixed', layout }) as const),
  cycles.map((pixelCycles) => ({ kind: 'either', pixelCycles }) as const),
  cycles.map((pixelCycles) => ({ kind: 'through', pixelCycles }) as const),
);
// From the host's order, to it, and between the cores.
const prices = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 6, maxLength: 6 });

it('no choice of layouts costs less', () =>
  fc.assert(
    fc.property(fc.array(maker, { minLength: 4, maxLength: 4 }), prices, (makers, price) => {
      const moves = [
        'dense core',
        'dense analog',
        'core dense',
        'analog dense',
        'core analog',
        'analog core',
      ];
      const of = new Map<Expr, Maker>([[x, { kind: 'fixed', layout: 'dense' }]]);
      VALUES.forEach((e, i) => void of.set(e, makers[i]!));
      const rules: LayoutRules = {
        makerOf: (e) => of.get(e)!,
        readOf: (e) => readBy(of.get(e)!),
        transform: (_, from, to) => price[moves.indexOf(`${from} ${to}`)]!,
      };
      const best = Array.from({ length: 2 ** VALUES.length }, (_, bits) => {
        const made = new Map<Expr, BufferLayout>([[x, 'dense']]);
        VALUES.forEach((e, i) => {
          const m = of.get(e)!;
          made.set(e, m.kind === 'fixed' ? m.layout : (bits >> i) & 1 ? 'analog' : 'core');
        });
        return costOf(made, rules);
      }).reduce((least, cost) => Math.min(least, cost));
      expect(costOf(cheapestLayouts(main, rules), rules)).toBe(best);
    }),
    { numRuns: 400, seed: 5 },
  ));
