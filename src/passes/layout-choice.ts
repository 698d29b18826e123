import { type Edge, minimumCut } from '../base/minimum-cut.js';
import { type Expr, type Func, tensorTypeOf } from '../ir/expr.js';
import type { TensorType } from '../ir/types.js';
import { postOrder, usersOf } from '../ir/visit.js';
import type { BufferLayout } from '../program/types.js';

/** The layouts of the two cores' sides. */
export type CoreSide = 'core' | 'analog';

/** How a value comes to be, as far as layouts go. */
export type Maker =
  /** In this layout, whatever comes in. */
  | { readonly kind: 'fixed'; readonly layout: BufferLayout }
  /** A conv of the digital core, which reads planes and may write pixels at so many more cycles. */
  | { readonly kind: 'either'; readonly pixelCycles: number }
  /** What reads and makes one layout, planes or pixels, at so many more cycles in pixels: a sum, a host operator that sees bytes. */
  | { readonly kind: 'through'; readonly pixelCycles: number };

/** What the choice of layouts counts with. */
export interface LayoutRules {
  readonly makerOf: (e: Expr) => Maker;
  /** In which layout a user reads its operands; undefined for one that reads what it makes. */
  readonly readOf: (user: Expr) => BufferLayout | undefined;
  /** Cycles of a transform of a value on the host. */
  readonly transform: (type: TensorType, from: BufferLayout, to: BufferLayout) => number;
}

/** A number, which is the same in every layout. */
export const isScalar = (e: Expr): boolean => e.kind === 'constant' && e.value.data.length === 1;

/** A graph of values as the pins of a cut: planes on the source's side, pixels on the sink's. */
class Cut {
  readonly edges: Edge[] = [];
  readonly source = 0;
  readonly sink = 1;
  #nodes = 2;

  node(): number {
    return this.#nodes++;
  }

  /** `capacity`, where it is more than 0, is paid where `from` is planes and `to` pixels. */
  pay(from: number, to: number, capacity: number): void {
    if (capacity > 0) this.edges.push({ from, to, capacity });
  }

  solve(): boolean[] {
    return minimumCut(this.#nodes, this.edges, this.source, this.sink);
  }
}

/**
 * In which layout each value of `main` is made, such that layers and the host's transforms take the fewest cycles in all: a value pays once
 * for each layout that a user wants and its own is not. That is a minimum cut (planes on one side, pixels on the other), exact for any graph.
 * Of equal ones it takes the one with more planes left of it.
 */
export function cheapestLayouts(main: Func, rules: LayoutRules): Map<Expr, BufferLayout> {
  const order = postOrder(main.body);
  const makers = new Map<Expr, Maker>(order.map((e) => [e, rules.makerOf(e)]));
  const cut = new Cut();
  const nodes = new Map<Expr, number>();
  for (const [e, maker] of makers) {
    if (maker.kind === 'fixed') continue;
    const node = cut.node();
    nodes.set(e, node);
    cut.pay(cut.source, node, maker.pixelCycles);
    cut.pay(node, cut.sink, -maker.pixelCycles);
  }
  const placeOf = (e: Expr): number | undefined => {
    const maker = makers.get(e)!;
    if (maker.kind !== 'fixed') return nodes.get(e)!;
    return maker.layout === 'dense' ? undefined : maker.layout === 'core' ? cut.source : cut.sink;
  };
  const users = usersOf(main.body);
  for (const e of order)
    if (e.type.kind === 'tensor' && !isScalar(e))
      payFor(e, placeOf(e), readersOf(users.get(e) ?? [], rules, nodes), cut, rules);
  const side = nodes.size === 0 ? [] : cut.solve();
  return new Map(
    [...makers].map(([e, maker]): [Expr, BufferLayout] => [
      e,
      maker.kind === 'fixed' ? maker.layout : side[nodes.get(e)!]! ? 'core' : 'analog',
    ]),
  );
}

/** Who reads a value: the host as it is, or places of the cut. */
function readersOf(
  users: readonly Expr[],
  rules: LayoutRules,
  nodes: ReadonlyMap<Expr, number>,
): readonly (number | 'dense' | CoreSide)[] {
  // The network's result is the host's.
  if (users.length === 0) return ['dense'];
  return users.map((u) => rules.readOf(u) ?? nodes.get(u)!);
}

/** What a value that is made at `place` (nowhere: by the host) costs by its readers. */
function payFor(
  e: Expr,
  place: number | undefined,
  readers: readonly (number | 'dense' | CoreSide)[],
  cut: Cut,
  rules: LayoutRules,
): void {
  const type = tensorTypeOf(e);
  const price = (from: BufferLayout, to: BufferLayout): number => rules.transform(type, from, to);
  const onCores = readers
    .filter((r) => r !== 'dense')
    .map((r) => (r === 'core' ? cut.source : r === 'analog' ? cut.sink : r));
  if (place !== undefined && readers.includes('dense')) {
    cut.pay(cut.source, place, price('analog', 'dense'));
    cut.pay(place, cut.sink, price('core', 'dense'));
  }
  if (onCores.length === 0) return;
  // Paid once where any reader wants pixels and they are not there, and the same for planes.
  const [toPixels, toPlanes] = [cut.node(), cut.node()];
  cut.pay(place ?? cut.source, toPixels, price(place === undefined ? 'dense' : 'core', 'analog'));
  cut.pay(toPlanes, place ?? cut.sink, price(place === undefined ? 'dense' : 'analog', 'core'));
  for (const reader of onCores) {
    cut.pay(toPixels, reader, Infinity);
    cut.pay(reader, toPlanes, Infinity);
  }
}
