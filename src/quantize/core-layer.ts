import { type Tensor, tensor } from '../base/tensor.js';
import { roundUp } from '../base/units.js';
import { call, constant } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import { embedKernel, evenAxis } from './embed.js';
import type { LayerUnit } from './units.js';
import { requantize } from './value.js';

/** The numbers of an integer layer: int8 weights, int32 bias, right shift, and what its ReLU limits. */
export interface LayerNumbers {
  readonly weights: Tensor;
  readonly bias: Int32Array;
  readonly shift: number;
  readonly rectified: boolean;
  /** The largest output: 127, or less for a ReLU with an upper limit. */
  readonly top: number;
}

/** Element counts of the core's tensors are multiples of this. */
const MULTIPLE = 4;

const nameOf = (label: Label, what: string): string | undefined =>
  label.layer === undefined ? undefined : `${label.layer}.${what}`;

/**
 * An integer layer as the core takes it: SAME padding of an odd kernel where zero weights make that possible, units or channels filled
 * up where the number of outputs asks for it; what was computed in vain is cut off behind.
 */
export function coreLayer(unit: LayerUnit, n: LayerNumbers, x: Expr, label: Label): Expr {
  const { shape } = tensorTypeOf(unit.root);
  const filled = filledChannels(unit, shape);
  const bias = new Int32Array(filled);
  bias.set(n.bias);
  const sum = productOf(unit, filledWeights(n.weights, filled), x, label);
  const biased = call(
    'nn.bias_add',
    [sum, constant(tensor([filled], 'int32', bias), nameOf(label, 'bias'))],
    {},
    label,
  );
  let out: Expr = requantize(biased, n.shift, n.rectified, label);
  if (n.top < 127) out = call('clip', [out], { a_min: 0, a_max: n.top }, label);
  return cut(unit, out, shape, label);
}

/** Dense units come in multiples of 4; a convolution's channels do where its planes' size does not. */
function filledChannels(unit: LayerUnit, shape: readonly number[]): number {
  const channels = shape[1]!;
  const grouped = Number(unit.product.attrs.groups ?? 1) > 1;
  const inner = shape.slice(2).reduce((p, d) => p * d, 1);
  return inner % MULTIPLE === 0 || grouped ? channels : roundUp(channels, MULTIPLE);
}

function filledWeights(weights: Tensor, channels: number): Tensor {
  if (weights.shape[0] === channels) return weights;
  const out = tensor([channels, ...weights.shape.slice(1)], 'int8');
  out.data.set(weights.data);
  return out;
}

function axesOf(unit: LayerUnit) {
  const { attrs } = unit.product;
  const [, , h, w] = tensorTypeOf(unit.data).shape as [number, number, number, number];
  const [, , kh, kw] = unit.weights.value.shape as [number, number, number, number];
  const [sy, sx] = attrs.strides as readonly [number, number];
  const [top, left, bottom, right] = attrs.padding as readonly [number, number, number, number];
  const y = evenAxis(h, kh, sy, top, bottom);
  const x = evenAxis(w, kw, sx, left, right);
  return y === undefined || x === undefined || String(attrs.dilation) !== '1,1' ? undefined : { y, x };
}

function productOf(unit: LayerUnit, weights: Tensor, x: Expr, label: Label): Expr {
  const name = nameOf(label, 'weight');
  const { attrs, op } = unit.product;
  if (op === 'nn.dense') {
    const units = weights.shape[0]!;
    return call('nn.dense', [x, constant(weights, name)], { units, out_dtype: 'int32' }, label);
  }
  const axes = axesOf(unit);
  const channels = weights.shape[0]!;
  const kernel = axes === undefined ? weights : embedKernel(weights, axes.y, axes.x);
  const even =
    axes === undefined
      ? {}
      : {
          padding: [axes.y, axes.x, axes.y, axes.x].map((a) => (a.side - 1) / 2),
          kernel_size: [axes.y.side, axes.x.side],
        };
  const whole = { ...attrs, ...even, channels, out_dtype: 'int32' };
  return call('nn.conv2d', [x, constant(kernel, name)], whole, label);
}

/** The wanted channels, rows and columns of what was computed. */
function cut(unit: LayerUnit, e: Expr, shape: readonly number[], label: Label): Expr {
  const made = tensorTypeOf(e).shape;
  const axes = shape.map((_, i) => i).filter((i) => made[i] !== shape[i]);
  if (axes.length === 0) return e;
  const even = unit.product.op === 'nn.conv2d' ? axesOf(unit) : undefined;
  const begin = axes.map((i) => (i === 2 ? even!.y.skipped : i === 3 ? even!.x.skipped : 0));
  const end = axes.map((i, at) => begin[at]! + shape[i]!);
  return call('strided_slice', [e], { begin, end, strides: [1], axes }, label);
}
