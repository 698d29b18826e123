import { UserError } from '../../../base/errors.js';
import type { Handler, NodeContext } from '../context.js';
import { WINDOW_ATTRIBUTES, windowOf } from './geometry.js';

/** The attributes of nn.max_pool2d and nn.avg_pool2d that ONNX's two share. */
export function poolAttrs(node: NodeContext) {
  const [, , h, w] = node.image(0);
  const { kernel, strides, dilation, padding } = windowOf(node, [h, w]);
  return { pool_size: kernel, strides, dilation, padding, ceil_mode: node.int('ceil_mode', 0) === 1 };
}

/** Refuses a second output (the indices of a max pool). */
export function oneOutput(node: NodeContext): void {
  if (node.node.outputs.filter((o) => o !== '').length > 1)
    throw new UserError('its second output is not supported');
}

const maxPool: Handler = {
  attributes: [...WINDOW_ATTRIBUTES, 'ceil_mode', 'storage_order'],
  run: (node) => {
    oneOutput(node);
    return [node.call('nn.max_pool2d', [node.input(0)], poolAttrs(node))];
  },
};

const averagePool: Handler = {
  attributes: [...WINDOW_ATTRIBUTES, 'ceil_mode', 'count_include_pad'],
  run: (node) => {
    const count_include_pad = node.int('count_include_pad', 0) === 1;
    return [node.call('nn.avg_pool2d', [node.input(0)], { ...poolAttrs(node), count_include_pad })];
  },
};

const globalPool = (op: string): Handler => ({
  attributes: [],
  run: (node) => {
    node.image(0);
    return [node.call(op, [node.input(0)])];
  },
});

/** The axes of a reduction: an attribute before opset 18, an input since; none: all. */
export function reduceAxes(node: NodeContext): readonly number[] {
  const rank = node.type(0).shape.length;
  const axes = node.constantInts(1) ?? node.ints('axes');
  if (axes === undefined || axes.length === 0) {
    if (node.int('noop_with_empty_axes', 0) === 1)
      throw new UserError('noop_with_empty_axes is 1; only 0 is supported');
    return Array.from({ length: rank }, (_, i) => i);
  }
  return axes.map((a) => node.axis(a, rank));
}

const reduce = (op: string): Handler => ({
  attributes: ['axes', 'keepdims', 'noop_with_empty_axes'],
  run: (node) => [
    node.call(op, [node.input(0)], { axis: reduceAxes(node), keepdims: node.int('keepdims', 1) === 1 }),
  ],
});

export const POOL_OPS: Readonly<Record<string, Handler>> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool('nn.global_avg_pool2d'),
  GlobalMaxPool: globalPool('nn.global_max_pool2d'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
};
