import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { OperatorContext, TfliteHandler, TfliteValue } from '../context.js';
import { requantized } from '../requantize.js';

/** Both operands in one layout: planar where both have four axes. */
function operands(op: OperatorContext): readonly [TfliteValue, TfliteValue] {
  const planar = op.inputTensor(0).shape.length === 4 && op.inputTensor(1).shape.length === 4;
  const one = (i: number) => ({ planar, expr: planar ? op.planar(i) : op.dense(i) });
  return [one(0), one(1)];
}

const floatBinary =
  (relay: string): TfliteHandler =>
  (op) => {
    if (op.isInt8()) throw new UserError('it is supported in float32 only');
    const [a, b] = operands(op);
    const out = op.call(relay, [a.expr, b.expr]);
    return { expr: floatActivation(op, out, op.options?.int8(0) ?? 0), planar: a.planar };
  };

/** Bits by which ADD raises its operands, so that rescaling them loses little. */
const ADD_SHIFT = 20;

/** (x - zero point) * 2^20, rescaled by scale / twice the larger scale. */
function raised(op: OperatorContext, e: Expr, i: number, twiceMax: number): Expr {
  const q = op.quantization(op.inputTensor(i));
  const wide = op.call('cast', [e], { dtype: 'int32' });
  const centred = q.zeroPoint === 0 ? wide : op.call('subtract', [wide, scalar(q.zeroPoint)]);
  const shifted = op.call('left_shift', [centred, scalar(ADD_SHIFT)]);
  return requantized(op, shifted, [q.scale / twiceMax], 0, 'int32');
}

/** ADD on int8 as reference_integer_ops/add.h has it, with the parameters that its Prepare computes. */
export const add: TfliteHandler = (op) => {
  if (!op.isInt8()) return floatBinary('add')(op);
  const [a, b] = operands(op);
  const [qa, qb] = [op.quantization(op.inputTensor(0)), op.quantization(op.inputTensor(1))];
  const output = op.quantization(op.outputTensor());
  const twiceMax = 2 * Math.max(qa.scale, qb.scale);
  const sum = op.call('add', [raised(op, a.expr, 0, twiceMax), raised(op, b.expr, 1, twiceMax)]);
  const scaled = requantized(op, sum, [twiceMax / (2 ** ADD_SHIFT * output.scale)], output.zeroPoint);
  return { expr: int8Activation(op, scaled, op.options?.int8(0) ?? 0, output), planar: a.planar };
};

export const multiply = floatBinary('multiply');
export const subtract = floatBinary('subtract');
