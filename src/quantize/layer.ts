import { LimitError } from '../base/errors.js';
import { elementCount, type Tensor, tensor } from '../base/tensor.js';
import type { Label } from '../ir/expr.js';
import { type Batch, channelsOf, newBatch, thinned } from './batch.js';
import { coreLayer, type LayerNumbers } from './core-layer.js';
import { int8At, weightExponents } from './exponent.js';
import { weightPlaces } from './pairs.js';
import { productsOf } from './products.js';
import { type Factor, factorAt } from './scaling.js';
import type { LayerUnit } from './units.js';
import { type IntegerTensor, requantizedRange } from './value.js';

/** A quantized layer with what the report says of it. */
export interface QuantizedLayer {
  readonly value: IntegerTensor;
  readonly weightExponent: number;
  readonly shift: number;
  /** What the integer layer makes of other samples. */
  readonly run: (x: Batch) => Batch;
}

/** The float network's values of a layer for the calibration samples. */
export interface FloatLayer {
  /** Mean of each channel before the activation, a sample. */
  readonly means: Batch;
  /** The tensor after it. */
  readonly after: Batch;
}

/** The scale of a layer's output. */
export interface OutputScale {
  readonly exponent: number;
  readonly factor: Factor;
}

const MAX_SHIFT = 31;
/** Samples on which the weights' exponents are compared. */
const COMPARED = 16;

/**
 * A layer in integers: weights at one exponent, bias at the accumulator's, one shift. Of the exponents that `weightExponents`
 * names, the one stays whose output, computed on the already quantized input, is nearest to the float network's in the mean
 * square. The bias takes up, a channel: half a step, so that the shift rounds to nearest; and the mean difference between
 * float and quantized accumulators on the calibration samples, so that errors do not add up from layer to layer.
 * Throws a LimitError when no int32 bias does that.
 */
export function quantizeLayer(
  unit: LayerUnit,
  x: IntegerTensor,
  output: OutputScale,
  float: FloatLayer,
): QuantizedLayer {
  const weights = scaledWeights(unit, x.factor, output.factor);
  const [least, most] = [output.exponent - x.exponent - MAX_SHIFT, output.exponent - x.exponent];
  const candidates = [...new Set(weightExponents(weights).map((e) => Math.max(least, Math.min(most, e))))];
  const products = productsOf(unit.product);
  const attempt = (weightExponent: number, samples: Batch, means: Batch) => {
    const integers = weights.map(int8At(weightExponent));
    const sums = newBatch(products.shape, 'int32', samples.count);
    const size = elementCount(products.shape);
    products.each(integers, samples, (s, i) => copyInto(sums.data, i * size, s));
    const shift = output.exponent - x.exponent - weightExponent;
    const numbers: LayerNumbers = {
      weights: tensor(unit.weights.value.shape, 'int8', integers),
      bias: correctedBias(
        unit,
        integers,
        sums,
        meanOf(means),
        output.factor,
        x.exponent + weightExponent,
        shift,
      ),
      shift,
      rectified: unit.activation !== undefined,
      top: topOf(unit, output),
    };
    return { weightExponent, numbers, out: finished(sums, numbers) };
  };
  const best = nearest(candidates, most, attempt, x.samples, float, output);
  const { numbers, out } = attempt(best, x.samples, float.means);
  const label: Label = unit.product.label.layer === undefined ? {} : { layer: unit.product.label.layer };
  return {
    value: { kind: 'integer', expr: coreLayer(unit, numbers, x.expr, label), ...output, samples: out },
    weightExponent: best,
    shift: numbers.shift,
    run: (batch) => {
      const made = newBatch(products.shape, 'int8', batch.count);
      const size = elementCount(products.shape);
      products.each(numbers.weights.data, batch, (s, i) =>
        finishInto(made, i * size, s, products.shape, numbers),
      );
      return made;
    },
  };
}

/**
 * The exponent whose output is nearest to the float network's. One that fails is left out; where all do, the next coarser one that does
 * not: it cuts weights that are much smaller than their bias.
 */
function nearest(
  candidates: readonly number[],
  most: number,
  attempt: (exponent: number, samples: Batch, means: Batch) => { out: Batch },
  samples: Batch,
  float: FloatLayer,
  output: OutputScale,
): number {
  const few = thinned(samples, COMPARED);
  const [after, means] = [thinned(float.after, COMPARED), thinned(float.means, COMPARED)];
  let failure: unknown;
  const errorOf = (exponent: number): number => {
    try {
      return squaredError(attempt(exponent, few, means).out, after, output);
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      failure = error;
      return Infinity;
    }
  };
  const errors = candidates.map(errorOf);
  const least = Math.min(...errors);
  if (least < Infinity) return candidates[errors.indexOf(least)]!;
  for (let e = Math.max(...candidates) + 1; e <= most; e++) if (errorOf(e) < Infinity) return e;
  throw failure;
}

