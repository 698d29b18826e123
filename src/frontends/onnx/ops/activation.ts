import { type DType, integerRange } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { elementCount } from '../../../base/tensor.js';
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

/**
 * Softmax over one axis. Before opset 13 the axes from `axis` (default 1) on count as one; that is the same as Relay's softmax
 * where those after `axis` have extent 1.
 */
function softmax(node: NodeContext) {
  const { shape } = node.type(0);
  if (node.opset >= 13)
    return [
      node.call('nn.softmax', [node.input(0)], { axis: node.axis(node.int('axis', -1), shape.length) }),
    ];
  const axis = node.axis(node.int('axis', 1), shape.length);
  if (elementCount(shape.slice(axis + 1)) === 1) return [node.call('nn.softmax', [node.input(0)], { axis })];
  const rows = elementCount(shape.slice(0, axis));
  const flat = node.call('reshape', [node.input(0)], { newshape: [rows, elementCount(shape.slice(axis))] });
  return [node.call('reshape', [node.call('nn.softmax', [flat], { axis: 1 })], { newshape: [...shape] })];
}

export const ACTIVATION_OPS: Readonly<Record<string, Handler>> = {
  Relu: { attributes: [], run: (node) => [node.call('nn.relu', [node.input(0)])] },
  LeakyRelu: {
    attributes: ['alpha'],
    run: (node) => [node.call('nn.leaky_relu', [node.input(0)], { alpha: node.float('alpha', 0.01) })],
  },
  Sigmoid: { attributes: [], run: (node) => [node.call('sigmoid', [node.input(0)])] },
  Tanh: { attributes: [], run: (node) => [node.call('tanh', [node.input(0)])] },
  Softmax: { attributes: ['axis'], run: softmax },
  Clip: {
    attributes: ['min', 'max'],
    run: (node) => {
      const [a_min, a_max] = clipLimits(node, node.type(0).dtype);
      return [node.call('clip', [node.input(0)], { a_min, a_max })];
    },
  },
};
