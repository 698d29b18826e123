import { UserError } from '../../base/errors.js';
import { type AttrSpec, intAttr, stringAttr } from '../attrs.js';
import { type DTypeClass, type OpDef, requireClass, tensorArgs } from '../op.js';
import { type TensorType, tensorType } from '../types.js';

/** An operator on each element alone; shape and dtype stay. */
const unary = (name: string, operand: DTypeClass, attrs: readonly AttrSpec[] = []): OpDef => ({
  name,
  args: ['data'],
  attrs,
  pattern: 'elementwise',
  infer: (args) => requireClass(name, tensorArgs(name, args)[0]!, operand),
});

/**
 * Limits each element to [a_min, a_max]; shape and dtype stay. Integers: the limits are first truncated toward zero and
 * saturated to the dtype's range, so clip(int8, 0, 255) keeps 0..127. float32: the limits are rounded to float32; NaN stays.
 */
export const clip: OpDef = {
  name: 'clip',
  args: ['a'],
  attrs: [
    { name: 'a_min', kind: 'float' },
    { name: 'a_max', kind: 'float' },
  ],
  pattern: 'elementwise',
  infer: (args, attrs) => {
    const [min, max] = [intAttr(attrs, 'a_min'), intAttr(attrs, 'a_max')];
    if (!Number.isFinite(min) || !Number.isFinite(max))
      throw new UserError(
        `clip: the limits are ${min} and ${max}; must be finite. Use maximum or minimum for one limit.`,
      );
    if (min > max) throw new UserError(`clip: a_min is ${min}; must be at most a_max, ${max}.`);
    return requireClass('clip', tensorArgs('clip', args)[0]!, 'number');
  },
};

/**
 * Converts each element to `dtype`:
 * - integer to integer wraps (keeps the low bits): int32 200 -> int8 -56
 * - float32 to integer truncates toward zero; out of range saturates to the dtype's range (int64: to +-(2^53 - 1)) and NaN
 *   becomes 0 [ours; C leaves both undefined]: -1.9 -> -1, 300 -> int8 127
 * - integer to float32 rounds to nearest even
 * - to bool: 1 where the element is not 0 (NaN counts as not 0); from bool: 0 or 1
 */
export const cast: OpDef = {
  name: 'cast',
  args: ['data'],
  attrs: [{ name: 'dtype', kind: 'dtype' }],
  pattern: 'elementwise',
  infer: (args, attrs) =>
    tensorType(tensorArgs('cast', args)[0]!.shape, stringAttr(attrs, 'dtype') as TensorType['dtype']),
};

/** -x; integers wrap: int8 -(-128) = -128, uint8 -(1) = 255. */
export const negative = unary('negative', 'number');
/** |x|; integers wrap: int8 |-128| = -128. */
export const abs = unary('abs', 'number');
/** The largest integer not above x, as float32; integers stay as they are. */
export const floor = unary('floor', 'number');
/** The nearest integer, halves away from zero (C's roundf): 0.5 -> 1, -2.5 -> -3; integers stay as they are. */
export const round = unary('round', 'number');
/** e^x: the float64 result rounded to float32. float32 only. */
export const exp = unary('exp', 'float32');
/** The square root, correctly rounded to float32; NaN below zero. float32 only. */
export const sqrt = unary('sqrt', 'float32');
/** The natural logarithm: the float64 result rounded to float32; -infinity of 0, NaN below. float32 only. */
export const log = unary('log', 'float32');
/** tanh x: the float64 result rounded to float32. float32 only. */
export const tanh = unary('tanh', 'float32');
/** 1 / (1 + e^-x), float32 after each of the three steps (exp, add, divide). float32 only. */
export const sigmoid = unary('sigmoid', 'float32');
/** max(x, 0), any dtype but bool; float32: NaN stays and -0 becomes +0. */
export const nnRelu = unary('nn.relu', 'number');
/** x where x > 0, else x * alpha, alpha rounded to float32 and the product too. float32 only. */
export const nnLeakyRelu = unary('nn.leaky_relu', 'float32', [
  { name: 'alpha', kind: 'float', default: 0.25 },
]);
