import { LimitError, UserError } from '../base/errors.js';
import { sameShape, showShape, type Tensor, tensor } from '../base/tensor.js';
import { finishModel } from '../frontends/model.js';
import { Names } from '../frontends/names.js';
import { type Expr, inputsOf, type Model, type Var } from '../ir/expr.js';
import { bindParameters } from '../passes/bind.js';
import { balancingFactors } from './balance.js';
import { type Batch, batchOf, sampleOf, thinned } from './batch.js';
import { equalizingFactors } from './equalize.js';
import { FloatNetwork } from './float-network.js';
import { agreement } from './measure.js';
import { prepare } from './prepare/index.js';
import { type FloatGraph, type QuantizedBody, quantizeBody } from './quantizer.js';
import type { InputMap, Quantized, QuantizeOptions } from './types.js';
import { findUnits } from './units.js';

export { indexOfLargest } from './measure.js';
export type {
  Agreement,
  Evaluate,
  FloatOperator,
  InputMap,
  LayerReport,
  Quantized,
  QuantizeOptions,
  TernaryLayer,
} from './types.js';

/** More calibration samples are refused: each keeps every tensor of the network in memory. */
export const MAX_SAMPLES = 512;
/** Held-aside samples that are computed at once. */
const CHUNK = 64;
/** Calibration samples on which variants are compared. */
const TRIED = 32;

/** A way to prepare the weights. */
interface Variant {
  readonly name: string;
  readonly channels: (graph: FloatGraph) => ReadonlyMap<Expr, Float64Array>;
}

const PLAIN = 'as they are';
const VARIANTS: readonly Variant[] = [
  { name: PLAIN, channels: () => new Map() },
  { name: 'channels equalized', channels: ({ body, units }) => equalizingFactors(body, units) },
  {
    name: 'channels balanced',
    channels: ({ body, units, values }) => balancingFactors(body, units, values.of),
  },
];

/**
 * A trained float32 network as an integer one for the digital core: int8 weights and activations at power-of-two scales, int32
 * biases, one shift a layer. Tried with the weights as they are and with channels scaled in two ways (equalize.ts, balance.ts); the one
 * whose last layer is nearest to the float network's on the calibration samples stays.
 * Throws a UserError when the network has several inputs, is no float network, or a sample does not fit.
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const steps = quantizeSteps(model, options);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
    options.progress?.(next.value);
  }
}

/** `quantize` that comes back before each longer step with what it is, for a person who waits. */
export function* quantizeSteps(model: Model, options: QuantizeOptions): Generator<string, Quantized> {
  const given = soleInput(model);
  checkSamples(options.calibration, given.type.shape);
  const { body, input, map } = prepare(bindParameters(model).body, given, options.evaluate);
  const units = findUnits(body);
  const network = new FloatNetwork(body, input, units, options.evaluate);
  const mapped = (samples: readonly Tensor[]): Batch => batchOf(samples.map((t) => mappedTensor(t, map)));
  yield 'float network';
  const calibration = mapped(options.calibration);
  const graph: FloatGraph = { body, input, units, calibration, values: network.run(calibration) };
  const { channels, name, warnings } = yield* bestVariant(graph, options);
  yield 'quantizing';
  const made = quantizeBody(graph, channels, options.evaluate);
  yield 'held-aside samples';
  const inputMap: InputMap = {
    ...map,
    scale: map.scale.map((s) => s * made.inputScale),
    offset: map.offset.map((o) => o * made.inputScale),
  };
  const chunks = chunked(options.test);
  const float = chunks.flatMap((c) => samplesOf(network.output(mapped(c))));
  const quantized = chunks.flatMap((c) =>
    samplesOf(made.run(batchOf(c.map((t) => quantizedInput(t, inputMap))))),
  );
  return {
    model: finished(model.name, made),
    input: inputMap,
    layers: made.layers,
    floating: made.floating,
    variant: name,
    warnings: [...warnings, ...made.warnings],
    calibration: agreement(samplesOf(graph.values.of(body)!), samplesOf(made.calibration)),
    test: float.length === 0 ? undefined : agreement(float, quantized),
    outputs: { float, quantized },
  };
}

const samplesOf = (b: Batch): Tensor[] => Array.from({ length: b.count }, (_, i) => sampleOf(b, i));
const chunked = (all: readonly Tensor[]): Tensor[][] =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));

/**
 * The variant whose last layer is nearest to the float network's, on a part of the calibration samples. One that fails is left out, with a
 * warning, unless all do.
 */
