import { UserError } from '../../base/errors.js';
import { type Shape, showShape } from '../../base/tensor.js';
import { intAttr } from '../attrs.js';
import { axisIn, type DTypeClass, type OpDef, requireClass, tensorArgs } from '../op.js';
import { type TensorType, tensorType } from '../types.js';

/** The common shape of two operands by numpy's rule. Throws a UserError when there is none. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new UserError(`${op}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/**
 * An operator on two operands of one dtype, which is the result's; shapes broadcast by numpy's rule. The exact integer
 * result wraps to the dtype (two's complement; uint8 modulo 256), as in Relay; float32 rounds once, to nearest even.
 * int64 is held exactly up to 2^53 only: a result beyond stops the run with a UserError [ours].
 */
function binary(name: string, operands: DTypeClass = 'number'): OpDef {
  return {
    name,
    args: ['lhs', 'rhs'],
    attrs: [],
    pattern: 'broadcast',
    infer: (args) => {
      const [a, b] = tensorArgs(name, args) as [TensorType, TensorType];
      if (a.dtype !== b.dtype)
        throw new UserError(`${name}: operands are ${a.dtype} and ${b.dtype}; cast one of them.`);
      requireClass(name, a, operands);
      return tensorType(broadcastShapes(name, a.shape, b.shape), a.dtype);
    },
  };
}

/** lhs + rhs. int8: 127 + 1 = -128. */
export const add = binary('add');
/** lhs - rhs. int8: -128 - 1 = 127; uint8: 0 - 1 = 255. */
export const subtract = binary('subtract');
/** lhs * rhs, the low bits of the exact product: int8 16 * 16 = 0, int32 65536 * 65536 = 0. */
export const multiply = binary('multiply');
/**
 * lhs / rhs. Integers truncate toward zero (C's division, as TVM generates it): -7 / 2 = -3; the quotient wraps, so
 * int8 -128 / -1 = -128; a divisor of 0 stops the run with a UserError. float32: IEEE, x / 0 is infinite or NaN.
 */
export const divide = binary('divide');
/** The larger operand. float32: NaN if either is NaN, and +0 is larger than -0. */
export const maximum = binary('maximum');
/** The smaller operand. float32: NaN if either is NaN, and -0 is smaller than +0. */
export const minimum = binary('minimum');
/**
 * lhs shifted right by rhs bits, rounding toward minus infinity (arithmetic): -1 >> 1 = -1, -5 >> 1 = -3. Integers only. The
 * operand widens to 32 bits first (C's promotion), so int8 -128 >> 9 = -1. A shift outside 0..31 (int64: 0..63) stops the
 * run with a UserError: C leaves it undefined.
 */
export const rightShift = binary('right_shift', 'integer');
/** lhs times 2^rhs, wrapped to the dtype: int8 64 << 1 = -128. Integers only. The shift is limited as in `right_shift`. */
export const leftShift = binary('left_shift', 'integer');

/** data + bias along one axis (default 1: channels; negative: from the end), of one dtype; wraps as `add` does. */
export const nnBiasAdd: OpDef = {
  name: 'nn.bias_add',
  args: ['data', 'bias'],
  attrs: [{ name: 'axis', kind: 'int', default: 1 }],
  pattern: 'broadcast',
  infer: (args, attrs) => {
    const [data, bias] = tensorArgs('nn.bias_add', args) as [TensorType, TensorType];
    requireClass('nn.bias_add', data, 'number');
    const extent = data.shape[axisIn('nn.bias_add', data.shape, intAttr(attrs, 'axis'))];
    if (bias.shape.length !== 1 || bias.shape[0] !== extent || data.dtype !== bias.dtype)
      throw new UserError(
        `nn.bias_add of ${showShape(data.shape)} ${data.dtype}: the bias is ${showShape(bias.shape)} ${bias.dtype}; ` +
          `must be (${extent},) ${data.dtype}.`,
      );
    return data;
  },
};
