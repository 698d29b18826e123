import type { Expr } from '../ir/expr.js';
import { findPairs, type Pair, weightPlaces } from './pairs.js';
import type { LayerUnit, Units } from './units.js';

/** Passes over all pairs; the ranges settle long before. */
const PASSES = 20;
/** No channel is scaled by more than this in all. */
export const MOST = 16;

/**
 * Factors that equalize the channels between consecutive layers (Nagel et al. 2019, "Data-free quantization through weight equalization
 * and bias correction"): where a layer with a plain ReLU or none feeds exactly one other layer, its output channel c is divided, and
 * the other's input channel c multiplied, by what makes both weights' ranges equal. The function stays the same; one scale a
 * tensor then fits all channels better. Returns the factor of each output channel of each such first layer, by its root; all
 * within 1/16 to 16.
 */
export function equalizingFactors(body: Expr, units: Units): Map<Expr, Float64Array> {
  const pairs = findPairs(body, units);
  const factors = new Map<Expr, Float64Array>(
    pairs.map((p) => [p.first.root, new Float64Array(p.first.weights.value.shape[0]!).fill(1)]),
  );
  const before = new Map(pairs.map((p) => [p.second, p] as const));
  for (let pass = 0; pass < PASSES; pass++) for (const pair of pairs) equalizePair(pair, before, factors);
  return factors;
}

function equalizePair(
  pair: Pair,
  before: ReadonlyMap<LayerUnit, Pair>,
  factors: ReadonlyMap<Expr, Float64Array>,
): void {
  const { first, second, repeat } = pair;
  const own = factors.get(first.root)!;
  const into = before.get(first);
  const made = ranges(first, (place) => place.out, own.length, into, factors);
  const read = ranges(second, (place) => Math.floor(place.input / repeat), own.length, pair, factors);
  for (let c = 0; c < own.length; c++) {
    if (made[c] === 0 || read[c] === 0) continue;
    const wanted = own[c]! * Math.sqrt(read[c]! / made[c]!);
    own[c] = Math.min(MOST, Math.max(1 / MOST, wanted));
  }
}

/** The largest scaled weight of a layer for each channel that `channelOf` names. */
function ranges(
  unit: LayerUnit,
  channelOf: (place: { out: number; input: number }) => number,
  channels: number,
  into: Pair | undefined,
  factors: ReadonlyMap<Expr, Float64Array>,
): Float64Array {
  const out = new Float64Array(channels);
  const { data } = unit.weights.value;
  const place = weightPlaces(unit);
  const [outputs, inputs] = [factors.get(unit.root), into && factors.get(into.first.root)];
  for (let i = 0; i < data.length; i++) {
    const at = place(i);
    const scale = (outputs?.[at.out] ?? 1) / (inputs?.[Math.floor(at.input / into!.repeat)] ?? 1);
    const c = channelOf(at);
    out[c] = Math.max(out[c]!, Math.abs(data[i]!) * scale);
  }
  return out;
}
