import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { type Edge, minimumCut } from '../base/minimum-cut.js';
import { childrenOf, type Expr, type Func } from '../ir/expr.js';
import { postOrder, usersOf } from '../ir/visit.js';
import { isRefusal } from '../passes/pattern.js';
import type { MappedCost } from '../results/mapping.js';
import type { Counted } from './count.js';
import type { Choice } from './rewrite.js';
import type { Layers } from './sites.js';
import { type Move, transformCost } from './transform-cost.js';

/** What `fastest` and `greenest` make small. */
export type Measure = (cost: MappedCost) => number;

/** Numbers of the nodes of a cut: sites first, sums behind them. */
interface Uses {
  /** The layer that makes a value; undefined for the host. */
  readonly maker: number | undefined;
  readonly users: readonly number[];
}

/** For each value that layers use: who makes it and which layers use it. */
function usesOfValues(main: Func, { sites, sums }: Layers): Map<Expr, Uses> {
  const layers = [
    ...sites.map(({ root, input }) => ({ root, inputs: [input] })),
    ...sums.map(({ calls, inputs }) => ({ root: calls.at(-1)!, inputs })),
  ];
  const maker = new Map<Expr, number>(layers.map(({ root }, i) => [root, i]));
  const out = new Map<Expr, { maker: number | undefined; users: number[] }>();
  for (const [i, { inputs }] of layers.entries())
    for (const value of inputs) {
      const known = out.get(value) ?? { maker: maker.get(value), users: [] };
      known.users.push(i);
      out.set(value, known);
    }
  // In the order of the graph, so that equal networks are cut alike.
  const order = postOrder(main.body).flatMap((e) => [e, ...childrenOf(e)]);
  return new Map(
    [...new Set(order)].flatMap((e): [Expr, Uses][] => {
      const uses = out.get(e);
      return uses === undefined ? [] : [[e, uses]];
    }),
  );
}

/** Sites whose result the host reads, or is the network's: it goes to the host from either core. */
function hostUses(main: Func, { sites, sums }: Layers): number[] {
  const users = usersOf(main.body);
  const inside = new Set<Expr>([...sites, ...sums].flatMap((s) => s.calls));
  return sites.flatMap(({ root }, i) => {
    const read = root === main.body || (users.get(root) ?? []).some((u) => !inside.has(u));
    return read ? [i] : [];
  });
}

/**
 * The cheapest choice where costs add up: each layer's on its core, and for each value one transform into every core's layout that a user
 * wants and the maker's is not. That is a minimum cut: digital layers are on the source's side, analog ones on the sink's. Exact for any
 * graph of layers; what does not add up (tensors that stay in L1 between digital layers) is left to whoever counts the result.
 */
export function cheapestByCut(
  main: Func,
  layers: Layers,
  costs: { readonly digital: Counted; readonly analog: Counted },
  hardware: HardwareParameters,
  measure: Measure,
): Choice {
  const { sites, sums } = layers;
  const [source, sink] = [sites.length + sums.length, sites.length + sums.length + 1];
  const edges: Edge[] = [];
  let nodes = sink + 1;
  const join = (from: number, to: number, capacity: number) => edges.push({ from, to, capacity });
  for (const [i, { other, written }] of sites.entries()) {
    const fixed = isRefusal(other);
    join(i, sink, fixed && written === 'analog' ? Infinity : measure(costs.digital.sites[i]!));
    join(source, i, fixed && written === 'digital' ? Infinity : measure(costs.analog.sites[i]!));
  }
  for (const i of sums.keys()) join(source, sites.length + i, Infinity);
  for (const [value, { maker, users }] of usesOfValues(main, layers)) {
    const price = (...move: Move) => measure(transformCost(value, move, hardware));
    // Paid once where any user is on the sink's side and the maker is not, and the other way round.
    const toAnalog = nodes++;
    const toDigital = nodes++;
    const fromHost = maker === undefined;
    join(maker ?? source, toAnalog, price(fromHost ? 'dense' : 'core', 'analog'));
    join(toDigital, maker ?? sink, price(fromHost ? 'dense' : 'analog', 'core'));
    for (const user of users) {
      join(toAnalog, user, Infinity);
      join(user, toDigital, Infinity);
    }
  }
  for (const i of hostUses(main, layers)) {
    const { root } = sites[i]!;
    join(i, sink, measure(transformCost(root, ['core', 'dense'], hardware)));
    join(source, i, measure(transformCost(root, ['analog', 'dense'], hardware)));
  }
  const side = minimumCut(nodes, edges, source, sink);
  return sites.map((_, i) => (side[i] ? 'digital' : 'analog'));
}
