import { UserError } from '../../../base/errors.js';
import { elementCount } from '../../../base/tensor.js';
import { scalar, tuple } from '../../../ir/build.js';
import { floatActivation } from '../activation.js';
import type { OperatorContext, TfliteHandler } from '../context.js';

/** RESHAPE and SQUEEZE: the shape that the file gives the output. */
export const reshape: TfliteHandler = (op) => {
  const { shape } = op.outputTensor();
  if (elementCount(shape) !== op.elements(0))
    throw new UserError(`it makes (${shape.join(', ')}) of ${op.elements(0)} elements`);
  sameQuantization(op, 0);
  return { expr: op.reshape(op.dense(0), shape), planar: false };
};

/** Operators that only move int8 elements must not change what they mean. */
function sameQuantization(op: OperatorContext, i: number): void {
  if (!op.isInt8()) return;
  const [a, b] = [op.quantization(op.inputTensor(i)), op.quantization(op.outputTensor())];
  if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint)
    throw new UserError(`its input ${i} and its output have different scales`);
}

/** PAD and PADV2: with the zero point, or the constant that PADV2 names. */
export const pad: TfliteHandler = (op) => {
  const { shape } = op.inputTensor(0);
  const widths = op.constant(1);
  if (String(widths.shape) !== `${shape.length},2`)
    throw new UserError('its paddings must be a pair an axis');
  const pairs = shape.map((_, i) => [widths.data[2 * i]!, widths.data[2 * i + 1]!]);
  sameQuantization(op, 0);
  const { dtype } = op.inputTensor(0);
  const value = op.hasInput(2)
    ? op.constant(2).data[0]!
    : dtype === 'int8'
      ? op.quantization(op.inputTensor(0)).zeroPoint
      : 0;
  const x = op.either(0);
  const pad_width = x.planar ? [pairs[0]!, pairs[3]!, pairs[1]!, pairs[2]!] : pairs;
  return { expr: op.call('nn.pad', [x.expr, scalar(value, dtype)], { pad_width }), planar: x.planar };
};

/** CONCATENATION of tensors of one scale. */
export const concatenation: TfliteHandler = (op) => {
  const { shape } = op.inputTensor(0);
  const asked = op.options?.int32(0) ?? 0;
  const axis = asked < 0 ? asked + shape.length : asked;
  const indices = Array.from({ length: op.inputCount }, (_, i) => i);
  for (const i of indices) sameQuantization(op, i);
  const parts = indices.map((i) => op.either(i));
  const planar = parts.every((p) => p.planar);
  if (!planar && parts.some((p) => p.planar)) throw new UserError('its operands differ in rank');
  const expr = op.call('concatenate', [tuple(parts.map((p) => p.expr))], {
    axis: planar ? [0, 2, 3, 1][axis]! : axis,
  });
  const code = op.options?.int8(1) ?? 0;
  if (code !== 0 && op.isInt8()) throw new UserError('it has a fused activation');
  return { expr: floatActivation(op, expr, code), planar };
};
