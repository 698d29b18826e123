import type { Attrs } from '../../base/attr-value.js';
import { UserError } from '../../base/errors.js';
import { type Shape, showShape } from '../../base/tensor.js';
import { intAttr, intsAttr, pairsAttr, stringAttr } from '../attrs.js';
import { axisIn, type OpDef, tensorArgs } from '../op.js';
import { showType, type TensorType, tensorType } from '../types.js';

/** Joins the fields of a tuple along one axis; dtypes and all other extents must agree. */
export const concatenate: OpDef = {
  name: 'concatenate',
  args: ['data...'],
  attrs: [{ name: 'axis', kind: 'int', default: 0 }],
  // Not injective: TVM fuses it only as the last operator of a kernel; here it never is fused.
  pattern: 'opaque',
  infer: (args, attrs) => {
    const data = args[0]!;
    if (data.kind !== 'tuple' || data.fields.length === 0)
      throw new UserError(`concatenate of ${showType(data)}: takes a tuple of at least one tensor.`);
    const first = data.fields[0]!;
    const axis = axisIn('concatenate', first.shape, intAttr(attrs, 'axis'));
    for (const t of data.fields)
      if (
        t.dtype !== first.dtype ||
        t.shape.length !== first.shape.length ||
        t.shape.some((d, i) => i !== axis && d !== first.shape[i])
      )
        throw new UserError(
          `concatenate along axis ${axis}: ${showType(t)} does not go with ${showType(first)}; only that axis may differ.`,
        );
    const total = data.fields.reduce((n, t) => n + t.shape[axis]!, 0);
    return tensorType(first.shape.with(axis, total), first.dtype);
  },
};

/** Bounds the size of the tuple's type. [ours] */
const MAX_PARTS = 4096;

/**
 * Cuts along one axis into a tuple: an integer n makes n equal parts, a list names where the second and each later part
 * begins (strictly ascending, inside the axis).
 */
export const split: OpDef = {
  name: 'split',
  args: ['data'],
  attrs: [
    { name: 'indices_or_sections', kind: 'int-or-ints' },
    { name: 'axis', kind: 'int', default: 0 },
  ],
  pattern: 'opaque',
  infer: (args, attrs) => {
    const x = tensorArgs('split', args)[0]!;
    const axis = axisIn('split', x.shape, intAttr(attrs, 'axis'));
    const extent = x.shape[axis]!;
    const how = attrs.indices_or_sections as number | readonly number[];
    const size = typeof how === 'number' ? extent / how : 0;
    if ((typeof how === 'number' ? how : how.length) > MAX_PARTS)
      throw new UserError(`split of ${showShape(x.shape)} makes more than ${MAX_PARTS} parts.`);
    if (typeof how === 'number' && (how < 1 || !Number.isInteger(size)))
      throw new UserError(
        `split of ${showShape(x.shape)}: axis ${axis} does not divide into ${how} equal parts.`,
      );
    const starts = typeof how === 'number' ? Array.from({ length: how }, (_, i) => i * size) : [0, ...how];
    const ends = [...starts.slice(1), extent];
    if (starts.some((s, i) => s >= ends[i]!))
      throw new UserError(
        `split of ${showShape(x.shape)}: indices [${starts.slice(1).join(', ')}] must ascend strictly inside 1..${extent - 1}.`,
      );
    return {
      kind: 'tuple',
      fields: starts.map((s, i) => tensorType(x.shape.with(axis, ends[i]! - s), x.dtype)),
    };
  },
};

/** How many elements a slice of one axis takes; below 1: none. */
function sliceAxis(extent: number, begin: number, end: number, stride: number): number {
  const inside = (i: number): number =>
    Math.min(Math.max(i < 0 ? i + extent : i, stride < 0 ? -1 : 0), stride < 0 ? extent - 1 : extent);
  return Math.ceil((inside(end) - inside(begin)) / stride);
}

