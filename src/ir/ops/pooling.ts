import type { Attrs } from '../../../base/attr-value.js';
import { UserError } from '../../../base/errors.js';
import { showShape } from '../../../base/tensor.js';
import { type AttrSpec, intsAttr, stringAttr } from '../attrs.js';
import { type OpDef, tensorArgs } from '../op.js';
import { type Type, tensorType } from '../types.js';
import { outputExtent } from './convolution.js';

const POOL_ATTRS: readonly AttrSpec[] = [
  { name: 'pool_size', kind: 'ints', length: 2 },
  { name: 'strides', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'dilation', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'padding', kind: 'ints', length: 4, default: [0, 0, 0, 0], alwaysPrinted: true },
  { name: 'layout', kind: 'string', default: 'NCHW' },
  { name: 'out_layout', kind: 'string', default: '' },
  { name: 'ceil_mode', kind: 'bool', default: false },
];

function inferPool(op: string, args: readonly Type[], attrs: Attrs): Type {
  const x = tensorArgs(op, args)[0]!;
  const [ph, pw] = intsAttr(attrs, 'pool_size') as [number, number];
  const [sy, sx] = intsAttr(attrs, 'strides') as [number, number];
  const [dy, dx] = intsAttr(attrs, 'dilation') as [number, number];
  const [top, left, bottom, right] = intsAttr(attrs, 'padding') as [number, number, number, number];
  if (x.shape.length !== 4 || stringAttr(attrs, 'layout') !== 'NCHW')
    throw new UserError(`${op} of ${showShape(x.shape)}: needs 4 axes in layout NCHW.`);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  // In ceil mode a last, partial window counts (TVM: the padding grows at the end).
  const slack = (s: number) => (attrs.ceil_mode === true ? s - 1 : 0);
  const oh = outputExtent(h, ph, sy, top + bottom + slack(sy), dy);
  const ow = outputExtent(w, pw, sx, left + right + slack(sx), dx);
  if (Math.min(sy, sx, dy, dx, ph, pw) < 1 || oh < 1 || ow < 1)
    throw new UserError(
      `${op} of ${showShape(x.shape)}: pool_size ${ph}x${pw} with strides ${sy},${sx} does not fit.`,
    );
  return tensorType([n, c, oh, ow], x.dtype);
}

/**
 * Mean of each window. Integers: the sum in int32, divided by the number of elements, truncated toward zero (TVM's
 * integer division in C). `count_include_pad` counts padding elements too.
 */
export const nnAvgPool2d: OpDef = {
  name: 'nn.avg_pool2d',
  args: ['data'],
  attrs: [...POOL_ATTRS, { name: 'count_include_pad', kind: 'bool', default: false }],
  pattern: 'anchor',
  infer: (args, attrs) => inferPool('nn.avg_pool2d', args, attrs),
};

/** Maximum of each window; padding never wins. */
export const nnMaxPool2d: OpDef = {
  name: 'nn.max_pool2d',
  args: ['data'],
  attrs: POOL_ATTRS,
  pattern: 'anchor',
  infer: (args, attrs) => inferPool('nn.max_pool2d', args, attrs),
};
