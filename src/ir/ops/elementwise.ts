import { UserError } from '../../../base/errors.js';
import { type Shape, showShape } from '../../../base/tensor.js';
import { intAttr, stringAttr } from '../attrs.js';
import { type OpDef, tensorArgs } from '../op.js';
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

/** An operator on two operands of one dtype; integers wrap to that dtype, as in Relay. */
function binary(name: string): OpDef {
  return {
    name,
    args: ['lhs', 'rhs'],
    attrs: [],
    pattern: 'broadcast',
    infer: (args) => {
      const [a, b] = tensorArgs(name, args) as [TensorType, TensorType];
      if (a.dtype !== b.dtype)
        throw new UserError(`${name}: operands are ${a.dtype} and ${b.dtype}; cast one of them.`);
      return tensorType(broadcastShapes(name, a.shape, b.shape), a.dtype);
    },
  };
}

export const add = binary('add');
export const rightShift = binary('right_shift');

/** Limits each element to [a_min, a_max]; the dtype stays. */
export const clip: OpDef = {
  name: 'clip',
  args: ['a'],
  attrs: [
    { name: 'a_min', kind: 'float' },
    { name: 'a_max', kind: 'float' },
  ],
  pattern: 'elementwise',
  infer: (args) => tensorArgs('clip', args)[0]!,
};

/** Integer to integer wraps; float to integer truncates toward zero. */
export const cast: OpDef = {
  name: 'cast',
  args: ['data'],
  attrs: [{ name: 'dtype', kind: 'dtype' }],
  pattern: 'elementwise',
  infer: (args, attrs) =>
    tensorType(tensorArgs('cast', args)[0]!.shape, stringAttr(attrs, 'dtype') as TensorType['dtype']),
};

/** Adds a vector along one axis (default 1: channels). */
export const nnBiasAdd: OpDef = {
  name: 'nn.bias_add',
  args: ['data', 'bias'],
  attrs: [{ name: 'axis', kind: 'int', default: 1 }],
  pattern: 'broadcast',
  infer: (args, attrs) => {
    const [data, bias] = tensorArgs('nn.bias_add', args) as [TensorType, TensorType];
    const axis = intAttr(attrs, 'axis');
    const extent = data.shape.at(axis);
    if (bias.shape.length !== 1 || bias.shape[0] !== extent || data.dtype !== bias.dtype)
      throw new UserError(
        `nn.bias_add of ${showShape(data.shape)} ${data.dtype}: the bias is ${showShape(bias.shape)} ${bias.dtype}; ` +
          `must be (${extent},) ${data.dtype}.`,
      );
    return data;
  },
};
