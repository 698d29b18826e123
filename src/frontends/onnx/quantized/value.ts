import type { DType } from '../../../base/dtype.js';
import { type Tensor, tensor } from '../../../base/tensor.js';
import { call, constant, scalar } from '../../../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../../../ir/expr.js';

/**
 * What a DequantizeLinear stands for, before anybody needs its floats: (base - zeroPoint) * scale / divisor over an integer
 * expression. The sum of a convolution over such values is one, too, so that the QuantizeLinear behind it becomes a
 * requantization of integers.
 */
export interface QuantizedValue {
  readonly kind: 'quantized';
  /** int8 or uint8 as the file has it, int32 for a sum. */
  readonly base: Expr;
  readonly zeroPoint: number;
  /** float32 values: one, or one an element of `axis`. */
  readonly scales: readonly number[];
  readonly axis: number;
  /** Of a mean: how many elements were summed. */
  readonly divisor: number;
  /** Interval of `base` where its type says less: bytes less a zero point that only the run knows. */
  readonly range?: readonly [number, number];
  readonly label: Label;
}

export function quantizedValue(
  base: Expr,
  scales: readonly number[],
  label: Label,
  rest: Partial<Pick<QuantizedValue, 'zeroPoint' | 'axis' | 'divisor' | 'range'>> = {},
): QuantizedValue {
  return { kind: 'quantized', base, zeroPoint: 0, scales, axis: 1, divisor: 1, label, ...rest };
}

/** One scale, and elements that are no sum: operators that only move elements keep such a value. */
export const isPlainlyScaled = (v: QuantizedValue): boolean => v.scales.length === 1 && v.divisor === 1;

/** A vector along `axis` of a tensor with `rank` axes, or a scalar. */
export function alongAxis(values: readonly number[], axis: number, rank: number, dtype: DType): Expr {
  if (values.length === 1) return scalar(values[0]!, dtype);
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? values.length : 1));
  // Broadcasting adds leading axes by itself.
  return constant(tensor(shape.slice(axis), dtype, values));
}

/** The scale of each element of a constant. */
function scaleAt(v: QuantizedValue, shape: readonly number[]): (i: number) => number {
  if (v.scales.length === 1) return () => v.scales[0]!;
  const inner = shape.slice(v.axis + 1).reduce((a, b) => a * b, 1);
  return (i) => v.scales[Math.floor(i / inner) % v.scales.length]!;
}

/** DequantizeLinear of a constant: the product is rounded to float32 once. */
function constantFloats(v: QuantizedValue, value: Tensor): Tensor {
  const scale = scaleAt(v, value.shape);
  return tensor(
    value.shape,
    'float32',
    Array.from(value.data, (q, i) => Math.fround(q - v.zeroPoint) * scale(i)),
  );
}

/** The value in float32: (base - zeroPoint) * scale, each step rounded to float32. */
export function dequantized(v: QuantizedValue): Expr {
  const { base, label } = v;
  if (base.kind === 'constant') return constant(constantFloats(v, base.value), base.name);
  const { shape } = tensorTypeOf(base);
  const float = call('cast', [base], { dtype: 'float32' }, label);
  const centred =
    v.zeroPoint === 0 ? float : call('subtract', [float, scalar(v.zeroPoint, 'float32')], {}, label);
  const scales = v.scales.map((s) => Math.fround(s / v.divisor));
  return call('multiply', [centred, alongAxis(scales, v.axis, shape.length, 'float32')], {}, label);
}
