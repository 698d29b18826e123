import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';

const binary = (op: string): Handler => ({
  attributes: [],
  run: (node) => [node.call(op, [node.input(0), node.input(1)])],
});

/** Max, Min and Sum take any number of operands. */
const variadic = (op: string): Handler => ({
  attributes: [],
  run: (node) => {
    const rest = node.inputs.slice(1).filter((e): e is Expr => e !== undefined);
    return [rest.reduce<Expr>((sum, e) => node.call(op, [sum, e]), node.input(0))];
  },
});

const unary = (op: string): Handler => ({ attributes: [], run: (node) => [node.call(op, [node.input(0)])] });

/** Operators on elements; shapes broadcast by numpy's rule. Integer Div truncates toward zero, as in ONNX since opset 14. */
export const ARITHMETIC_OPS: Readonly<Record<string, Handler>> = {
  Add: binary('add'),
  Sub: binary('subtract'),
  Mul: binary('multiply'),
  Div: binary('divide'),
  Max: variadic('maximum'),
  Min: variadic('minimum'),
  Sum: variadic('add'),
  Floor: unary('floor'),
  Neg: unary('negative'),
  Abs: unary('abs'),
  Exp: unary('exp'),
  Sqrt: unary('sqrt'),
  Log: unary('log'),
  Round: unary('onnx.round'),
  Where: {
    attributes: [],
    run: (node) => [node.call('where', [node.input(0), node.input(1), node.input(2)])],
  },
  BitShift: {
    attributes: ['direction'],
    run: (node) => {
      const direction = node.string('direction', '');
      if (direction !== 'RIGHT' && direction !== 'LEFT')
        throw new UserError(`direction is "${direction}"; must be RIGHT or LEFT`);
      const op = direction === 'RIGHT' ? 'right_shift' : 'left_shift';
      return [node.call(op, [node.input(0), node.input(1)])];
    },
  },
};

/** A scalar of the same dtype as input 0. */
export const like = (node: NodeContext, value: number): Expr => scalar(value, node.type(0).dtype);
