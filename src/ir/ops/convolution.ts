import type { Attrs } from '../../base/attr-value.js';
import { isFloat } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { type AttrSpec, intAttr, intsAttr, stringAttr } from '../attrs.js';
import { type OpDef, tensorArgs } from '../op.js';
import { type TensorType, type Type, tensorType } from '../types.js';

/** Attributes of TVM's Conv2DAttrs in its order, with its defaults. Padding is [top, left, bottom, right]. */
const CONV_ATTRS: readonly AttrSpec[] = [
  { name: 'strides', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'padding', kind: 'ints', length: 4, default: [0, 0, 0, 0], alwaysPrinted: true },
  { name: 'dilation', kind: 'ints', length: 2, default: [1, 1] },
  { name: 'groups', kind: 'int', default: 1 },
  { name: 'channels', kind: 'int', default: null },
  { name: 'kernel_size', kind: 'ints', length: 2, default: null },
  { name: 'data_layout', kind: 'string', default: 'NCHW' },
  { name: 'kernel_layout', kind: 'string', default: 'OIHW' },
  { name: 'out_layout', kind: 'string', default: '' },
  // null: the data's dtype
  { name: 'out_dtype', kind: 'dtype', default: null },
];

/** Extent of a convolution's or pool's output along one axis (TVM, floor mode). */
export const outputExtent = (
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation = 1,
): number => Math.floor((size + padding - (kernel - 1) * dilation - 1) / stride) + 1;

/**
 * The dtype that a product sum of `data` and `weight` has. Integers of at most 32 bits make integers of at most 32 bits,
 * float32 makes float32. Throws a UserError for any other mix.
 */
export function sumDType(
  op: string,
  data: TensorType,
  weight: TensorType,
  attrs: Attrs,
): TensorType['dtype'] {
  const out = (attrs.out_dtype ?? data.dtype) as TensorType['dtype'];
  const dtypes = [data.dtype, weight.dtype, out];
  const floats = dtypes.filter(isFloat).length;
  if ((floats !== 0 && floats !== 3) || dtypes.includes('int64') || dtypes.includes('bool'))
    throw new UserError(
      `${op} of ${data.dtype} with ${weight.dtype} weights to ${out}: must be all float32 or all integers of at most 32 bits. ` +
        'Cast first, or set out_dtype.',
    );
  return out;
}

function inferConv(op: string, data: TensorType, weight: TensorType, attrs: Attrs): Type {
  const bad = (why: string): never => {
    throw new UserError(`${op} of ${showShape(data.shape)} with weights ${showShape(weight.shape)}: ${why}`);
  };
  for (const [name, want] of [
    ['data_layout', 'NCHW'],
    ['kernel_layout', 'OIHW'],
  ] as const)
    if (stringAttr(attrs, name) !== want)
      bad(`${name} is ${stringAttr(attrs, name)}; only ${want} is supported.`);
  if (!['', 'NCHW'].includes(stringAttr(attrs, 'out_layout')))
    bad(`out_layout is ${stringAttr(attrs, 'out_layout')}; only NCHW is supported.`);
  if (data.shape.length !== 4 || weight.shape.length !== 4) bad('both must have 4 axes.');
  const [n, c, h, w] = data.shape as [number, number, number, number];
  const [k, ci, kh, kw] = weight.shape as [number, number, number, number];
  const groups = intAttr(attrs, 'groups');
  const [sy, sx] = intsAttr(attrs, 'strides') as [number, number];
  const [dy, dx] = intsAttr(attrs, 'dilation') as [number, number];
  const [top, left, bottom, right] = intsAttr(attrs, 'padding') as [number, number, number, number];
  if (Math.min(groups, sy, sx, dy, dx) < 1) bad('groups, strides and dilation must be at least 1.');
  if (Math.min(top, left, bottom, right) < 0) bad('padding must not be negative.');
  if (ci * groups !== c)
    bad(`the weights take ${ci} x ${groups} groups = ${ci * groups} input channels, not ${c}.`);
  if (k % groups !== 0) bad(`${k} output channels do not divide into ${groups} groups.`);
  if (attrs.channels !== null && attrs.channels !== k)
    bad(`channels is ${attrs.channels}; the weights have ${k}.`);
  if (attrs.kernel_size !== null && String(attrs.kernel_size) !== String([kh, kw]))
    bad(`kernel_size is ${attrs.kernel_size}; the weights have ${kh},${kw}.`);
  const oh = outputExtent(h, kh, sy, top + bottom, dy);
  const ow = outputExtent(w, kw, sx, left + right, dx);
  if (oh < 1 || ow < 1) bad('the kernel is larger than the padded input.');
  return tensorType([n, k, oh, ow], sumDType(op, data, weight, attrs));
}

/**
 * out[n, k, y, x] = sum over i, fy, fx of data[n, g*I + i, y*sy + fy*dy - top, x*sx + fx*dx - left] * weight[k, i, fy, fx], where
 * the weights are (K, I, FY, FX), g = floor(k / (K / groups)), and positions outside the data count as 0. groups = C makes it
 * depthwise.
 * Integers: the sum wraps at 32 bits and is then wrapped to out_dtype (default: the data's dtype; so int8 without
 * out_dtype gives the low 8 bits, as in Relay). float32: each product and each sum is rounded to float32; the sum starts at 0
 * and runs over i, then fy, then fx, padding included [order: ours].
 */
export const nnConv2d: OpDef = {
  name: 'nn.conv2d',
  args: ['data', 'weight'],
  attrs: CONV_ATTRS,
  pattern: 'anchor',
  infer: (args, attrs) => {
    const [data, weight] = tensorArgs('nn.conv2d', args) as [TensorType, TensorType];
    return inferConv('nn.conv2d', data, weight, attrs);
  },
};

/**
 * `nn.conv2d` on integers. Zero points and scales are arguments; only zero points of 0 are computed (any other stops the run
 * with a UserError), and the scales do not enter the integer sum.
 */
export const qnnConv2d: OpDef = {
  name: 'qnn.conv2d',
  args: ['data', 'weight', 'input_zero_point', 'kernel_zero_point', 'input_scale', 'kernel_scale'],
  attrs: CONV_ATTRS,
  pattern: 'anchor',
  infer: (args, attrs) => {
    const [data, weight] = tensorArgs('qnn.conv2d', args) as [TensorType, TensorType];
    return inferConv('qnn.conv2d', data, weight, attrs);
  },
};