function* bestVariant(
  whole: FloatGraph,
  options: QuantizeOptions,
): Generator<string, { channels: ReadonlyMap<Expr, Float64Array>; name: string; warnings: string[] }> {
  const given = VARIANTS.map(({ name, channels }) => ({ name, channels: channels(whole) }));
  const variants = given.filter((v, i) => i === 0 || v.channels.size > 0);
  const warnings: string[] = [];
  if (variants.length === 1) return { ...variants[0]!, warnings };
  const graph = part(whole, TRIED);
  let best: { variant: (typeof variants)[number]; merit: number } | undefined;
  let failure: unknown;
  for (const variant of variants) {
    yield `trying weights ${variant.name}`;
    try {
      const made = quantizeBody(graph, variant.channels, options.evaluate);
      const lost = made.floating.filter((f) => f.lost !== undefined);
      // A layer that is lost outweighs any noise. The last layer tells more than the result, which a softmax has flattened.
      const merit = (made.layers.at(-1)?.sqnr ?? 0) - lost.length * 1000;
      for (const f of lost)
        if (variant !== variants[0]) warnings.push(`weights ${variant.name}: ${f.layer}: ${f.lost}`);
      if (best === undefined || merit > best.merit) best = { variant, merit };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failure = error;
      warnings.push(`weights ${variant.name} left out: ${error.message}`);
    }
  }
  if (best === undefined) throw failure;
  return { ...best.variant, warnings };
}

/** The same network on some of its samples. */
function part(graph: FloatGraph, samples: number): FloatGraph {
  const { values } = graph;
  const known = new Map<Expr, Batch | undefined>();
  const of = (e: Expr): Batch | undefined => {
    if (!known.has(e)) {
      const all = values.of(e);
      known.set(e, all === undefined ? undefined : thinned(all, samples));
    }
    return known.get(e);
  };
  return {
    ...graph,
    calibration: thinned(graph.calibration, samples),
    values: { of, means: (u) => thinned(values.means(u), samples) },
  };
}

function soleInput(model: Model): Var {
  const inputs = inputsOf(model);
  const input = inputs[0];
  if (inputs.length !== 1 || input === undefined)
    throw new UserError(
      `${model.name} has ${inputs.length} inputs; only networks of one input are quantized.`,
    );
  if (model.main.body.type.kind !== 'tensor')
    throw new UserError(`${model.name} has several outputs; must be one.`);
  if (model.main.body.type.dtype !== 'float32')
    throw new UserError(
      `${model.name} makes ${model.main.body.type.dtype}; only float32 networks are quantized.`,
    );
  return input;
}

function checkSamples(samples: readonly Tensor[], shape: readonly number[]): void {
  if (samples.length < 1 || samples.length > MAX_SAMPLES)
    throw new LimitError({
      subject: 'the number of calibration samples',
      value: samples.length,
      rule: `1 to ${MAX_SAMPLES}`,
    });
  const first = samples[0]!.data[0]!;
  let constant = true;
  samples.forEach((s, i) => {
    if (!sameShape(s.shape, shape) || s.dtype !== 'float32')
      throw new UserError(
        `a sample is ${showShape(s.shape)} ${s.dtype}; must be ${showShape(shape)} float32.`,
      );
    for (let k = 0; k < s.data.length; k++) {
      const v = s.data[k]!;
      if (!Number.isFinite(v))
        throw new UserError(`calibration sample ${i} holds ${v}; every value must be a finite number.`);
      if (v !== first) constant = false;
    }
  });
  if (constant)
    throw new UserError(
      `the calibration data is ${first} everywhere; must be samples of what the network will see.`,
    );
}

/** The values of a sample after the input's scale and offset. */
function mappedTensor(t: Tensor, { scale, offset, axis }: InputMap): Tensor {
  const inner = t.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const at = (list: readonly number[], i: number) =>
    list.length === 1 ? list[0]! : list[Math.floor(i / inner) % list.length]!;
  const values = new Float64Array(t.data.length);
  for (let i = 0; i < values.length; i++) values[i] = t.data[i]! * at(scale, i) + at(offset, i);
  return tensor(t.shape, 'float32', values);
}

/** A sample of the float network's input as the integer network takes it: scaled, rounded, saturated to int8. */
export function quantizedInput(t: Tensor, map: InputMap): Tensor {
  const { shape, data } = mappedTensor(t, map);
  const integers = new Float64Array(data.length);
  for (let i = 0; i < integers.length; i++)
    integers[i] = Math.max(-128, Math.min(127, Math.round(data[i]!))) + 0;
  return tensor(shape, 'int8', integers);
}

function finished(name: string, { input, body }: QuantizedBody): Model {
  const names = new Names();
  names.unique(input.name, 'input');
  const { sourceNames: _, warnings: __, ...model } = finishModel(name, [input], body, new Map(), names);
  return model;
}
