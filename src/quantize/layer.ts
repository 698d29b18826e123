import { integerRange } from '../base/dtype.js';
import { LimitError } from '../base/errors.js';
import { type Tensor, tensor } from '../base/tensor.js';
import { roundUp } from '../base/units.js';
import { call, constant } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import { embedKernel, evenAxis } from './embed.js';
import { toInt8, weightExponents } from './exponent.js';
import type { Evaluate } from './types.js';
import type { LayerUnit } from './units.js';
import { evaluateOver, type IntegerTensor, requantize, requantizedValue } from './value.js';

/** A quantized layer with what the report says of it. */
export interface QuantizedLayer {
  readonly value: IntegerTensor;
  readonly weightExponent: number;
  readonly shift: number;
}

/** The float network's values of a layer: before and after its activation, a tensor a calibration sample. */
export interface FloatValues {
  readonly before: readonly ArrayLike<number>[];
  readonly after: readonly ArrayLike<number>[];
}

/** One choice of the weights' exponent, carried out on the calibration samples. */
interface Attempt extends QuantizedLayer {
  readonly error: number;
}

const MAX_SHIFT = 31;

/**
 * A layer in integers: weights at one exponent, bias at the accumulator's, one shift. Of the exponents that `weightExponents`
 * names, the one stays whose output, computed on the already quantized input, is nearest to the float network's in the mean
 * square. The bias takes up, a channel: half a step, so that the shift rounds to nearest; and the mean difference between
 * float and quantized accumulators on the calibration samples, so that errors do not add up from layer to layer.
 */
export function quantizeLayer(
  unit: LayerUnit,
  x: IntegerTensor,
  outputExponent: number,
  floats: FloatValues,
  evaluate: Evaluate,
): QuantizedLayer {
  const [least, most] = [outputExponent - x.exponent - MAX_SHIFT, outputExponent - x.exponent];
  const candidates = new Set(
    weightExponents(unit.weights.value.data).map((e) => Math.max(least, Math.min(most, e))),
  );
  const attempts = [...candidates].map((e) => attempt(unit, x, e, outputExponent, floats, evaluate));
  return attempts.reduce((a, b) => (b.error < a.error ? b : a));
}

function attempt(
  unit: LayerUnit,
  x: IntegerTensor,
  weightExponent: number,
  outputExponent: number,
  floats: FloatValues,
  evaluate: Evaluate,
): Attempt {
  const label: Label = unit.product.label.layer === undefined ? {} : { layer: unit.product.label.layer };
  const { product, units } = integerProduct(unit, weightExponent, label);
  const sums = evaluateOver(evaluate, x.samples, product);
  const shift = outputExponent - x.exponent - weightExponent;
  const bias = correctedBias(unit, sums, floats.before, x.exponent + weightExponent, shift, units);
  const rectified = unit.activation !== undefined;
  const top =
    unit.activation === undefined
      ? 127
      : Math.round(Math.min(127, unit.activation.hi * 2 ** -outputExponent));
  const { shape } = tensorTypeOf(unit.root);
  const samples = sums.map((s) => outputOf(s, bias, shift, rectified, top, shape));
  const biased = call('nn.bias_add', [product(x.expr), constant(bias, nameOf(label, 'bias'))], {}, label);
  let expr: Expr = requantize(biased, shift, rectified, label);
  if (top < 127) expr = call('clip', [expr], { a_min: 0, a_max: top }, label);
  if (units !== shape[1])
    expr = call('strided_slice', [expr], { begin: [0], end: [shape[1]!], strides: [1], axes: [1] }, label);
  return {
    value: { kind: 'integer', expr, exponent: outputExponent, samples },
    weightExponent,
    shift,
    error: squaredError(samples, floats.after, outputExponent),
  };
}

const nameOf = (label: Label, what: string): string | undefined =>
  label.layer === undefined ? undefined : `${label.layer}.${what}`;

