import type { Attrs } from '../../base/attr-value.js';
import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { type AttrSpec, intsAttr, stringAttr } from '../attrs.js';
import { type OpDef, requireClass, tensorArgs } from '../op.js';
import { type TensorType, type Type, tensorType } from '../types.js';
import { outputExtent } from './convolution.js';

const LAYOUT_ATTRS: readonly AttrSpec[] = [
  { name: 'layout', kind: 'string', default: 'NCHW' },
  { name: 'out_layout', kind: 'string', default: '' },
];

const POOL_ATTRS: readonly AttrSpec[] = [
  { name: 'pool_size', kind: 'ints', length: 2 },
  { name: 'strides', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'dilation', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'padding', kind: 'ints', length: 4, default: [0, 0, 0, 0], alwaysPrinted: true },
  ...LAYOUT_ATTRS,
  { name: 'ceil_mode', kind: 'bool', default: false },
];

/** The argument of a pool: 4 axes, NCHW, a number. */
function image(op: string, args: readonly Type[], attrs: Attrs): TensorType {
  const x = requireClass(op, tensorArgs(op, args)[0]!, 'number');
  if (x.shape.length !== 4 || stringAttr(attrs, 'layout') !== 'NCHW')
    throw new UserError(
      `${op} of ${showShape(x.shape)} in layout ${stringAttr(attrs, 'layout')}: needs 4 axes in layout NCHW.`,
    );
  return x;
}

function inferPool(op: string, args: readonly Type[], attrs: Attrs): Type {
  const x = image(op, args, attrs);
  const [ph, pw] = intsAttr(attrs, 'pool_size') as [number, number];
  const [sy, sx] = intsAttr(attrs, 'strides') as [number, number];
  const [dy, dx] = intsAttr(attrs, 'dilation') as [number, number];
  const [top, left, bottom, right] = intsAttr(attrs, 'padding') as [number, number, number, number];
  const [n, c, h, w] = x.shape as [number, number, number, number];
  if (Math.min(sy, sx, dy, dx, ph, pw) < 1 || Math.min(top, left, bottom, right) < 0)
    throw new UserError(
      `${op} of ${showShape(x.shape)}: pool_size, strides and dilation must be at least 1, padding at least 0.`,
    );
  // In ceil mode a last, partial window counts (TVM: the padding grows at the end).
  const slack = (s: number) => (attrs.ceil_mode === true ? s - 1 : 0);
  const oh = outputExtent(h, ph, sy, top + bottom + slack(sy), dy);
  const ow = outputExtent(w, pw, sx, left + right + slack(sx), dx);
  if (oh < 1 || ow < 1)
    throw new UserError(
      `${op} of ${showShape(x.shape)}: pool_size ${ph}x${pw} with strides ${sy},${sx} does not fit.`,
    );
  return tensorType([n, c, oh, ow], x.dtype);
}

/**
 * Mean of each window: out[y, x] = sum / count, the sum over data[y*sy + fy*dy - top, x*sx + fx*dx - left] for fy, then fx, inside
 * the data. `ceil_mode` lets a last window start that the floor would drop (the padding grows by stride - 1 at the end).
 * count: with `count_include_pad` always the pool's size, otherwise the elements inside the data, at least 1.
 * Integers: the sum is exact in int32 (wraps there), the quotient truncates toward zero as C's division does: -7 / 2 = -3. [ours:
 * TVM sums in the data's dtype, so int8 sums wrap at 8 bits there unless the model casts first; here they do not.]
 * float32: each sum is rounded, from 0 in row order; then one division.
 */
export const nnAvgPool2d: OpDef = {
  name: 'nn.avg_pool2d',
  args: ['data'],
  attrs: [...POOL_ATTRS, { name: 'count_include_pad', kind: 'bool', default: false }],
  pattern: 'anchor',
  infer: (args, attrs) => inferPool('nn.avg_pool2d', args, attrs),
};

/**
 * Maximum of each window (windows as in `nn.avg_pool2d`). Padding holds the dtype's lowest value (float32: the lowest finite
 * one), as in TVM: it never wins against an integer. float32: NaN in a window gives NaN.
 */
export const nnMaxPool2d: OpDef = {
  name: 'nn.max_pool2d',
  args: ['data'],
  attrs: POOL_ATTRS,
  pattern: 'anchor',
  infer: (args, attrs) => inferPool('nn.max_pool2d', args, attrs),
};

const globalPool = (name: string): OpDef => ({
  name,
  args: ['data'],
  attrs: LAYOUT_ATTRS,
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = image(name, args, attrs);
    return tensorType([x.shape[0]!, x.shape[1]!, 1, 1], x.dtype);
  },
});

/** Mean of each plane, (n, c, h, w) -> (n, c, 1, 1); arithmetic of `nn.avg_pool2d` with count h*w. */
export const nnGlobalAvgPool2d = globalPool('nn.global_avg_pool2d');
/** Maximum of each plane, (n, c, h, w) -> (n, c, 1, 1). */
export const nnGlobalMaxPool2d = globalPool('nn.global_max_pool2d');

/**
 * Mean over windows that split the plane: output row y of `oh` covers the rows from floor(y*h/oh) to ceil((y+1)*h/oh) - 1, columns
 * alike. output_size [s] means [s, s]. Arithmetic of `nn.avg_pool2d`, count = the window's elements.
 */
export const nnAdaptiveAvgPool2d: OpDef = {
  name: 'nn.adaptive_avg_pool2d',
  args: ['data'],
  attrs: [{ name: 'output_size', kind: 'ints' }, ...LAYOUT_ATTRS],
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = image('nn.adaptive_avg_pool2d', args, attrs);
    const size = intsAttr(attrs, 'output_size');
    const [oh, ow] = [size[0] ?? 0, size[1] ?? size[0] ?? 0];
    if (size.length < 1 || size.length > 2 || Math.min(oh, ow) < 1)
      throw new UserError(
        `nn.adaptive_avg_pool2d: output_size is [${size.join(', ')}]; must be one or two integers of at least 1.`,
      );
    return tensorType([x.shape[0]!, x.shape[1]!, oh, ow], x.dtype);
  },
};