function slicedShape(shape: Shape, attrs: Attrs): Shape {
  const bad = (why: string): never => {
    throw new UserError(`strided_slice of ${showShape(shape)}: ${why}`);
  };
  const [begin, end, steps] = [intsAttr(attrs, 'begin'), intsAttr(attrs, 'end'), intsAttr(attrs, 'strides')];
  const mode = stringAttr(attrs, 'slice_mode');
  if (mode !== 'end' && mode !== 'size') bad(`slice_mode is ${mode}; must be end or size.`);
  const axes =
    attrs.axes === null
      ? begin.map((_, i) => i)
      : intsAttr(attrs, 'axes').map((a) => axisIn('strided_slice', shape, a));
  if (axes.length !== begin.length || end.length !== begin.length || begin.length > shape.length)
    bad(
      `begin has ${begin.length} values, end ${end.length}, axes ${axes.length}; must be as many, at most ${shape.length}.`,
    );
  if (steps.length !== 1 && steps.length !== begin.length)
    bad(`strides has ${steps.length} values; must be 1 or ${begin.length}.`);
  const out = [...shape];
  axes.forEach((axis, i) => {
    const stride = mode === 'size' ? 1 : (steps[i] ?? steps[0]!);
    if (stride === 0) bad('a stride is 0.');
    const extent = shape[axis]!;
    const from = begin[i]! < 0 ? begin[i]! + extent : begin[i]!;
    const to = mode === 'end' ? end[i]! : end[i]! === -1 ? extent : from + end[i]!;
    if (mode === 'size' && (from < 0 || to > extent))
      bad(`axis ${axis}: ${end[i]} elements from ${from} on are not there.`);
    out[axis] = sliceAxis(extent, begin[i]!, to, stride);
    if (out[axis]! < 1) bad(`axis ${axis}: ${begin[i]} to ${to} by ${stride} takes no element.`);
  });
  return out;
}

/**
 * Elements begin, begin + stride, ... before `end` along each axis (`axes`, or the first ones; the rest stays whole). As in
 * TVM: a negative index counts from the end, then begin and end are limited to 0..extent (stride < 0: to -1..extent - 1); one
 * stride serves all axes. slice_mode "size": `end` is the number of elements (-1: all that are left), strides are ignored.
 */
export const stridedSlice: OpDef = {
  name: 'strided_slice',
  args: ['data'],
  attrs: [
    { name: 'begin', kind: 'ints' },
    { name: 'end', kind: 'ints' },
    { name: 'strides', kind: 'ints', default: [1], alwaysPrinted: true },
    { name: 'slice_mode', kind: 'string', default: 'end' },
    { name: 'axes', kind: 'ints', default: null },
  ],
  pattern: 'injective',
  infer: (args, attrs) => {
    const x = tensorArgs('strided_slice', args)[0]!;
    return tensorType(slicedShape(x.shape, attrs), x.dtype);
  },
};

/**
 * Adds pad_width[axis] = [before, after] elements around the data. Their value is the scalar `pad_value` of any dtype, converted
 * to the data's dtype as `cast` does. Only pad_mode "constant".
 */
export const nnPad: OpDef = {
  name: 'nn.pad',
  args: ['data', 'pad_value'],
  attrs: [
    { name: 'pad_width', kind: 'pairs' },
    { name: 'pad_mode', kind: 'string', default: 'constant' },
  ],
  pattern: 'injective',
  infer: (args, attrs) => {
    const [x, value] = tensorArgs('nn.pad', args) as [TensorType, TensorType];
    const width = pairsAttr(attrs, 'pad_width');
    if (stringAttr(attrs, 'pad_mode') !== 'constant')
      throw new UserError(
        `nn.pad: pad_mode is ${stringAttr(attrs, 'pad_mode')}; only constant is supported.`,
      );
    if (value.shape.length !== 0)
      throw new UserError(`nn.pad: pad_value is ${showType(value)}; must be a scalar.`);
    if (width.length !== x.shape.length || width.flat().some((w) => w < 0))
      throw new UserError(
        `nn.pad of ${showShape(x.shape)}: pad_width must hold a pair of at least 0 for each of the ${x.shape.length} axes.`,
      );
    return tensorType(
      x.shape.map((d, i) => d + width[i]![0]! + width[i]![1]!),
      x.dtype,
    );
  },
};