/** The product sum over int8 weights. Units of a dense layer are filled up to a multiple of 4, which the core asks for. */
function integerProduct(
  unit: LayerUnit,
  exponent: number,
  label: Label,
): { product: (x: Expr) => Expr; units: number } {
  const given = unit.weights.value;
  const weights = tensor(
    given.shape,
    'int8',
    Array.from(given.data, (w) => toInt8(w, exponent)),
  );
  const name = nameOf(label, 'weight');
  if (unit.product.op === 'nn.dense') {
    const [k, c] = weights.shape as [number, number];
    const units = roundUp(k, 4);
    const filled = tensor([units, c], 'int8');
    filled.data.set(weights.data);
    const kernel = constant(filled, name);
    return { units, product: (x) => call('nn.dense', [x, kernel], { units, out_dtype: 'int32' }, label) };
  }
  const { kernel, attrs } = evenConvolution(unit, weights);
  const held = constant(kernel, name);
  return {
    units: weights.shape[0]!,
    product: (x) => call('nn.conv2d', [x, held], { ...attrs, out_dtype: 'int32' }, label),
  };
}

/** The convolution with even padding, where zero weights make that possible. */
function evenConvolution(unit: LayerUnit, weights: Tensor) {
  const { attrs } = unit.product;
  const [, , h, w] = tensorTypeOf(unit.data).shape as [number, number, number, number];
  const [, , kh, kw] = weights.shape as [number, number, number, number];
  const [sy, sx] = attrs.strides as readonly [number, number];
  const [top, left, bottom, right] = attrs.padding as readonly [number, number, number, number];
  const y = evenAxis(h, kh, sy, top, bottom);
  const x = evenAxis(w, kw, sx, left, right);
  if (y === undefined || x === undefined || String(attrs.dilation) !== '1,1')
    return { kernel: weights, attrs };
  const padding = [(y.side - 1) / 2, (x.side - 1) / 2, (y.side - 1) / 2, (x.side - 1) / 2];
  return { kernel: embedKernel(weights, y, x), attrs: { ...attrs, padding, kernel_size: [y.side, x.side] } };
}

/** The int32 bias at scale 2^exponent, with the rounding step and the correction (see quantizeLayer). */
function correctedBias(
  unit: LayerUnit,
  sums: readonly Tensor[],
  before: readonly ArrayLike<number>[],
  exponent: number,
  shift: number,
  units: number,
): Tensor {
  const channels = tensorTypeOf(unit.root).shape[1]!;
  const bias = tensor([units], 'int32');
  const [lo, hi] = integerRange('int32');
  for (let c = 0; c < channels; c++) {
    const { meanFloat, meanSum } = channelMeans(sums, before, c, units, channels);
    const exact = meanFloat * 2 ** -exponent - meanSum;
    const value = Math.round(exact + (shift > 0 ? 2 ** (shift - 1) : 0));
    if (!(value >= lo && value <= hi))
      throw new LimitError({
        subject: `the bias of channel ${c} of ${unit.product.label.layer ?? unit.product.op}`,
        value,
        rule: 'an int32',
        fix: 'Its weights are much smaller than its bias.',
      });
    bias.data[c] = value;
  }
  return bias;
}

function channelMeans(
  sums: readonly Tensor[],
  before: readonly ArrayLike<number>[],
  c: number,
  units: number,
  channels: number,
) {
  let [float, sum, count] = [0, 0, 0];
  sums.forEach((s, sample) => {
    const inner = s.data.length / units;
    const f = before[sample]!;
    // `sums` has `units` channels, the float tensor `channels`; both have one batch
    for (let i = 0; i < inner; i++) {
      float += f[c * inner + i]!;
      sum += s.data[c * inner + i]!;
    }
    count += inner;
  });
  return { meanFloat: float / count, meanSum: sum / count, channels };
}

function outputOf(
  sum: Tensor,
  bias: Tensor,
  shift: number,
  rectified: boolean,
  top: number,
  shape: readonly number[],
): Tensor {
  const out = tensor(shape, 'int8');
  const inner = sum.data.length / bias.data.length;
  for (let i = 0; i < out.data.length; i++) {
    const total = (sum.data[i]! + bias.data[Math.floor(i / inner)]!) | 0;
    out.data[i] = Math.min(top, requantizedValue(total, shift, rectified));
  }
  return out;
}

function squaredError(
  samples: readonly Tensor[],
  float: readonly ArrayLike<number>[],
  exponent: number,
): number {
  let error = 0;
  samples.forEach((q, s) => {
    const f = float[s]!;
    for (let i = 0; i < f.length; i++) error += (q.data[i]! * 2 ** exponent - f[i]!) ** 2;
  });
  return error;
}
