import type { HardwareParameters } from '../../sim/isa/parameters.js';
import { type Edge, minimumCut } from '../base/minimum-cut.js';
import type { CompileOptions } from '../compile.js';
import { childrenOf, type Expr, type Func } from '../ir/expr.js';
import { postOrder, usersOf } from '../ir/visit.js';
import { pixelCycles } from '../lower/pixel-cycles.js';
import type { DigitalLayer } from '../passes/digital-layer.js';
import type { CoreLayer } from '../passes/match.js';
import { isRefusal } from '../passes/pattern.js';
import { energyOf } from '../results/energy.js';
import type { MappedCost } from '../results/mapping.js';
import { noCycles } from '../results/run.js';
import type { Counted } from './count.js';
import { isPixel } from './form.js';
import type { Choice } from './rewrite.js';
import type { Layers } from './sites.js';
import { type Move, transformCost } from './transform-cost.js';

/** What `fastest` and `greenest` make small. */
export type Measure = (cost: MappedCost) => number;

/** What a value's users pay. */
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

/** Layers whose result the host reads, or is the network's: sites first, sums behind them. */
function hostUses(main: Func, { sites, sums }: Layers): { readonly layer: number; readonly root: Expr }[] {
  const users = usersOf(main.body);
  const inside = new Set<Expr>([...sites, ...sums].flatMap((s) => s.calls));
  const roots = [...sites.map(({ root }) => root), ...sums.map(({ calls }) => calls.at(-1)!)];
  return roots.flatMap((root, layer) => {
    const read = root === main.body || (users.get(root) ?? []).some((u) => !inside.has(u));
    return read ? [{ layer, root }] : [];
  });
}

/** A layer as the digital core would have it, as far as its sizes go; undefined for one that it has as a dense layer. */
function onDigital(layer: CoreLayer): DigitalLayer | undefined {
  if (layer.kind !== 'analog') return layer;
  const dense =
    layer.kernelHeight === 1 && layer.kernelWidth === 1 && isPixel(layer.input) && isPixel(layer.output);
  return dense ? undefined : { ...layer, kind: 'conv', depthwise: false, bias: [] };
}

/** What a digital layer costs more where it makes pixels; Infinity where it cannot. */
function pixelPrice(layer: CoreLayer, hardware: HardwareParameters, measure: Measure): number {
  const digital = onDigital(layer);
  const more = digital === undefined ? undefined : pixelCycles(digital, hardware);
  if (more === undefined) return Infinity;
  const { microjoules } = energyOf({ cycles: { ...noCycles(), compute: more }, usefulMacs: 0 });
  return Math.max(0, measure({ cycles: more, microjoules }));
}

/**
 * The cheapest choice where costs add up: each layer's on its core, what the digital core takes more to make pixels for the analog one, and
 * for each value one transform into every layout that a user wants and its own is not. That is a minimum cut: digital layers and planes are
 * on the source's side, analog layers and pixels on the sink's. Exact for any graph of layers; what does not add up (tensors that stay in L1
 * between digital layers) is left to whoever counts the result.
 */
export function cheapestByCut(
  main: Func,
  layers: Layers,
  costs: { readonly digital: Counted; readonly analog: Counted },
  { hardware, pixels }: Pick<CompileOptions, 'hardware' | 'pixels'>,
  measure: Measure,
): Choice {
  const { sites, sums } = layers;
  const count = sites.length + sums.length;
  // A node for each layer: its core. A sum has one for its layout alone, a site another one for what it makes.
  const [source, sink] = [count + sites.length, count + sites.length + 1];
  const edges: Edge[] = [];
  let nodes = sink + 1;
  const join = (from: number, to: number, capacity: number) => edges.push({ from, to, capacity });
  const outputOf = (layer: number): number => (layer < sites.length ? count + layer : layer);
  const priceOf = (layer: CoreLayer): number => (pixels ? pixelPrice(layer, hardware, measure) : Infinity);
  for (const [i, { layer, other, written }] of sites.entries()) {
    const fixed = isRefusal(other);
    join(i, sink, fixed && written === 'analog' ? Infinity : measure(costs.digital.sites[i]!));
    join(source, i, fixed && written === 'digital' ? Infinity : measure(costs.analog.sites[i]!));
    // The analog core makes pixels, the digital one at a price.
    join(outputOf(i), i, Infinity);
    join(i, outputOf(i), priceOf(layer));
  }
  for (const [i, { layer }] of sums.entries()) join(source, sites.length + i, priceOf(layer));
  for (const [value, { maker, users }] of usesOfValues(main, layers)) {
    const price = (...move: Move) => measure(transformCost(value, move, hardware));
    // Paid once where any user is on the sink's side and the value is not, and the other way round.
    const toAnalog = nodes++;
    const toDigital = nodes++;
    const fromHost = maker === undefined;
    join(fromHost ? source : outputOf(maker), toAnalog, price(fromHost ? 'dense' : 'core', 'analog'));
    join(toDigital, fromHost ? sink : outputOf(maker), price(fromHost ? 'dense' : 'analog', 'core'));
    for (const user of users) {
      join(toAnalog, user, Infinity);
      join(user, toDigital, Infinity);
    }
  }
  for (const { layer, root } of hostUses(main, layers)) {
    join(outputOf(layer), sink, measure(transformCost(root, ['core', 'dense'], hardware)));
    join(source, outputOf(layer), measure(transformCost(root, ['analog', 'dense'], hardware)));
  }
  const side = minimumCut(nodes, edges, source, sink);
  return sites.map((_, i) => (side[i] ? 'digital' : 'analog'));
}