/** Weights with the output's factor over the input's. */
function scaledWeights(unit: LayerUnit, input: Factor, output: Factor): Float64Array {
  const place = weightPlaces(unit);
  return Float64Array.from(unit.weights.value.data, (w, i) => {
    const at = place(i);
    return (w * factorAt(output, at.out)) / factorAt(input, at.input);
  });
}

function topOf(unit: LayerUnit, output: OutputScale): number {
  if (unit.activation === undefined || unit.activation.hi === Infinity) return 127;
  return Math.min(127, Math.round(unit.activation.hi * factorAt(output.factor, 0) * 2 ** -output.exponent));
}

/** The int32 bias at scale 2^exponent, with the rounding step and the correction (see quantizeLayer). */
function correctedBias(
  unit: LayerUnit,
  weights: Float64Array,
  sums: Batch,
  floatMeans: Float64Array,
  factor: Factor,
  exponent: number,
  shift: number,
): Int32Array {
  const means = channelMeans(sums);
  const inner = weights.length / means.length;
  return Int32Array.from(means, (mean, c) => {
    const exact = floatMeans[c]! * factorAt(factor, c) * 2 ** -exponent - mean;
    const value = Math.round(exact + (shift > 0 ? 2 ** (shift - 1) : 0));
    const reach = 128 * weights.subarray(c * inner, (c + 1) * inner).reduce((n, w) => n + Math.abs(w), 0);
    return boundedBias(value, reach, shift, `channel ${c} of ${unit.product.label.layer ?? unit.product.op}`);
  });
}

/**
 * A bias that no sum within +-reach makes wrap. One beyond says that the channel is saturated whatever its input is, which the nearest
 * bias that fits says as well. Throws a LimitError where it would not.
 */
function boundedBias(value: number, reach: number, shift: number, subject: string): number {
  const most = 2 ** 31 - 1 - reach;
  if (Math.abs(value) <= most) return value;
  if ((most - reach) * 2 ** -shift >= 256) return Math.sign(value) * most;
  throw new LimitError({
    subject: `the bias of ${subject}`,
    value,
    rule: 'an int32',
    fix: 'Its weights are much smaller than its bias.',
  });
}

/** The mean of each element over all samples. */
function meanOf({ data, count }: Batch): Float64Array {
  const size = data.length / count;
  const out = new Float64Array(size);
  for (let i = 0; i < data.length; i++) out[i % size]! += data[i]! / count;
  return out;
}

function channelMeans(sums: Batch): Float64Array {
  const { channels, inner } = channelsOf(sums.shape);
  const out = new Float64Array(channels);
  for (let i = 0; i < sums.data.length; ) {
    const c = (i / inner) % channels;
    let total = 0;
    for (let k = 0; k < inner; k++) total += sums.data[i++]!;
    out[c]! += total;
  }
  return out.map((v) => (v * channels) / sums.data.length);
}

function finished(sums: Batch, numbers: LayerNumbers): Batch {
  const out = newBatch(sums.shape, 'int8', sums.count);
  finishInto(out, 0, sums.data, sums.shape, numbers);
  return out;
}

/** `to.set(from, at)` for integers within the range of `to`; the engine's own conversion takes several times longer. */
function copyInto(to: Batch['data'], at: number, from: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[at + i] = from[i]!;
}

/** Bias, shift, ReLU and saturation of sums, written from element `at` on. */
function finishInto(
  out: Batch,
  at: number,
  sums: ArrayLike<number>,
  shape: Tensor['shape'],
  { bias, shift, rectified, top }: LayerNumbers,
): void {
  const { channels, inner } = channelsOf(shape);
  const [low, high] = requantizedRange(rectified, top);
  for (let i = 0; i < sums.length; i += inner)
    requantizeRun(sums, i, bias[(i / inner) % channels]!, shift, low, high, out.data, at + i, inner);
}

/** `n` sums of one channel. In a function of its own the engine compiles the loop once for the arrays that it meets. */
function requantizeRun(
  sums: ArrayLike<number>,
  from: number,
  bias: number,
  shift: number,
  low: number,
  high: number,
  out: Batch['data'],
  to: number,
  n: number,
): void {
  for (let k = 0; k < n; k++) {
    const v = ((sums[from + k]! + bias) | 0) >> shift;
    out[to + k] = v < low ? low : v > high ? high : v;
  }
}

function squaredError(made: Batch, float: Batch, { exponent, factor }: OutputScale): number {
  const { channels, inner } = channelsOf(made.shape);
  let error = 0;
  for (let i = 0; i < made.data.length; ) {
    const step = 2 ** exponent / factorAt(factor, (i / inner) % channels);
    for (let k = 0; k < inner; k++, i++) error += (made.data[i]! * step - float.data[i]!) ** 2;
  }
  return error;
}
