import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { OperatorContext, TfliteHandler } from '../context.js';
import { frexp, quantizeMultiplier } from '../multiplier.js';
import { requantized } from '../requantize.js';
import { paddingOf } from './conv.js';

/** Pool2DOptions. Pools keep scale and zero point, or they are not TFLite's. */
function window(op: OperatorContext) {
  const o = op.options;
  if (o === undefined) throw new UserError('its options are missing');
  const [, h, w] = op.inputTensor(0).shape as [number, number, number, number];
  const strides = [o.int32(2), o.int32(1)] as const;
  const pool_size = [o.int32(4), o.int32(3)] as const;
  if (Math.min(...strides, ...pool_size) < 1)
    throw new UserError('its window and strides must be at least 1');
  const padding = paddingOf(o.int8(0), [h, w], pool_size, strides);
  return { attrs: { pool_size, strides, padding }, activation: o.int8(5) };
}

const pool =
  (float: string, int8: string): TfliteHandler =>
  (op) => {
    const x = op.planar(0);
    const { attrs, activation } = window(op);
    if (!op.isInt8()) {
      const out = op.call(float, [x], attrs);
      return { expr: floatActivation(op, out, activation), planar: true };
    }
    const [a, b] = [op.quantization(op.inputTensor(0)), op.quantization(op.outputTensor())];
    if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint)
      throw new UserError('its input and output have different scales; pools keep them');
    return { expr: int8Activation(op, op.call(int8, [x], attrs), activation, b), planar: true };
  };

export const averagePool = pool('nn.avg_pool2d', 'tflite.avg_pool2d');
export const maxPool = pool('nn.max_pool2d', 'nn.max_pool2d');

/** The axes that MEAN reduces, from the front. */
function meanAxes(op: OperatorContext): number[] {
  const rank = op.inputTensor(0).shape.length;
  const axes = Array.from(op.constant(1).data, (a) => (a < 0 ? a + rank : a));
  if (axes.length === 0 || axes.some((a) => a < 0 || a >= rank))
    throw new UserError(`its axes [${axes.join(', ')}] are not there`);
  return [...new Set(axes)].sort((a, b) => a - b);
}

/** MEAN. int8 as reference_integer_ops/mean.h: the int32 sum, its multiplier divided by the number of elements. */
export const mean: TfliteHandler = (op) => {
  const axes = meanAxes(op);
  const { shape } = op.inputTensor(0);
  const out = op.outputTensor();
  const spatial = shape.length === 4 && String(axes) === '1,2';
  const x = spatial ? op.planar(0) : op.dense(0);
  const axis = spatial ? [2, 3] : axes;
  const reduced = (e: Expr, relay: string) => op.call(relay, [e], { axis, keepdims: true });
  const finish = (e: Expr) => {
    const keeps = spatial && out.shape.length === 4;
    return { expr: keeps ? e : op.reshape(e, out.shape), planar: keeps };
  };
  if (!op.isInt8()) return finish(reduced(x, 'mean'));
  const [a, b] = [op.quantization(op.inputTensor(0)), op.quantization(out)];
  const count = axes.reduce((n, i) => n * shape[i]!, 1);
  const sum = reduced(op.call('cast', [x], { dtype: 'int32' }), 'sum');
  const centred = a.zeroPoint === 0 ? sum : op.call('subtract', [sum, scalar(a.zeroPoint * count)]);
  return finish(requantized(op, centred, [meanMultiplier(a.scale / b.scale, count)], b.zeroPoint));
};

/**
 * The multiplier of the scales divided by `count`, truncated as the kernel divides it: the 31-bit multiplier is raised by
 * floor(log2(count)) bits before the integer division.
 */
function meanMultiplier(real: number, count: number): number {
  const { multiplier, shift } = quantizeMultiplier(real);
  const raise = Math.min(frexp(count)[1] - 1, 32, 31 + shift);
  const divided = Number((BigInt(multiplier) << BigInt(Math.max(0, raise))) / BigInt(count));
  return divided * 2 ** (shift - raise - 31);
}
