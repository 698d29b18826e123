import { UserError } from '../base/errors.js';
import { scalar } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';
import { type ConvLayerOptions, samePadding } from './layers.js';
import { add, cast, clip, conv2d, divide, floor, multiply, rightShift } from './operators.js';

export interface AnalogLayerOptions extends Omit<ConvLayerOptions, 'groups'> {
  /** What the array divides sums by: a float32 other than 0. */
  readonly gain: number;
}

/**
 * The compound convolution that the analog core takes whole, as HTVM's pattern has it [htvm]: nn.conv2d into int32, cast to float32, divided
 * by the gain, rounded down, clipped to [-32, 31] (the converter), cast to int16, times and plus a constant a channel (the batch norm),
 * right_shift, clip, cast to int8. data int8 (n, c, h, w), weights int8 of -1, 0, 1 (k, c, fy, fx), factor and offset int16 (1, k, 1, 1).
 */
export function analogConvLayer(
  data: Expr,
  weights: Expr,
  factor: Expr,
  offset: Expr,
  options: AnalogLayerOptions,
  label: Label,
): Expr {
  const [channels, , ...kernelSize] = tensorTypeOf(weights).shape;
  if (channels === undefined || kernelSize.length !== 2)
    throw new UserError(`layer ${label.layer ?? '(unnamed)'}: conv weights must have 4 axes (k, c, fy, fx).`);
  const sum = conv2d(
    data,
    weights,
    {
      channels,
      kernelSize,
      padding: options.padding ?? samePadding(kernelSize),
      outDtype: 'int32',
      ...(options.strides === undefined ? {} : { strides: options.strides }),
    },
    label,
  );
  const divided = divide(cast(sum, 'float32', label), scalar(options.gain, 'float32'), label);
  const level = cast(clip(floor(divided, label), -32, 31, label), 'int16', label);
  const scaled = add(multiply(level, factor, label), offset, label);
  const shifted = rightShift(scaled, scalar(options.shift ?? 0, 'int16'), label);
  return cast(clip(shifted, options.relu === true ? 0 : -128, 127, label), 'int8', label);
}
