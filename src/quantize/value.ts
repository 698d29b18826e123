import type { Tensor } from '../base/tensor.js';
import { call, scalar, variable } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import { labelTensors } from '../ir/label.js';
import { tensorType } from '../ir/types.js';
import type { Evaluate } from './types.js';

/** An int8 tensor of the quantized network; its real value is integer * 2^exponent. */
export interface IntegerTensor {
  readonly kind: 'integer';
  readonly expr: Expr;
  readonly exponent: number;
  /** Its value for each calibration sample. */
  readonly samples: readonly Tensor[];
}

export type QuantizedValue = IntegerTensor | { readonly kind: 'float'; readonly expr: Expr };

/** The float32 value of a quantized tensor. */
export function dequantized(v: QuantizedValue, label: Label): Expr {
  if (v.kind === 'float') return v.expr;
  const wide = call('cast', [v.expr], { dtype: 'float32' }, label);
  return call('multiply', [wide, scalar(2 ** v.exponent, 'float32')], {}, label);
}

/** What `build` makes of a tensor, for each of its samples. */
export function evaluateOver(
  evaluate: Evaluate,
  samples: readonly Tensor[],
  build: (x: Expr) => Expr,
): Tensor[] {
  const first = samples[0]!;
  const x = variable('x', tensorType(first.shape, first.dtype));
  const main = labelTensors({ name: 'main', params: [x], body: build(x), attrs: {} });
  return samples.map((s) => evaluate(main, new Map([['x', s]])).get('output')!);
}

/** right_shift, clip and cast to int8: how the core ends every layer. */
export function requantize(sum: Expr, shift: number, rectified: boolean, label: Label): Expr {
  const shifted = call('right_shift', [sum, scalar(shift)], {}, label);
  const clipped = call('clip', [shifted], { a_min: rectified ? 0 : -128, a_max: 127 }, label);
  return call('cast', [clipped], { dtype: 'int8' }, label);
}

/** The same on values. */
export function requantizedValue(sum: number, shift: number, rectified: boolean): number {
  return Math.max(rectified ? 0 : -128, Math.min(127, sum >> shift));
}

/** Channels (axis 1) and elements a channel of a tensor. */
export function planesOf(e: Expr): { channels: number; inner: number } {
  const { shape } = tensorTypeOf(e);
  return { channels: shape[1]!, inner: shape.slice(2).reduce((n, d) => n * d, 1) };
}
