import { type DType, integerRange } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { tensor } from '../../../base/tensor.js';
import { call, constant, scalar } from '../../../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../../../ir/expr.js';
import { alongAxis, type QuantizedValue } from './value.js';

/** Where a tensor is quantized to: one scale an element of `axis`, or one in all. */
export interface Target {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
  readonly dtype: DType;
}

/** Types that a QuantizeLinear may make here. */
export function checkTarget(dtype: DType): [number, number] {
  if (dtype !== 'int8' && dtype !== 'uint8' && dtype !== 'int16')
    throw new UserError(`it quantizes to ${dtype}; supported are int8, uint8 and int16`);
  const [lo, hi] = integerRange(dtype);
  return [lo, hi];
}

/**
 * saturate(round(x) + zero point) of a float32 expression: round half to even. The limits come first, less the zero point: so every step
 * is exact, and the same as the specification's.
 */
function rounded(x: Expr, target: Target, label: Label): Expr {
  const [lo, hi] = checkTarget(target.dtype);
  const rank = tensorTypeOf(x).shape.length;
  const { zeroPoints, axis, dtype } = target;
  if (zeroPoints.length === 1) {
    const [z] = zeroPoints as [number];
    const inside = call('clip', [x], { a_min: lo - z, a_max: hi - z }, label);
    const whole = call('onnx.round', [inside], {}, label);
    const moved = z === 0 ? whole : call('add', [whole, scalar(z, 'float32')], {}, label);
    return call('cast', [moved], { dtype }, label);
  }
  const whole = call('onnx.round', [x], {}, label);
  const moved = call('add', [whole, alongAxis(zeroPoints, axis, rank, 'float32')], {}, label);
  const inside = call('clip', [moved], { a_min: lo, a_max: hi }, label);
  return call('cast', [inside], { dtype }, label);
}

/** QuantizeLinear of floats: x / scale, rounded. */
export function quantizeFloats(x: Expr, target: Target, label: Label): Expr {
  const folded = quantizedConstant(x, target);
  if (folded !== undefined) return folded;
  const scales = alongAxis(target.scales, target.axis, tensorTypeOf(x).shape.length, 'float32');
  return rounded(call('divide', [x, scales], {}, label), target, label);
}

/** A constant is quantized when the file is read. */
function quantizedConstant(x: Expr, target: Target): Expr | undefined {
  if (x.kind !== 'constant') return undefined;
  const [lo, hi] = checkTarget(target.dtype);
  const { shape, data } = x.value;
  const inner = shape.slice(target.axis + 1).reduce((a, b) => a * b, 1);
  const of = (values: readonly number[], i: number) => values[Math.floor(i / inner) % values.length]!;
  const out = tensor(shape, target.dtype);
  for (let i = 0; i < data.length; i++) {
    const whole = halfToEven(Math.fround(data[i]! / of(target.scales, i))) + of(target.zeroPoints, i);
    out.data[i] = Math.min(Math.max(whole, lo), hi);
  }
  return constant(out, x.name);
}

/** The nearest integer, halves to the even one. */
export function halfToEven(x: number): number {
  const below = Math.floor(x);
  const fraction = x - below;
  return fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/**
 * QuantizeLinear of an integer sum: one float32 factor for scale of the sum / scale of the result, as onnxruntime's integer kernels
 * have it; the specification rounds twice more (to the float sum, by the division), which differs where a result lies next to a half.
 */
export function requantize(v: QuantizedValue, target: Target, label: Label): Expr {
  const { shape } = tensorTypeOf(v.base);
  const [scale] = target.scales as [number];
  const factors = v.scales.map((s) => Math.fround(s / Math.fround(scale * v.divisor)));
  const float = call('cast', [v.base], { dtype: 'float32' }, label);
  const scaled = call('multiply', [float, alongAxis(factors, v.axis, shape.length, 'float32')], {}, label);
  return rounded(scaled, target, label);
}

/** Whether quantizing `v` to `target` gives back its integers. */
export const isSame = (v: QuantizedValue, target: Target): boolean =>
  v.divisor === 1 &&
  v.scales.length === 1 &&
  target.scales.length === 1 &&
  v.scales[0] === target.scales[0] &&
  v.zeroPoint === target.zeroPoints[0] &&
  tensorTypeOf(v.base).dtype === target.dtype;

/** Whether `v` is a sum of products, or a mean: int32 without a zero point. */
export const isSum = (v: QuantizedValue): boolean =>
  v.base.kind !== 'constant' && v.zeroPoint === 0 && tensorTypeOf(v.base).dtype === 'int32';
