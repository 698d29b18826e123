import { UserError } from '../base/errors.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import {
  add,
  biasAdd,
  cast,
  clip,
  dense,
  type Padding,
  type Pair,
  qnnConv2d,
  rightShift,
} from './operators.js';

/** The int32 accumulator's way to int8: shifted right (rounding down), saturated, and optionally cut off at 0. */
export interface Requantization {
  /** 0..31; default 0. */
  readonly shift?: number;
  /** Appends clip(0, 127). Default false. */
  readonly relu?: boolean;
}

/** right_shift, clip(-128, 127), cast to int8 and optionally clip(0, 127): what ends every layer of the digital core. */
export function requantize(accumulator: Expr, options: Requantization, label: Label): Expr {
  const shifted = rightShift(accumulator, options.shift ?? 0, label);
  const narrowed = cast(clip(shifted, -128, 127, label), 'int8', label);
  return options.relu === true ? clip(narrowed, 0, 127, label) : narrowed;
}

export interface ConvLayerOptions extends Requantization {
  readonly strides?: Pair;
  /** Default: half the kernel on each side, so that an odd kernel with stride 1 keeps the size. */
  readonly padding?: Padding;
  readonly groups?: number;
}

/** The padding that keeps the size under an odd kernel and stride 1: (1, 1) for 3x3, (0, 0) for 1x1. */
export const samePadding = (kernel: readonly number[]): readonly number[] => kernel.map((k) => (k - 1) >> 1);

/**
 * The compound convolution that the digital core takes whole: qnn.conv2d into int32, nn.bias_add and `requantize`.
 * data int8 (n, c, h, w), weights int8 (k, c/groups, fy, fx), bias int32 (k,).
 */
export function convLayer(
  data: Expr,
  weights: Expr,
  bias: Expr,
  options: ConvLayerOptions,
  label: Label,
): Expr {
  const [channels, , ...kernelSize] = tensorTypeOf(weights).shape;
  if (channels === undefined || kernelSize.length !== 2)
    throw new UserError(`layer ${label.layer ?? '(unnamed)'}: conv weights must have 4 axes (k, c, fy, fx).`);
  const sum = qnnConv2d(
    data,
    weights,
    {
      channels,
      kernelSize,
      padding: options.padding ?? samePadding(kernelSize),
      outDtype: 'int32',
      ...(options.strides === undefined ? {} : { strides: options.strides }),
      ...(options.groups === undefined ? {} : { groups: options.groups }),
    },
    label,
  );
  return requantize(biasAdd(sum, bias, undefined, label), options, label);
}

/** The compound dense layer: nn.dense into int32, nn.bias_add and `requantize`. data (n, c), weights (k, c), bias (k,). */
export function denseLayer(
  data: Expr,
  weights: Expr,
  bias: Expr,
  options: Requantization,
  label: Label,
): Expr {
  const sum = dense(data, weights, { outDtype: 'int32' }, label);
  return requantize(biasAdd(sum, bias, undefined, label), options, label);
}

/** The element-wise sum that the digital core takes whole: both int8 operands cast to int32, added, requantized. */
export function addLayer(lhs: Expr, rhs: Expr, options: Requantization, label: Label): Expr {
  const sum = add(cast(lhs, 'int32', label), cast(rhs, 'int32', label), label);
  return requantize(sum, options, label);
}
