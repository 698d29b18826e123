/*
 * Stage 2, Conv, Gemm and MatMul: int32 product sums with biases, in the shape that the core's patterns have.
 */
import type { DType } from '../../../base/dtype.js';
import { elementCount, type Tensor, tensor } from '../../../base/tensor.js';
import { call, constant } from '../../../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { convAttrs } from '../ops/conv.js';
import { biasVector, checkGemm, denseData, transposed } from '../ops/linear.js';
import { plusPadding, withoutPad } from '../ops/merged-pad.js';
import { productSum } from './bounds.js';
import { carrierOf, castTo, floored, type IntegerValue, integerValue, type Value } from './value.js';

/** A constant of the file in the narrowest integer dtype among `among`. */
export function integerConstant(t: Tensor, among: readonly DType[], name?: string, shape = t.shape): Expr {
  let [lo, hi] = [0, 0];
  for (const v of t.data) {
    lo = Math.min(lo, v);
    hi = Math.max(hi, v);
  }
  return constant(tensor(shape, carrierOf(lo, hi, among), t.data), name);
}

const nameOf = (e: Expr | undefined): string | undefined => (e?.kind === 'constant' ? e.name : undefined);

/** The data of a convolution or linear layer: an integer of at most 32 bits. */
function dataOf(v: Value | undefined): IntegerValue | undefined {
  if (v?.kind !== 'integer') return undefined;
  const data = v.denominator === 1 ? floored(v) : undefined;
  if (data === undefined) return undefined;
  const dtype = tensorTypeOf(data.base).dtype;
  return dtype === 'int64'
    ? { ...data, base: castTo(data.base, carrierOf(data.lo, data.hi), data.label) }
    : data;
}

/** sum and bias of a layer with the interval of its results. */
function withBias(
  sum: Expr,
  weights: Tensor,
  bias: Tensor | undefined,
  x: IntegerValue,
  name: string | undefined,
  label: Label,
): IntegerValue {
  const padded =
    sum.kind === 'call' &&
    sum.op !== 'nn.dense' &&
    (sum.attrs.padding as readonly number[]).some((p) => p > 0);
  const { lo, hi } = productSum(weights, bias, x, padded);
  carrierOf(lo, hi, ['int32']);
  const base =
    bias === undefined ? sum : call('nn.bias_add', [sum, integerConstant(bias, ['int32'], name)], {}, label);
  return integerValue(base, lo, hi, label);
}

/** nn.conv2d in int32, then nn.bias_add. */
export function integerConv(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): IntegerValue | undefined {
  const x = dataOf(values[0]);
  if (x === undefined) return undefined;
  const shaped = node.withInputs([x.base, node.input(1), node.optional(2)]);
  const weights = node.constant(1);
  const kernel = integerConstant(weights, ['int8', 'int16', 'int32'], nameOf(node.input(1)));
  const attrs = convAttrs(shaped);
  const data = withoutPad(node, x.base);
  const padding = plusPadding(attrs.padding, data.padding);
  const sum = node.call('nn.conv2d', [data.x, kernel], { ...attrs, padding, out_dtype: 'int32' });
  return withBias(sum, weights, node.optionalConstant(2), x, nameOf(node.optional(2)), node.label);
}

/** nn.dense in int32, then nn.bias_add, for MatMul and Gemm. */
export function integerLinear(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): IntegerValue | undefined {
  const x = dataOf(values[0]);
  if (x === undefined) return undefined;
  const gemm = node.node.op === 'Gemm';
  if (gemm) checkGemm(node);
  const data = denseData(node.withInputs([x.base]));
  const given = node.constant(1);
  const matrix = gemm && node.int('transB', 0) === 1 ? given : transposed(given);
  const kernel = integerConstant(matrix, ['int8', 'int16', 'int32'], nameOf(node.input(1)));
  const sum = node.call('nn.dense', [data, kernel], { units: matrix.shape[0]!, out_dtype: 'int32' });
  const c = gemm ? node.optionalConstant(2) : undefined;
  const bias = c === undefined ? undefined : biasVector(c, matrix.shape[0]!);
  if (c !== undefined && bias === undefined) return undefined;
  return withBias(sum, matrix, bias, x, nameOf(node.optional(2)), node.label);
}

/** Whether `e` is the bare sum of a convolution or linear layer. */
export const isBareSum = (e: Expr): boolean =>
  e.kind === 'call' && (e.op === 'nn.conv2d' || e.op === 'nn.dense');

/** A bias of zeros after a bare sum: the accelerator's pattern has a bias in any case. */
export function zeroBias(sum: Expr, label: Label): Expr {
  const channels = tensorTypeOf(sum).shape[1]!;
  return call('nn.bias_add', [sum, constant(tensor([channels], 'int32'))], {}, label);
}

/** `t` as a vector over the channels of `e`, where it is one: shapes (C, 1, 1), (1, C, 1, 1), or (C) of a matrix. */
export function channelVector(t: Tensor, e: Expr): Tensor | undefined {
  const { shape } = tensorTypeOf(e);
  const [channels, inner] = [shape[1], shape.length - 2];
  const aligned = [...new Array<number>(Math.max(0, shape.length - t.shape.length)).fill(1), ...t.shape];
  const fits = aligned.length === inner + 2 && aligned.every((d, i) => d === (i === 1 ? channels : 1));
  return fits && elementCount(t.shape) === channels ? { ...t, shape: [channels!] } : undefined;
}
