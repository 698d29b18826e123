import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { TfliteHandler } from '../context.js';
import {
  hardSwish as hardSwishTable,
  leakyRelu as leakyTable,
  lookedUp,
  realFunction,
  rescaled,
} from '../lookup.js';
import { quantizeMultiplier } from '../multiplier.js';

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

/** A function of single elements: an operator in float32, a table of its 256 values in int8. */
const elementwise =
  (relay: string, real: (x: number) => number): TfliteHandler =>
  (op) => {
    const x = op.either(0);
    if (!op.isInt8()) return { ...x, expr: op.call(relay, [x.expr]) };
    const [from, to] = [op.inputTensor(0), op.outputTensor()];
    const table = realFunction(real, op.quantization(from), op.quantization(to));
    return { ...x, expr: lookedUp(op, x.expr, from, to, table) };
  };

export const logistic = elementwise('sigmoid', (x) => 1 / (1 + Math.exp(-x)));
export const tanh = elementwise('tanh', Math.tanh);

/** LEAKY_RELU, its slope in field 0. */
export const leakyRelu: TfliteHandler = (op) => {
  const x = op.either(0);
  const alpha = op.options?.float32(0) ?? 0;
  if (!op.isInt8()) return { ...x, expr: op.call('nn.leaky_relu', [x.expr], { alpha }) };
  const [from, to] = [op.inputTensor(0), op.outputTensor()];
  const table = leakyTable(alpha, op.quantization(from), op.quantization(to));
  return { ...x, expr: lookedUp(op, x.expr, from, to, table) };
};

/** HARD_SWISH: x * relu6(x + 3) / 6. */
export const hardSwish: TfliteHandler = (op) => {
  const x = op.either(0);
  if (op.isInt8()) {
    const [from, to] = [op.inputTensor(0), op.outputTensor()];
    const table = hardSwishTable(op.quantization(from), op.quantization(to));
    return { ...x, expr: lookedUp(op, x.expr, from, to, table) };
  }
  const real = (v: number) => scalar(v, 'float32');
  const gate = op.call('clip', [op.call('add', [x.expr, real(3)])], { a_min: 0, a_max: 6 });
  return { ...x, expr: op.call('divide', [op.call('multiply', [x.expr, gate]), real(6)]) };
};

const isNarrow = (dtype: string): boolean => dtype === 'int8' || dtype === 'uint8';

/** QUANTIZE: float32 to int8 or uint8 (x / scale rounded half away from zero, plus the zero point), or from one of them to another. */
export const quantize: TfliteHandler = (op) => {
  const x = op.either(0);
  const [from, out] = [op.inputTensor(0), op.outputTensor()];
  // A quantized network that is read as a float one.
  if (from.dtype === 'float32' && out.dtype === 'float32') return x;
  if (!isNarrow(out.dtype)) throw new UserError(`it makes ${out.dtype}; supported are int8 and uint8`);
  const q = op.quantization(out);
  if (isNarrow(from.dtype)) {
    const expr = lookedUp(op, x.expr, from, out, rescaled(op.quantization(from), q));
    return { ...x, expr };
  }
  if (from.dtype !== 'float32')
    throw new UserError(`it reads ${from.dtype}; supported are float32, int8 and uint8`);
  const steps = op.call('round', [op.call('divide', [x.expr, scalar(q.scale, 'float32')])]);
  const moved = op.call('add', [steps, scalar(q.zeroPoint, 'float32')]);
  const limits = out.dtype === 'uint8' ? { a_min: 0, a_max: 255 } : { a_min: -128, a_max: 127 };
  return { ...x, expr: op.call('cast', [op.call('clip', [moved], limits)], { dtype: out.dtype }) };
};

/** DEQUANTIZE: (x - zero point) * scale in float32. */
export const dequantize: TfliteHandler = (op) => {
  const x = op.either(0);
  const [from, out] = [op.inputTensor(0), op.outputTensor()];
  if (from.dtype === 'float32' && out.dtype === 'float32') return x;
  if (!isNarrow(from.dtype) || out.dtype !== 'float32')
    throw new UserError(
      `it goes from ${from.dtype} to ${out.dtype}; supported are int8 and uint8 to float32`,
    );
  const q = op.quantization(from);
  const wide = op.call('cast', [x.expr], { dtype: 'int32' });
  const centred = op.call('cast', [op.call('subtract', [wide, scalar(q.zeroPoint)])], { dtype: 'float32' });
  return { ...x, expr: op.call('multiply', [centred, scalar(q.scale, 'float32')]) };
};
