import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import { floatActivation, int8Activation } from '../activation.js';
import type { OperatorContext, ScaleAndZero, TfliteHandler, TfliteValue } from '../context.js';
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
    const [a, b] = operands(op);
    const out = op.call(relay, [a.expr, b.expr]);
    return { expr: floatActivation(op, out, op.options?.int8(0) ?? 0), planar: a.planar };
  };

/** Bits by which ADD raises its operands, so that rescaling them loses little. */
const ADD_SHIFT = 20;

/** x - zero point in int32. */
function centred(op: OperatorContext, e: Expr, { zeroPoint }: ScaleAndZero): Expr {
  const wide = op.call('cast', [e], { dtype: 'int32' });
  return zeroPoint === 0 ? wide : op.call('subtract', [wide, scalar(zeroPoint)]);
}

/** (x - zero point) * 2^20, rescaled by scale / twice the larger scale. */
function raised(op: OperatorContext, e: Expr, i: number, twiceMax: number): Expr {
  const q = op.quantization(op.inputTensor(i));
  const shifted = op.call('left_shift', [centred(op, e, q), scalar(ADD_SHIFT)]);
  return requantized(op, shifted, [q.scale / twiceMax], 0, 'int32');
}

/** The sum or difference of two raised operands, scaled back. */
function raisedSum(op: OperatorContext, relay: 'add' | 'subtract'): TfliteValue {
  const [a, b] = operands(op);
  const [qa, qb] = [op.quantization(op.inputTensor(0)), op.quantization(op.inputTensor(1))];
  const output = op.quantization(op.outputTensor());
  const twiceMax = 2 * Math.max(qa.scale, qb.scale);
  const sum = op.call(relay, [raised(op, a.expr, 0, twiceMax), raised(op, b.expr, 1, twiceMax)]);
  const scaled = requantized(op, sum, [twiceMax / (2 ** ADD_SHIFT * output.scale)], output.zeroPoint);
  return { expr: int8Activation(op, scaled, op.options?.int8(0) ?? 0, output), planar: a.planar };
}

/** ADD on int8 as reference_integer_ops/add.h has it, with the parameters that its Prepare computes. */
export const add: TfliteHandler = (op) => (op.isInt8() ? raisedSum(op, 'add') : floatBinary('add')(op));

/** SUB on int8: ADD with the second operand taken away. */
export const subtract: TfliteHandler = (op) =>
  op.isInt8() ? raisedSum(op, 'subtract') : floatBinary('subtract')(op);

/** MUL on int8 as reference_integer_ops/mul.h: the product of the centred operands, rescaled once. */
export const multiply: TfliteHandler = (op) => {
  if (!op.isInt8()) return floatBinary('multiply')(op);
  const [a, b] = operands(op);
  const [qa, qb] = [op.quantization(op.inputTensor(0)), op.quantization(op.inputTensor(1))];
  const output = op.quantization(op.outputTensor());
  const product = op.call('multiply', [centred(op, a.expr, qa), centred(op, b.expr, qb)]);
  // The kernel's Prepare multiplies and divides the scales in float32.
  const real = Math.fround(
    Math.fround(Math.fround(qa.scale) * Math.fround(qb.scale)) / Math.fround(output.scale),
  );
  const scaled = requantized(op, product, [real], output.zeroPoint);
  return { expr: int8Activation(op, scaled, op.options?.int8(0) ?? 0, output), planar: a.planar };
};

/** MAXIMUM and MINIMUM; int8 of one scale. */
export const extremum =
  (relay: 'maximum' | 'minimum'): TfliteHandler =>
  (op) => {
    const [a, b] = operands(op);
    if (op.isInt8())
      for (const i of [0, 1])
        if (!sameScale(op.quantization(op.inputTensor(i)), op.quantization(op.outputTensor())))
          throw new UserError(`its input ${i} and its output have different scales`);
    return { expr: op.call(relay, [a.expr, b.expr]), planar: a.planar };
  };

const sameScale = (a: ScaleAndZero, b: ScaleAndZero): boolean =>
  a.scale === b.scale && a.zeroPoint === b.zeroPoint;
