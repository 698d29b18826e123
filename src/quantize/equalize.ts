import { type Tensor, tensor } from '../base/tensor.js';
import { constant } from '../ir/build.js';
import type { Constant, Expr } from '../ir/expr.js';
import { rewriteGraph, useCounts } from '../ir/visit.js';
import { findUnits, type LayerUnit } from './units.js';

/** Passes over all pairs; the ranges settle long before. */
const PASSES = 20;
/** No channel is scaled by more than this in all. */
const MOST = 16;

/** Working copies of a layer's weights and bias. */
interface Parameters {
  readonly weights: Float64Array;
  readonly bias: Float64Array | undefined;
}

/**
 * Equalizes the channels between consecutive layers (Nagel et al. 2019, "Data-free quantization through weight equalization and
 * bias correction"): where a layer with a plain ReLU or none feeds exactly one other layer, its output channel c is
 * divided, and the other's input channel c multiplied, by the factor that makes both weights' ranges equal. The function
 * stays the same; one scale a tensor then fits all channels better.
 */
export function equalizeChannels(body: Expr): Expr {
  const units = findUnits(body);
  const uses = useCounts(body);
  const layers = [...units.values()].filter((u): u is LayerUnit => u.kind === 'layer');
  const parameters = new Map<LayerUnit, Parameters>(
    layers.map((u) => [
      u,
      {
        weights: Float64Array.from(u.weights.value.data),
        bias: u.bias === undefined ? undefined : Float64Array.from(u.bias.data),
      },
    ]),
  );
  const pairs = layers.flatMap((second) => {
    const first = layers.find((u) => u.root === second.data);
    const plain = first !== undefined && (first.activation === undefined || first.activation.hi === Infinity);
    return plain && uses.get(first.root) === 1 ? [[first, second] as const] : [];
  });
  for (let pass = 0; pass < PASSES; pass++)
    for (const [first, second] of pairs) equalizePair(first, second, parameters);
  return replaceParameters(body, layers, parameters);
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

function equalizePair(
  first: LayerUnit,
  second: LayerUnit,
  parameters: ReadonlyMap<LayerUnit, Parameters>,
): void {
  const [a, b] = [parameters.get(first)!, parameters.get(second)!];
  const channels = first.weights.value.shape[0]!;
  const inner = a.weights.length / channels;
  for (let c = 0; c < channels; c++) {
    let [rangeA, rangeB] = [0, 0];
    for (let i = c * inner; i < (c + 1) * inner; i++) rangeA = Math.max(rangeA, Math.abs(a.weights[i]!));
    for (const i of readers(second, c)) rangeB = Math.max(rangeB, Math.abs(b.weights[i]!));
    if (rangeA === 0 || rangeB === 0) continue;
    const s = Math.min(MOST, Math.max(1 / MOST, Math.sqrt(rangeA / rangeB)));
    for (let i = c * inner; i < (c + 1) * inner; i++) a.weights[i]! /= s;
    if (a.bias !== undefined) a.bias[c]! /= s;
    for (const i of readers(second, c)) b.weights[i]! *= s;
  }
}

function replaceParameters(
  body: Expr,
  layers: readonly LayerUnit[],
  parameters: ReadonlyMap<LayerUnit, Parameters>,
): Expr {
  const replaced = new Map<Expr, Constant>();
  const like = (t: Tensor, data: Float64Array, name: string | undefined) =>
    constant(tensor(t.shape, 'float32', data), name);
  const shared = new Set<Expr>();
  for (const u of layers) {
    const p = parameters.get(u)!;
    const bias = u.sum === u.product ? undefined : (u.sum.args[1] as Constant);
    for (const [e, data] of [
      [u.weights, p.weights],
      [bias, p.bias],
    ] as const) {
      if (e === undefined || data === undefined) continue;
      if (replaced.has(e)) shared.add(e);
      replaced.set(e, like(e.value, data, e.name));
    }
  }
  // Layers that share a parameter cannot be scaled apart: such a graph stays as it is.
  if (shared.size > 0) return body;
  return rewriteGraph(body, (e) => replaced.get(e) ?? e);
}
