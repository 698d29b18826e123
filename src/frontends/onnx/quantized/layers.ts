import { integerRange } from '../../../base/dtype.js';
import { LimitError, UserError } from '../../../base/errors.js';
import { elementCount, type Tensor, tensor } from '../../../base/tensor.js';
import { constant, scalar } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { productSum } from '../integer/bounds.js';
import { integerConstant } from '../integer/layers.js';
import type { Value } from '../integer/value.js';
import { convAttrs } from '../ops/conv.js';
import { biasVector, transposed } from '../ops/linear.js';
import { plusPadding, withoutPad } from '../ops/merged-pad.js';
import { dequantized, type QuantizedValue, quantizedValue } from './value.js';

/** Data of 8 bits (or less a zero point of the run: 9) with one scale, computed at run time. */
function dataOf(v: Value | undefined): QuantizedValue | undefined {
  if (v?.kind !== 'quantized' || v.scales.length !== 1 || v.base.kind === 'constant') return undefined;
  const { dtype } = tensorTypeOf(v.base);
  return dtype === 'int8' || dtype === 'uint8' || v.range !== undefined ? v : undefined;
}

/** Constant weights less their zero point, and a scale for each of `outputs` (along `axis` of the constant). */
function weightsOf(v: Value | undefined, axis: number) {
  if (v?.kind !== 'quantized' || v.base.kind !== 'constant') return undefined;
  if (v.scales.length > 1 && v.axis !== axis) return undefined;
  const { value, name } = v.base;
  const centred = tensor(
    value.shape,
    'int32',
    Array.from(value.data, (q) => q - v.zeroPoint),
  );
  return { weights: centred, scales: v.scales, name };
}

/** A bias as int32 in units of the sum: as the file has it, undefined where it is none such. */
function biasOf(v: Value | undefined, scales: readonly number[]): Tensor | undefined {
  if (v?.kind === 'plain' && v.expr.kind === 'constant' && v.expr.value.dtype === 'int32')
    return v.expr.value;
  if (v?.kind !== 'quantized' || v.base.kind !== 'constant' || v.zeroPoint !== 0) return undefined;
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-5 * b;
  const fits = scales.every((s, i) => close(v.scales[v.scales.length === 1 ? 0 : i]!, s));
  return fits ? v.base.value : undefined;
}

/** bias - zero point * sum of the weights of each output: sum((x - z) * w) = sum(x * w) - z * sum(w). */
function foldedBias(weights: Tensor, bias: Tensor | undefined, zeroPoint: number): Tensor {
  const outputs = weights.shape[0]!;
  const each = weights.data.length / outputs;
  const [least, most] = integerRange('int32');
  const values = Array.from({ length: outputs }, (_, k) => {
    let sum = 0;
    for (let i = k * each; i < (k + 1) * each; i++) sum += weights.data[i]!;
    return (bias?.data[k] ?? 0) - zeroPoint * sum;
  });
  const beyond = values.find((v) => v < least || v > most);
  if (beyond !== undefined)
    throw new LimitError({ subject: 'a bias with the zero point in it', value: beyond, rule: 'an int32' });
  return tensor([outputs], 'int32', values);
}

/** Refuses a layer whose int32 sum could wrap: onnxruntime would wrap in silence. */
function checkSum(weights: Tensor, bias: Tensor, x: QuantizedValue, padding: number | undefined): void {
  const [lo, hi] = x.range ?? integerRange(tensorTypeOf(x.base).dtype as 'int8' | 'uint8');
  const range = productSum(weights, bias, { lo, hi }, padding !== undefined);
  const [least, most] = integerRange('int32');
  if (range.lo < least || range.hi > most)
    throw new LimitError({
      subject: 'the largest magnitude that its sum can reach',
      value: Math.max(-range.lo, range.hi),
      rule: 'an int32',
    });
}

/** Scales of a sum: one float32 product an output. */
const products = (x: QuantizedValue, scales: readonly number[]): number[] =>
  scales.map((s) => Math.fround(x.scales[0]! * s));

/** The bias that integers cannot hold: added to the float sum. */
function withFloatBias(node: NodeContext, sum: QuantizedValue, bias: Value): Value {
  const b = bias.kind === 'quantized' ? dequantized(bias) : bias.kind === 'plain' ? bias.expr : undefined;
  if (b === undefined) throw new UserError('its bias is no constant');
  return { kind: 'plain', expr: node.call('nn.bias_add', [dequantized(sum), b]) };
}

