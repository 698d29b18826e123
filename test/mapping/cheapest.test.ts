import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { maxPool2d } from '../../src/builder/operators.js';
import type { Expr, Model } from '../../src/ir/expr.js';
import { cheapestByCut } from '../../src/mapping/cheapest.js';
import { type Choice, isPossible } from '../../src/mapping/rewrite.js';
import { type Layers, layersOf } from '../../src/mapping/sites.js';
import { transformCost } from '../../src/mapping/transform-cost.js';
import { bindParameters } from '../../src/passes/bind.js';

/** Ternary convs, which either core takes; an int8 one only the digital core takes. */
class Net {
  readonly m = new ModelBuilder('net');
  readonly x = this.m.input('x', [1, 16, 16, 16], 'int8');
  conv(data: Expr, name: string, stride: 1 | 2 = 1, largest = 1): Expr {
    const w = Array.from({ length: 16 * 16 * 9 }, (_, i) => (i % 3) - 1);
    w[0] = largest;
    const bias = tensor([16], 'int32', new Array(16).fill(0));
    return this.m.conv2d(data, name, tensor([16, 16, 3, 3], 'int8', w), bias, {
      shift: 3,
      strides: [stride, stride],
    });
  }
}

/** Who makes a value that layers read or make, and who reads it: what it takes to get it there. */
interface Value {
  readonly of: 'host' | number;
  readonly readers: readonly (number | 'sum' | 'host')[];
}

const NETWORKS: readonly (readonly [string, (n: Net) => Expr, readonly Value[]])[] = [
  [
    'a chain',
    (n) => n.conv(n.conv(n.conv(n.x, 'a'), 'b', 2), 'c'),
    [
      { of: 'host', readers: [0] },
      { of: 0, readers: [1] },
      { of: 1, readers: [2] },
      { of: 2, readers: ['host'] },
    ],
  ],
  [
    'a fork into a sum',
    (n) => {
      const a = n.conv(n.x, 'a', 2);
      return n.m.add(n.conv(a, 'b'), n.conv(a, 'c'), 'sum', { shift: 1 });
    },
    [
      { of: 'host', readers: [0] },
      { of: 0, readers: [1, 2] },
      { of: 1, readers: ['sum'] },
      { of: 2, readers: ['sum'] },
    ],
  ],
  [
    'a value that a layer and the host read',
    (n) => {
      const a = n.conv(n.x, 'a');
      const pooled = maxPool2d(a, { poolSize: 2, strides: 2 });
      return n.m.add(n.conv(a, 'b', 2), n.conv(pooled, 'c'), 'sum', { shift: 1 });
    },
    [
      { of: 'host', readers: [0] },
      { of: 0, readers: [1, 'host'] },
      { of: 'host', readers: [2] },
      { of: 1, readers: ['sum'] },
      { of: 2, readers: ['sum'] },
    ],
  ],
  [
    'two layers of one input, one of them with int8 weights',
    (n) => n.m.add(n.conv(n.x, 'a', 2, 2), n.conv(n.x, 'b', 2), 'sum', { shift: 1 }),
    [
      { of: 'host', readers: [0, 1] },
      { of: 0, readers: ['sum'] },
      { of: 1, readers: ['sum'] },
    ],
  ],
];

function parts(model: Model): { readonly layers: Layers; readonly main: ReturnType<typeof bindParameters> } {
  const main = bindParameters(model);
  return { main, layers: layersOf(main, { chip: DEFAULT_PARAMETERS.chip, analog: true }) };
}

/** Layers' own costs, and one transform of a value into each layout that somebody wants and its maker does not make. */
function costOf(
  choice: Choice,
  digital: readonly number[],
  analog: readonly number[],
  layers: Layers,
  values: readonly Value[],
): number {
  const layoutOf = (of: number | 'sum' | 'host') =>
    of === 'sum' ? 'core' : of === 'host' ? 'dense' : choice[of] === 'digital' ? 'core' : 'analog';
  let sum = choice.reduce((n, core, i) => n + (core === 'digital' ? digital[i]! : analog[i]!), 0);
  for (const { of, readers } of values) {
    const value = of === 'host' ? layers.sites[readers[0] as number]!.input : layers.sites[of]!.root;
    const made = layoutOf(of);
    for (const layout of new Set(readers.map(layoutOf)))
      if (layout !== made) sum += transformCost(value, [made, layout], DEFAULT_PARAMETERS).cycles;
  }
  return sum;
}

const everyChoice = (n: number): Choice[] =>
  Array.from({ length: 2 ** n }, (_, bits) =>
    Array.from({ length: n }, (_, i) => ((bits >> i) & 1 ? 'analog' : 'digital')),
  );
const counted = (costs: readonly number[]) =>
  ({ sites: costs.map((cycles) => ({ cycles, microjoules: 0 })) }) as never;

describe('the cheapest mapping by a minimum cut', () => {
  it.each(NETWORKS)('%s: costs what the best of all mappings does', (_, build, values) => {
    const net = new Net();
    const { main, layers } = parts(net.m.build(build(net)));
    const { sites } = layers;
    const own = fc.array(fc.integer({ min: 0, max: 20_000 }), {
      minLength: sites.length,
      maxLength: sites.length,
    });
    const fixed = fc.array(fc.constantFrom(undefined, undefined, 'digital', 'analog'), {
      minLength: sites.length,
      maxLength: sites.length,
    });
    fc.assert(
      fc.property(own, own, fixed, (digital, analog, held) => {
        // Some layers cannot leave the core that they are written for.
        const now = sites.map((s, i) => {
          const core = held[i];
          const other = { attribute: 'weights', value: 'any', supported: 'others' };
          return core === undefined || 'attribute' in s.other ? s : { ...s, written: core, other };
        });
        const cost = (choice: Choice) => costOf(choice, digital, analog, layers, values);
        const best = Math.min(
          ...everyChoice(sites.length)
            .filter((choice) => isPossible(now, choice))
            .map(cost),
        );
        const costs = { digital: counted(digital), analog: counted(analog) };
        const found = cheapestByCut(
          main,
          { ...layers, sites: now },
          costs,
          { hardware: DEFAULT_PARAMETERS, pixels: false },
          (c) => c.cycles,
        );
        expect(isPossible(now, found)).toBe(true);
        expect(cost(found)).toBeCloseTo(best, 6);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('a network with int8 weights has layers that stay', () => {
    const net = new Net();
    const { layers } = parts(net.m.build(NETWORKS[3]![1](net)));
    expect(layers.sites.map((s) => 'attribute' in s.other)).toEqual([true, false]);
    expect(layers.sums).toHaveLength(1);
  });
});
