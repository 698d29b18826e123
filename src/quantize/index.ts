import { LimitError, UserError } from '../base/errors.js';
import { sameShape, showShape, type Tensor, tensor } from '../base/tensor.js';
import { finishModel } from '../frontends/model.js';
import { Names } from '../frontends/names.js';
import { type Expr, inputsOf, type Model, type Var } from '../ir/expr.js';
import { bindParameters } from '../passes/bind.js';
import { type Batch, batchOf, sampleOf } from './batch.js';
import { equalizingFactors } from './equalize.js';
import { FloatNetwork } from './float-network.js';
import { agreement } from './measure.js';
import { prepare } from './prepare/index.js';
import { type FloatGraph, type QuantizedBody, quantizeBody } from './quantizer.js';
import type { InputMap, Quantized, QuantizeOptions } from './types.js';
import { findUnits, type Units } from './units.js';

export { indexOfLargest } from './measure.js';
export type {
  Agreement,
  Evaluate,
  FloatOperator,
  InputMap,
  LayerReport,
  Quantized,
  QuantizeOptions,
} from './types.js';

/** More calibration samples are refused: each keeps every tensor of the network in memory. */
export const MAX_SAMPLES = 512;
/** Held-aside samples that are computed at once. */
const CHUNK = 64;

/** A way to prepare the weights. */
interface Variant {
  readonly name: string;
  readonly channels: (body: Expr, units: Units) => ReadonlyMap<Expr, Float64Array>;
}

const PLAIN = 'as they are';
const VARIANTS: readonly Variant[] = [
  { name: PLAIN, channels: () => new Map() },
  { name: 'channels equalized', channels: equalizingFactors },
];

/**
 * A trained float32 network as an integer one for the digital core: int8 weights and activations at power-of-two scales, int32
 * biases, one shift a layer. Tried with and without equalized channels (src/quantize/equalize.ts); the one whose output is
 * nearer to the float network's on the calibration samples stays.
 * Throws a UserError when the network has several inputs, is no float network, or a sample does not fit.
 */
export function quantize(model: Model, options: QuantizeOptions): Quantized {
  const given = soleInput(model);
  checkSamples(options.calibration, given.type.shape);
  const say = options.progress ?? (() => {});
  const { body, input, map } = prepare(bindParameters(model).body, given, options.evaluate);
  const units = findUnits(body);
  const network = new FloatNetwork(body, input, units, options.evaluate);
  const mapped = (samples: readonly Tensor[]): Batch => batchOf(samples.map((t) => mappedTensor(t, map)));
  say('float network');
  const calibration = mapped(options.calibration);
  const graph: FloatGraph = { body, input, units, calibration, values: network.run(calibration) };
  const { made, name, warnings } = bestVariant(graph, options, say);
  say('held-aside samples');
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

/** The variant whose output is nearest to the float network's. One that fails is left out, with a warning, unless all do. */
function bestVariant(graph: FloatGraph, options: QuantizeOptions, say: (what: string) => void) {
  const float = samplesOf(graph.values.of(graph.body)!);
  const warnings: string[] = [];
  let best: { made: QuantizedBody; name: string; error: number } | undefined;
  let failure: unknown;
  for (const { name, channels } of VARIANTS) {
    const factors = channels(graph.body, graph.units);
    if (best !== undefined && factors.size === 0) continue;
    say(name === PLAIN ? 'quantizing' : `quantizing, ${name}`);
    try {
      const made = quantizeBody(graph, factors, options.evaluate);
      const lost = made.floating.filter((f) => f.lost !== undefined).length;
      const error = lost * 1e30 + agreement(float, samplesOf(made.calibration)).meanError;
      if (best === undefined || error < best.error) best = { made, name, error };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failure = error;
      warnings.push(`weights ${name}: left out, for ${error.message}`);
    }
  }
  if (best === undefined) throw failure;
  return { ...best, warnings };
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
    for (const v of s.data) {
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
  return tensor(
    t.shape,
    'float32',
    Array.from(t.data, (v, i) => v * at(scale, i) + at(offset, i)),
  );
}

/** A sample of the float network's input as the integer network takes it: scaled, rounded, saturated to int8. */
export function quantizedInput(t: Tensor, map: InputMap): Tensor {
  const { shape, data } = mappedTensor(t, map);
  return tensor(
    shape,
    'int8',
    Array.from(data, (v) => Math.max(-128, Math.min(127, Math.round(v))) + 0),
  );
}

function finished(name: string, { input, body }: QuantizedBody): Model {
  const names = new Names();
  names.unique(input.name, 'input');
  const { sourceNames: _, warnings: __, ...model } = finishModel(name, [input], body, new Map(), names);
  return model;
}