/** Conv of quantized data with constant weights: an int32 sum. Padding holds the data's zero point. */
export function quantizedConv(node: NodeContext, values: readonly (Value | undefined)[]): Value | undefined {
  const x = dataOf(values[0]);
  const w = weightsOf(values[1], 0);
  if (x === undefined || w === undefined) return undefined;
  const shaped = node.withInputs([x.base, constant(w.weights)]);
  const attrs = convAttrs(shaped);
  const scales = products(x, w.scales);
  const bias = biasOf(values[2], scales);
  const folded = foldedBias(w.weights, bias, x.zeroPoint);
  const merged = x.zeroPoint === 0 ? withoutPad(node, x.base) : { x: x.base, padding: [0, 0, 0, 0] as const };
  const padding = plusPadding(attrs.padding, merged.padding);
  const [top, left, bottom, right] = padding;
  const padded = Math.max(top, left, bottom, right) > 0;
  const explicit = padded && x.zeroPoint !== 0;
  checkSum(w.weights, folded, x, padded ? x.zeroPoint : undefined);
  const { dtype } = tensorTypeOf(x.base);
  const pad_width = [
    [0, 0],
    [0, 0],
    [top, bottom],
    [left, right],
  ];
  const data = explicit ? node.call('nn.pad', [x.base, scalar(x.zeroPoint, dtype)], { pad_width }) : merged.x;
  const sum = node.call('nn.conv2d', [data, kernelOf(w.weights, w.name)], {
    ...attrs,
    padding: explicit ? [0, 0, 0, 0] : padding,
    out_dtype: 'int32',
  });
  return finished(node, sum, folded, scales, values[2], bias);
}

const kernelOf = (weights: Tensor, name: string | undefined): Expr =>
  integerConstant(weights, ['int8', 'int16', 'int32'], name);

function finished(
  node: NodeContext,
  sum: Expr,
  folded: Tensor,
  scales: readonly number[],
  given: Value | undefined,
  used: Tensor | undefined,
): Value {
  const idle = folded.data.every((v) => v === 0) && used === undefined;
  const base = idle ? sum : node.call('nn.bias_add', [sum, constant(folded)]);
  const value = quantizedValue(base, scales, node.label);
  return given !== undefined && used === undefined ? withFloatBias(node, value, given) : value;
}

/** Gemm's factors and transposition of the data have no integer counterpart here. */
const isPlainGemm = (node: NodeContext): boolean =>
  node.float('alpha', 1) === 1 && node.float('beta', 1) === 1 && node.int('transA', 0) === 0;

/** Gemm and MatMul of quantized data with a constant matrix: an int32 sum. */
export function quantizedLinear(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): Value | undefined {
  const gemm = node.node.op === 'Gemm';
  const x = dataOf(values[0]);
  const transB = gemm && node.int('transB', 0) === 1;
  const w = weightsOf(values[1], transB ? 0 : 1);
  if (x === undefined || w?.weights.shape.length !== 2) return undefined;
  const { shape } = tensorTypeOf(x.base);
  if (shape.length < 2 || (gemm && !isPlainGemm(node))) return undefined;
  // Leading axes of a MatMul's data are rows.
  const rows = [elementCount(shape.slice(0, -1)), shape.at(-1)!];
  const data = shape.length === 2 ? x.base : node.call('reshape', [x.base], { newshape: rows });
  const matrix = transB ? w.weights : transposed(w.weights);
  const units = matrix.shape[0]!;
  const scales = products(x, w.scales);
  const given = gemm ? values[2] : undefined;
  const bias = biasOf(given, scales);
  const vector = bias === undefined ? undefined : biasVector(bias, units);
  const folded = foldedBias(matrix, vector, x.zeroPoint);
  checkSum(matrix, folded, x, undefined);
  const sum = node.call('nn.dense', [data, kernelOf(matrix, w.name)], { units, out_dtype: 'int32' });
  const out = finished(node, sum, folded, scales, given, vector);
  if (shape.length === 2 || out.kind !== 'quantized') return out;
  const base = node.call('reshape', [out.base], { newshape: [...shape.slice(0, -1), units] });
  return { ...out, base, axis: shape.length - 1 };
}
