import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { TfliteHandler } from '../context.js';
import { quantizeMultiplier } from '../multiplier.js';
import { requantized } from '../requantize.js';

/** Integer bits of the Q5.26 numbers that the softmax kernel exponentiates. */
const SCALED_DIFF_BITS = 5;

/** SOFTMAX over the last axis; int8 with the parameters of PreprocessSoftmaxScaling and CalculateInputRadius. */
export const softmax: TfliteHandler = (op) => {
  const beta = op.options?.float32(0) ?? 1;
  const x = op.dense(0);
  if (!op.isInt8()) {
    const scaled = beta === 1 ? x : op.call('multiply', [x, scalar(beta, 'float32')]);
    return { expr: op.call('nn.softmax', [scaled], { axis: -1 }), planar: false };
  }
  const [a, b] = [op.quantization(op.inputTensor(0)), op.quantization(op.outputTensor())];
  if (b.scale !== 1 / 256 || b.zeroPoint !== -128)
    throw new UserError(
      `its output has scale ${b.scale} and zero point ${b.zeroPoint}; must be 1/256 and -128`,
    );
  const real = Math.min(beta * a.scale * 2 ** (31 - SCALED_DIFF_BITS), 2 ** 31 - 1);
  const { multiplier, shift } = quantizeMultiplier(real);
  if (!(real > 1)) throw new UserError(`beta ${beta} times scale ${a.scale} is too small for its kernel`);
  const radius = Math.floor(((2 ** SCALED_DIFF_BITS - 1) * 2 ** (31 - SCALED_DIFF_BITS)) / 2 ** shift);
  const attrs = { multiplier, left_shift: shift, diff_min: -radius };
  return { expr: op.call('tflite.softmax', [x], attrs), planar: false };
};

/** RELU, RELU6, RELU_N1_TO_1 as operators of their own; int8 of one scale. */
export const activation =
  (code: number): TfliteHandler =>
  (op) => {
    const x = op.either(0);
    if (!op.isInt8()) return { ...x, expr: floatActivation(op, x.expr, code) };
    const [a, b] = [op.quantization(op.inputTensor(0)), op.quantization(op.outputTensor())];
    if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint)
      throw new UserError('its input and output have different scales');
    return { ...x, expr: int8Activation(op, x.expr, code, b) };
  };

export const logistic: TfliteHandler = (op) => {
  if (op.isInt8()) throw new UserError('it is supported in float32 only');
  const x = op.either(0);
  return { ...x, expr: op.call('sigmoid', [x.expr]) };
};

/** QUANTIZE: float32 to int8 (x / scale rounded half away from zero, plus the zero point), or int8 to int8. */
export const quantize: TfliteHandler = (op) => {
  const x = op.either(0);
  const [from, out] = [op.inputTensor(0), op.outputTensor()];
  if (from.dtype === 'float32' && out.dtype === 'float32') return x;
  const q = op.quantization(out);
  if (out.dtype !== 'int8') throw new UserError(`it makes ${out.dtype}; only int8 is supported`);
  if (from.dtype === 'int8') {
    const a = op.quantization(from);
    const wide = op.call('cast', [x.expr], { dtype: 'int32' });
    const centred = a.zeroPoint === 0 ? wide : op.call('subtract', [wide, scalar(a.zeroPoint)]);
    return { ...x, expr: requantized(op, centred, [a.scale / q.scale], q.zeroPoint) };
  }
  if (from.dtype !== 'float32') throw new UserError(`it reads ${from.dtype}; supported are float32 and int8`);
  const steps = op.call('round', [op.call('divide', [x.expr, scalar(q.scale, 'float32')])]);
  const moved = op.call('add', [steps, scalar(q.zeroPoint, 'float32')]);
  const limited = op.call('clip', [moved], { a_min: -128, a_max: 127 });
  return { ...x, expr: op.call('cast', [limited], { dtype: 'int8' }) };
};

/** DEQUANTIZE: (x - zero point) * scale in float32. */
export const dequantize: TfliteHandler = (op) => {
  const x = op.either(0);
  const [from, out] = [op.inputTensor(0), op.outputTensor()];
  if (from.dtype === 'float32' && out.dtype === 'float32') return x;
  if (from.dtype !== 'int8' || out.dtype !== 'float32')
    throw new UserError(`it goes from ${from.dtype} to ${out.dtype}; only int8 to float32 is supported`);
  const q = op.quantization(from);
  const wide = op.call('cast', [x.expr], { dtype: 'int32' });
  const centred = op.call('cast', [op.call('subtract', [wide, scalar(q.zeroPoint)])], { dtype: 'float32' });
  return { ...x, expr: op.call('multiply', [centred, scalar(q.scale, 'float32')]) };
};
