import type { Expr, Func } from '../../ir/expr.js';
import { tensorTypeOf } from '../../ir/expr.js';
import { postOrder } from '../../ir/visit.js';
import type { Site } from '../../mapping/sites.js';
import { type Batch, batchOf, newBatch } from '../batch.js';
import { type Operand, operandsOf } from '../operators.js';
import { productsOf } from '../products.js';
import type { Evaluate } from '../types.js';
import { type Conversion, convert } from './conversion.js';
import type { Int8Layer } from './layer.js';

/** A layer as it is computed: as the digital core has it, or ternary. */
export interface Computed {
  readonly site: Site;
  readonly layer: Int8Layer;
  readonly ternary?: { readonly signs: Int8Array; readonly conversion: Conversion };
}

/** The product sums of a layer of every sample, [sample][channel][position]. */
export function sumsOf({ site }: Pick<Computed, 'site'>, weights: ArrayLike<number>, x: Batch): Float32Array {
  const products = productsOf(site.calls[0]!);
  const size = products.shape.reduce((n, d) => n * d, 1);
  const out = new Float32Array(size * x.count);
  products.each(weights, x, (sums, sample) => out.set(sums, sample * size));
  return out;
}

/** Positions of a channel's plane. */
export const positionsOf = ({ output }: Int8Layer): number => output.slice(2).reduce((n, d) => n * d, 1);

/** What an int8 layer gives before it is rounded down and limited: (sum + bias) / 2^shift. */
export function wantedOf(c: Computed, x: Batch): Float32Array {
  const { layer } = c;
  const sums = sumsOf(c, layer.weights, x);
  const [channels, positions] = [layer.output[1]!, positionsOf(layer)];
  return sums.map((s, i) => (s + layer.bias[Math.floor(i / positions) % channels]!) / 2 ** layer.shift);
}

/** The outputs of a layer for every sample. */
export function outputOf(c: Computed, x: Batch): Batch {
  const { layer, ternary } = c;
  const out = newBatch(tensorTypeOf(c.site.root).shape, 'int8', x.count);
  const [channels, positions] = [layer.output[1]!, positionsOf(layer)];
  if (ternary === undefined) {
    const low = layer.relu ? 0 : -128;
    wantedOf(c, x).forEach((v, i) => {
      out.data[i] = Math.min(127, Math.max(low, Math.floor(v)));
    });
    return out;
  }
  sumsOf(c, ternary.signs, x).forEach((s, i) => {
    out.data[i] = convert(s, Math.floor(i / positions) % channels, ternary.conversion, layer.relu);
  });
  return out;
}

/** Says how a layer is computed, given its input. */
export type Plan = (site: Site, input: Batch) => Computed | undefined;

/**
 * The network's result for every sample of a batch; layers for which `plan` gives something are computed whole, everything else operator by
 * operator.
 */
export function runNetwork(
  main: Func,
  sites: readonly Site[],
  input: Batch,
  evaluate: Evaluate,
  plan: Plan,
): Batch {
  const values = new Map<Expr, readonly Operand[]>(main.params.map((p) => [p, [input]]));
  const roots = new Map<Expr, Site>(sites.map((s) => [s.root, s]));
  const inside = new Set<Expr>(sites.flatMap((s) => s.calls.slice(0, -1)));
  for (const e of postOrder(main.body)) {
    if (values.has(e) || inside.has(e)) continue;
    const site = roots.get(e);
    if (site === undefined) values.set(e, operandsOf(e, values, evaluate, input.count));
    else {
      const x = values.get(site.input)![0]! as Batch;
      values.set(e, [outputOf(plan(site, x)!, x)]);
    }
  }
  const out = values.get(main.body)![0]!;
  return 'count' in out ? out : batchOf(Array.from({ length: input.count }, () => out));
}
