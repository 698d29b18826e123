import { UserError } from '../../../base/errors.js';
import { scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { WINDOW_ATTRIBUTES, windowOf } from './geometry.js';
import { lines } from './lines.js';

/** Windows along one axis of a pool: their number, and how far the last one reaches beyond data and padding. */
interface Reach {
  readonly outputs: number;
  readonly overhang: number;
}

/**
 * ONNX: floor((extent + padding - reach) / stride) + 1 windows; with ceil_mode the division rounds up, but a window that would start
 * beyond the data and the padding before it is left out (as in PyTorch).
 */
function reachOf(
  extent: number,
  before: number,
  after: number,
  reach: number,
  stride: number,
  ceil: boolean,
): Reach {
  const room = extent + before + after - reach;
  const steps = ceil ? Math.ceil(room / stride) : Math.floor(room / stride);
  const outputs = ceil && steps * stride >= extent + before ? steps : steps + 1;
  return { outputs, overhang: Math.max(0, (outputs - 1) * stride - room) };
}

/**
 * The attributes of nn.max_pool2d and nn.avg_pool2d that ONNX's two share. ceil_mode becomes padding at the end: Relay's own
 * ceil_mode would also count windows that start in the padding.
 */
export function poolAttrs(node: NodeContext) {
  const [, , h, w] = node.image(0);
  const { kernel, strides, dilation, padding } = windowOf(node, [h, w]);
  const ceil = node.int('ceil_mode', 0) === 1;
  const [rows, columns] = [h, w].map((extent, i) =>
    reachOf(extent, padding[i]!, padding[i + 2]!, (kernel[i]! - 1) * dilation[i]! + 1, strides[i]!, ceil),
  ) as [Reach, Reach];
  const [top, left, bottom, right] = padding;
  const overhang = [rows.overhang, columns.overhang] as const;
  return {
    attrs: {
      pool_size: kernel,
      strides,
      dilation,
      padding: [top, left, bottom + overhang[0], right + overhang[1]] as const,
      ceil_mode: false,
    },
    /** Without what ceil_mode adds. */
    padding,
    overhang,
  };
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
    return [node.call('nn.max_pool2d', [node.input(0)], poolAttrs(node).attrs)];
  },
};

const averagePool: Handler = {
  attributes: [...WINDOW_ATTRIBUTES, 'ceil_mode', 'count_include_pad'],
  run: (node) => {
    const { attrs, padding, overhang } = poolAttrs(node);
    const count_include_pad = node.int('count_include_pad', 0) === 1;
    if (!count_include_pad || Math.max(...overhang) === 0)
      return [node.call('nn.avg_pool2d', [node.input(0)], { ...attrs, count_include_pad })];
    // The padding counts, what ceil_mode adds beyond it does not: the padding becomes data.
    const padded = node.call('nn.pad', [node.input(0), scalar(0, node.type(0).dtype)], {
      pad_width: paddingPairs(padding),
    });
    return [
      node.call('nn.avg_pool2d', [padded], {
        ...attrs,
        padding: [0, 0, ...overhang],
        count_include_pad: false,
      }),
    ];
  },
};

const paddingPairs = ([top, left, bottom, right]: readonly [number, number, number, number]) => [
  [0, 0],
  [0, 0],
  [top, bottom],
  [left, right],
];

/** GlobalAveragePool and GlobalMaxPool: all axes behind the channels count as one plane. */
const globalPool = (op: string): Handler => ({
  attributes: [],
  run: (node) => [node.call(op, [node.input(0)])],
});

/** The axes of a reduction: an attribute before opset 18, an input since; none: all. */
export function reduceAxes(node: NodeContext): readonly number[] {
  const rank = node.type(0).shape.length;
  const axes = node.constantInts(1) ?? node.ints('axes');
  if (axes === undefined || axes.length === 0) return Array.from({ length: rank }, (_, i) => i);
  return axes.map((a) => node.axis(a, rank));
}

/** Whether a reduction without axes does nothing. */
const noAxes = (node: NodeContext): boolean =>
  node.int('noop_with_empty_axes', 0) === 1 && (node.constantInts(1) ?? node.ints('axes') ?? []).length === 0;

export const REDUCE_ATTRIBUTES = ['axes', 'keepdims', 'noop_with_empty_axes'];

/** A reduction of `of(x)`; without axes and with noop_with_empty_axes only `of` happens. */
const reduce = (op: string, of: (node: NodeContext) => Expr = (node) => node.input(0)): Handler => ({
  attributes: REDUCE_ATTRIBUTES,
  run: (node) => {
    const x = of(node);
    if (noAxes(node)) return [x];
    return [node.call(op, [x], { axis: reduceAxes(node), keepdims: node.int('keepdims', 1) === 1 })];
  },
});

/** The number of the largest element, int64 in ONNX. */
function argmax(node: NodeContext) {
  const axis = node.axis(node.int('axis', 0), node.type(0).shape.length);
  const keepdims = node.int('keepdims', 1) === 1;
  const select_last_index = node.int('select_last_index', 0) === 1;
  const found = node.call('argmax', [node.input(0)], { axis, keepdims, select_last_index });
  return [node.call('cast', [found], { dtype: 'int64' })];
}

export const POOL_OPS: Readonly<Record<string, Handler>> = {
  MaxPool: lines(maxPool),
  AveragePool: lines(averagePool),
  GlobalAveragePool: lines(globalPool('nn.global_avg_pool2d')),
  GlobalMaxPool: lines(globalPool('nn.global_max_pool2d')),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  ReduceMax: reduce('max'),
  ReduceMin: reduce('min'),
  ArgMax: { attributes: ['axis', 'keepdims', 'select_last_index'], run: argmax },
  ReduceSumSquare: reduce('sum', (node) => node.call('multiply', [node.input(0), node.input(0)])),
};
