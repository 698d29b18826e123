import type { Expr } from '../ir/expr.js';
import { useCounts } from '../ir/visit.js';
import { channelRepeat } from './structure.js';
import type { LayerUnit, Units } from './units.js';

/** A layer whose output channels only `second` reads; `repeat` of its inputs in a row belong to one channel. */
export interface Pair {
  readonly first: LayerUnit;
  readonly second: LayerUnit;
  readonly repeat: number;
}

/**
 * The layers with a plain ReLU or none that feed exactly one other layer, through operators that treat each channel by itself: their
 * channels may be scaled, and the scale taken back in the other layer's weights.
 */
export function findPairs(body: Expr, units: Units): Pair[] {
  const uses = useCounts(body);
  return [...units.byRoot.values()]
    .filter((u) => u.kind === 'layer')
    .map((second) => pairOf(second, units.byRoot, uses))
    .filter((p) => p !== undefined);
}

function pairOf(
  second: LayerUnit,
  byRoot: Units['byRoot'],
  uses: ReadonlyMap<Expr, number>,
): Pair | undefined {
  let at: Expr = second.data;
  let repeat = 1;
  for (;;) {
    if (uses.get(at) !== 1) return undefined;
    const first = byRoot.get(at);
    if (first !== undefined) {
      const plain = first.activation === undefined || first.activation.hi === Infinity;
      return first.kind === 'layer' && plain ? { first, second, repeat } : undefined;
    }
    const more = channelRepeat(at);
    if (more === undefined || at.kind !== 'call') return undefined;
    repeat *= more;
    at = at.args[0]!;
  }
}

/** Where a weight stands: the output channel it makes and the input channel it reads. */
export interface WeightPlace {
  readonly out: number;
  readonly input: number;
}

/** The place of every weight of a layer, by its index. */
export function weightPlaces(unit: LayerUnit): (i: number) => WeightPlace {
  const { data, shape } = unit.weights.value;
  const [outputs, perGroup] = shape as readonly [number, number];
  const kernel = data.length / (outputs * perGroup);
  const perOutput = outputs / Number(unit.product.attrs.groups ?? 1);
  return (i) => {
    const out = Math.floor(i / (perGroup * kernel));
    return { out, input: Math.floor(out / perOutput) * perGroup + (Math.floor(i / kernel) % perGroup) };
  };
}
