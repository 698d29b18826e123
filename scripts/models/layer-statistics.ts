import type { Seed } from '../../src/base/random.js';
import type { Call, Expr, Model } from '../../src/ir/expr.js';
import { tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { evaluate } from './evaluate.js';

/** How a layer's int8 outputs spread over the built-in inputs. Shares are of all outputs, 0 to 1. */
export interface LayerStatistics {
  readonly layer: string;
  readonly outputs: number;
  /** At an end of int8's range; after a ReLU only 127 counts: 0 is what it is for. */
  readonly clipped: number;
  readonly zero: number;
  readonly deviation: number;
  /** Channels (axis 1) all of whose outputs are equal. */
  readonly constantChannels: number;
}

/** "conv1: clipped 0.1 %, zero 51 %, deviation 20.2, constant channels 0": one line for people. */
export const showStatistics = (s: LayerStatistics): string =>
  `${s.layer}: clipped ${(100 * s.clipped).toFixed(1)} %, zero ${(100 * s.zero).toFixed(0)} %, ` +
  `deviation ${s.deviation.toFixed(1)}, constant channels ${s.constantChannels}`;

/** Layers of a model that end in a requantization: their last clip or cast, in the order of execution. */
function layerEnds(model: Model): Map<string, Call> {
  const ends = new Map<string, Call>();
  for (const e of postOrder(model.main.body))
    if (e.kind === 'call' && e.label.layer !== undefined && tensorTypeOf(e).dtype === 'int8')
      if (e.op === 'clip' || e.op === 'cast') ends.set(e.label.layer, e);
  return ends;
}

/** The values of the tensors `wanted` over the first `runs` built-in inputs, one run after another. */
function collect(model: Model, seed: Seed, runs: number, wanted: ReadonlyMap<string, Expr>) {
  const values = new Map<string, number[]>([...wanted.keys()].map((layer) => [layer, []]));
  for (let run = 0; run < runs; run++) {
    const tensors = evaluate(model, builtinInput(model, seed, run));
    for (const [layer, e] of wanted) for (const v of tensors.get(e)!.data) values.get(layer)!.push(v);
  }
  return values;
}

const isRelu = (e: Call): boolean => e.op === 'clip' && e.attrs.a_min === 0;

/** What the right shift of every requantized layer reads over the first `runs` built-in inputs, by layer name. */
export function accumulators(model: Model, seed: Seed, runs: number) {
  const ends = layerEnds(model);
  const shifted = new Map<string, Expr>();
  for (const e of postOrder(model.main.body))
    if (e.kind === 'call' && e.op === 'right_shift') shifted.set(e.label.layer!, e.args[0]!);
  const values = collect(model, seed, runs, shifted);
  return new Map([...ends].map(([layer, end]) => [layer, { values: values.get(layer)!, relu: isRelu(end) }]));
}

/** Statistics of every requantized layer over the first `runs` built-in inputs, by layer name. */
export function layerStatistics(model: Model, seed: Seed, runs: number): Map<string, LayerStatistics> {
  const ends = layerEnds(model);
  const values = collect(model, seed, runs, ends);
  return new Map([...ends].map(([layer, end]) => [layer, summarize(layer, end, values.get(layer)!)]));
}

function summarize(layer: string, end: Call, values: readonly number[]): LayerStatistics {
  const relu = isRelu(end);
  const share = (test: (v: number) => boolean) => values.filter(test).length / values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return {
    layer,
    outputs: values.length,
    clipped: share((v) => v === 127 || (v === -128 && !relu)),
    zero: share((v) => v === 0),
    deviation: Math.sqrt(variance),
    constantChannels: constantChannels(tensorTypeOf(end).shape, values),
  };
}

function constantChannels(shape: readonly number[], values: readonly number[]): number {
  const [, channels = 1, ...plane] = shape;
  const pixels = plane.reduce((n, d) => n * d, 1);
  const first = new Map<number, number>();
  const varying = new Set<number>();
  values.forEach((v, i) => {
    const channel = Math.floor(i / pixels) % channels;
    if ((first.get(channel) ?? v) !== v) varying.add(channel);
    first.set(channel, v);
  });
  return channels - varying.size;
}
