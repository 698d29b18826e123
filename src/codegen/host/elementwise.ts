import type { Operand } from '../../program/types.js';
import { C_TYPES } from '../c/types.js';
import { axisAttr, numberAttr } from './attributes.js';
import type { ElementCode, KernelContext } from './kernel-context.js';
import { Position } from './position.js';
import { binaryExpression, unaryExpression } from './scalar.js';

/** Operators of two tensors, with broadcasting. */
export const binary: ElementCode = (op, at, k) => {
  const [a, b] = op.args.map((arg) => simple(k, arg, at.broadcast(k.typeOf(arg).shape), op.op)) as [
    string,
    string,
  ];
  return binaryExpression(op.op, k.typeOf(op.args[0]!).dtype, a, b);
};

/** Operators whose C expression names an operand more than once. */
const REPEATS = new Set(['maximum', 'minimum', 'abs', 'nn.relu', 'nn.leaky_relu']);

/** An operand's element as an expression that may be repeated without cost. */
function simple(k: KernelContext, arg: Operand, at: Position, op: string): string {
  const e = k.value(arg, at);
  if (/^-?\w+$/.test(e) || k.source(arg)?.scalar !== undefined || !REPEATS.has(op)) return e;
  const name = k.fresh('element');
  k.out.line(`const ${C_TYPES[k.typeOf(arg).dtype]} ${name} = ${e};`);
  return name;
}

export const biasAdd: ElementCode = (op, at, k) => {
  const [data, bias] = op.args as readonly [Operand, Operand];
  const axis = axisAttr(numberAttr(op, 'axis'), at.shape.length);
  const { shape } = k.typeOf(bias);
  const x = k.value(data, at);
  const b = k.value(bias, Position.ofAxes(shape, [at.axes[axis]!]));
  return binaryExpression('add', k.typeOf(data).dtype, x, b);
};

/** Operators of one tensor, element by element. */
export const unary: ElementCode = (op, at, k) => {
  const { dtype } = k.typeOf(op.args[0]!);
  return unaryExpression(op, dtype, simple(k, op.args[0]!, at, op.op));
};
