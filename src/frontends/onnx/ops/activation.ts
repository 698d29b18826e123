import { type DType, integerRange } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { elementCount } from '../../../base/tensor.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';

const FLOAT_MAX = 3.4028234663852886e38;

/** The limits of a Clip: attributes before opset 11, inputs since; what is left out does not limit. */
export function clipLimits(node: NodeContext, dtype: DType): readonly [number, number] {
  const [lo, hi] = dtype === 'float32' ? [-FLOAT_MAX, FLOAT_MAX] : integerRange(dtype);
  if (node.opset < 11) return [node.float('min', lo), node.float('max', hi)];
  const one = (index: number) => {
    const t = node.optionalConstant(index);
    if (t !== undefined && t.data.length !== 1) throw new UserError(`input ${index} must be a scalar`);
    return t?.data[0];
  };
  return [Math.max(one(1) ?? lo, lo), Math.min(one(2) ?? hi, hi)];
}

/** max(x, 0) and min(x, 0): together x, each 0 on its side. */
const halves = (node: NodeContext): readonly [Expr, Expr] => [
  node.call('nn.relu', [node.input(0)]),
  node.call('minimum', [node.input(0), scalar(0, node.type(0).dtype)]),
];

/** alpha * x + beta, limited to 0..1. */
function hardSigmoid(node: NodeContext, alpha: number, beta: number): Expr {
  const scaled = node.call('multiply', [node.input(0), scalar(alpha, 'float32')]);
  const moved = node.call('add', [scaled, scalar(beta, 'float32')]);
  return node.call('clip', [moved], { a_min: 0, a_max: 1 });
}

/** x below 0 times a slope; slopes are aligned by numpy's rule from the last axis on. */
function prelu(node: NodeContext) {
  const [positive, negative] = halves(node);
  return [node.call('add', [positive, node.call('multiply', [negative, node.input(1)])])];
}

/** max(x, 0) + scale * (e^min(x, 0) - 1). */
function elu(node: NodeContext, alpha: number): Expr {
  const [positive, negative] = halves(node);
  const grown = node.call('subtract', [node.call('exp', [negative]), scalar(1, 'float32')]);
  return node.call('add', [positive, node.call('multiply', [grown, scalar(alpha, 'float32')])]);
}

/** Over one axis; before opset 13 the axes from `axis` (default 1) on count as one. */
const overAxis = (one: (node: NodeContext, x: Expr, axis: number) => Expr) => (node: NodeContext) => {
  const { shape } = node.type(0);
  if (node.opset >= 13) return [one(node, node.input(0), node.axis(node.int('axis', -1), shape.length))];
  const axis = node.axis(node.int('axis', 1), shape.length);
  if (elementCount(shape.slice(axis + 1)) === 1) return [one(node, node.input(0), axis)];
  const newshape = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
  const flat = node.call('reshape', [node.input(0)], { newshape });
  return [node.call('reshape', [one(node, flat, 1)], { newshape: [...shape] })];
};

const softmax = overAxis((node, x, axis) => node.call('nn.softmax', [x], { axis }));

/** x - max - ln(sum(e^(x - max))). */
const logSoftmax = overAxis((node, x, axis) => {
  const one = { axis: [axis], keepdims: true };
  const below = node.call('subtract', [x, node.call('max', [x], one)]);
  const sum = node.call('sum', [node.call('exp', [below])], one);
  return node.call('subtract', [below, node.call('log', [sum])]);
});

export const ACTIVATION_OPS: Readonly<Record<string, Handler>> = {
  Relu: { attributes: [], run: (node) => [node.call('nn.relu', [node.input(0)])] },
  LeakyRelu: {
    attributes: ['alpha'],
    run: (node) => [node.call('nn.leaky_relu', [node.input(0)], { alpha: node.float('alpha', 0.01) })],
  },
  Sigmoid: { attributes: [], run: (node) => [node.call('sigmoid', [node.input(0)])] },
  Tanh: { attributes: [], run: (node) => [node.call('tanh', [node.input(0)])] },
  Softmax: { attributes: ['axis'], run: softmax },
  LogSoftmax: { attributes: ['axis'], run: logSoftmax },
  HardSigmoid: {
    attributes: ['alpha', 'beta'],
    run: (node) => [hardSigmoid(node, node.float('alpha', 0.2), node.float('beta', 0.5))],
  },
  HardSwish: {
    attributes: [],
    run: (node) => [node.call('multiply', [node.input(0), hardSigmoid(node, 1 / 6, 0.5)])],
  },
  PRelu: { attributes: [], run: prelu },
  Elu: { attributes: ['alpha'], run: (node) => [elu(node, node.float('alpha', 1))] },
  Clip: {
    attributes: ['min', 'max'],
    run: (node) => {
      const [a_min, a_max] = clipLimits(node, node.type(0).dtype);
      return [node.call('clip', [node.input(0)], { a_min, a_max })];
    },
  },
};
