import type { Expr } from '../ir/expr.js';
import { useCounts } from '../ir/visit.js';
import { channelRepeat } from './structure.js';
import type { LayerUnit, Units } from './units.js';

/** Passes over all pairs; the ranges settle long before. */
const PASSES = 20;
/** No channel is scaled by more than this in all. */
export const MOST = 16;

/** A layer whose output channels only `second` reads; `repeat` of its inputs in a row belong to one channel. */
interface Pair {
  readonly first: LayerUnit;
  readonly second: LayerUnit;
  readonly repeat: number;
}

/** The layer that alone feeds `second`, through operators that treat each channel by itself. */
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

/** Indices of the weights of `unit` that read input channel c. */
function* readers(unit: LayerUnit, c: number): Generator<number> {
  const [outputs, perGroup] = unit.weights.value.shape as [number, number];
  const total = unit.weights.value.data.length;
  const kernel = total / (outputs * perGroup);
  const groups = Number(unit.product.attrs.groups ?? 1);
  const outputsPerGroup = outputs / groups;
  const group = Math.floor(c / perGroup);
  for (let o = group * outputsPerGroup; o < (group + 1) * outputsPerGroup; o++)
    for (let k = 0; k < kernel; k++) yield (o * perGroup + (c % perGroup)) * kernel + k;
}

/**
 * Factors that equalize the channels between consecutive layers (Nagel et al. 2019, "Data-free quantization through weight equalization
 * and bias correction"): where a layer with a plain ReLU or none feeds exactly one other layer, its output channel c is divided, and
 * the other's input channel c multiplied, by what makes both weights' ranges equal. The function stays the same; one scale a
 * tensor then fits all channels better. Returns the factor of each output channel of each such first layer, by its root; all
 * within 1/16 to 16.
 */
export function equalizingFactors(body: Expr, units: Units): Map<Expr, Float64Array> {
  const uses = useCounts(body);
  const layers = [...units.byRoot.values()].filter((u) => u.kind === 'layer');
  const ranges = new Map(layers.map((u) => [u, Float64Array.from(u.weights.value.data, Math.abs)] as const));
  const pairs = layers.map((u) => pairOf(u, units.byRoot, uses)).filter((p) => p !== undefined);
  const factors = new Map<Expr, Float64Array>(
    pairs.map((p) => [p.first.root, new Float64Array(p.first.weights.value.shape[0]!).fill(1)]),
  );
  for (let pass = 0; pass < PASSES; pass++)
    for (const pair of pairs) equalizePair(pair, ranges, factors.get(pair.first.root)!);
  return factors;
}

function equalizePair(
  { first, second, repeat }: Pair,
  ranges: ReadonlyMap<LayerUnit, Float64Array>,
  factors: Float64Array,
): void {
  const [a, b] = [ranges.get(first)!, ranges.get(second)!];
  const inner = a.length / factors.length;
  for (let c = 0; c < factors.length; c++) {
    const read = Array.from({ length: repeat }, (_, r) => [...readers(second, c * repeat + r)]).flat();
    let [rangeA, rangeB] = [0, 0];
    for (let i = c * inner; i < (c + 1) * inner; i++) rangeA = Math.max(rangeA, a[i]!);
    for (const i of read) rangeB = Math.max(rangeB, b[i]!);
    if (rangeA === 0 || rangeB === 0) continue;
    const wanted = factors[c]! * Math.sqrt(rangeB / rangeA);
    const total = Math.min(MOST, Math.max(1 / MOST, wanted));
    const step = total / factors[c]!;
    factors[c] = total;
    for (let i = c * inner; i < (c + 1) * inner; i++) a[i]! *= step;
    for (const i of read) b[i]! /= step;
  }
}
