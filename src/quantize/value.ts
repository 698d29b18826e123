import { type Shape, tensor } from '../base/tensor.js';
import { call, constant, scalar } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import { type Batch, channelsOf, newBatch } from './batch.js';
import { int8At } from './exponent.js';
import { type Factor, factorAt } from './scaling.js';

/** An int8 tensor of the quantized network; its real value is integer * 2^exponent / factor (a channel). */
export interface IntegerTensor {
  readonly kind: 'integer';
  readonly expr: Expr;
  readonly exponent: number;
  readonly factor: Factor;
  /** Its values for the calibration samples. */
  readonly samples: Batch;
}

/** A tensor that the quantized network computes in float32. */
export interface FloatTensor {
  readonly kind: 'float';
  readonly expr: Expr;
  readonly samples: Batch | undefined;
}

export type QuantizedValue = IntegerTensor | FloatTensor;

/** A constant that broadcasts over axis 1 of a tensor of this shape, or a scalar. */
function alongChannels(f: (c: number) => number, varies: boolean, shape: Shape): Expr {
  if (!varies) return scalar(f(0), 'float32');
  const extents = shape.slice(1).map((d, i) => (i === 0 ? d : 1));
  return constant(
    tensor(
      extents,
      'float32',
      Array.from({ length: extents[0]! }, (_, c) => f(c)),
    ),
  );
}

/** The float32 value of a quantized tensor. */
export function dequantized(v: QuantizedValue, label: Label): Expr {
  if (v.kind === 'float') return v.expr;
  const wide = call('cast', [v.expr], { dtype: 'float32' }, label);
  const step = (c: number) => 2 ** v.exponent / factorAt(v.factor, c);
  const { shape } = tensorTypeOf(v.expr);
  return call('multiply', [wide, alongChannels(step, typeof v.factor !== 'number', shape)], {}, label);
}

/** The int8 value of a float32 tensor: scaled, rounded, saturated. */
export function quantizedExpression(e: Expr, exponent: number, factor: Factor, label: Label): Expr {
  const scale = (c: number) => factorAt(factor, c) * 2 ** -exponent;
  const { shape } = tensorTypeOf(e);
  const steps = call('multiply', [e, alongChannels(scale, typeof factor !== 'number', shape)], {}, label);
  const limited = call('clip', [call('round', [steps], {}, label)], { a_min: -128, a_max: 127 }, label);
  return call('cast', [limited], { dtype: 'int8' }, label);
}

/** A float batch on the int8 grid of scale 2^exponent, after its factor. */
export function quantizedBatch(x: Batch, exponent: number, factor: Factor): Batch {
  const out = newBatch(x.shape, 'int8', x.count);
  const { channels, inner } = channelsOf(x.shape);
  const toInt8 = int8At(exponent);
  for (let i = 0; i < out.data.length; ) {
    const scale = factorAt(factor, (i / inner) % channels);
    for (let k = 0; k < inner; k++, i++) out.data[i] = toInt8(x.data[i]! * scale);
  }
  return out;
}

/** right_shift, clip and cast to int8: how the core ends every layer. */
export function requantize(sum: Expr, shift: number, rectified: boolean, label: Label): Expr {
  const shifted = call('right_shift', [sum, scalar(shift)], {}, label);
  const clipped = call('clip', [shifted], { a_min: rectified ? 0 : -128, a_max: 127 }, label);
  return call('cast', [clipped], { dtype: 'int8' }, label);
}

/** What requantized values are limited to: int8, from 0 on behind a ReLU, up to `top`. */
export const requantizedRange = (rectified: boolean, top: number): readonly [low: number, high: number] => [
  rectified ? 0 : -128,
  top,
];
