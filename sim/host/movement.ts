import { UserError } from '../../src/base/errors.js';
import { elementCount, type Shape, showShape, strides, type Tensor } from '../../src/base/tensor.js';
import {
  argument,
  axisOf,
  declared,
  type HostKernel,
  intOf,
  intsOf,
  optionalIntsOf,
  pairsOf,
  result,
} from './kernel.js';
import { converted } from './unary.js';

/**
 * reshape, nn.batch_flatten, squeeze, expand_dims: the elements in row-major order under the declared shape. layout_transform: the
 * same values, in another layout of memory that a tensor does not show.
 */
export const sameOrder: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const { shape } = declared(op);
  if (elementCount(shape) !== x.data.length)
    throw new UserError(
      `host operator ${op.op}: ${showShape(x.shape)} cannot become ${showShape(shape)}; the program is damaged.`,
    );
  return [{ shape, dtype: x.dtype, data: x.data.slice() }];
};

/**
 * Copies a box of elements between two tensors: element (i0, i1, ...) of `box` goes from `fromAt` + sum of i * fromStep to `toAt` + sum
 * of i * toStep. Every other movement is one or more such copies.
 */
export interface BoxCopy {
  readonly box: Shape;
  readonly fromAt: number;
  readonly fromStep: readonly number[];
  readonly toAt: number;
  readonly toStep: readonly number[];
}

export function copyBox(from: Tensor, to: Tensor, copy: BoxCopy): void {
  const { box, fromStep, toStep } = copy;
  const last = box.length - 1;
  const width = box[last] ?? 1;
  const [fromLast, toLast] = [fromStep[last] ?? 0, toStep[last] ?? 0];
  const walk = (axis: number, f: number, t: number): void => {
    if (axis >= last) {
      for (let i = 0; i < width; i++) to.data[t + i * toLast] = from.data[f + i * fromLast]!;
      return;
    }
    for (let i = 0; i < box[axis]!; i++) walk(axis + 1, f + i * fromStep[axis]!, t + i * toStep[axis]!);
  };
  walk(0, copy.fromAt, copy.toAt);
}

/** A result of shape `shape` that reads the data from `fromAt` on with `fromStep`. */
function gathered(x: Tensor, shape: Shape, fromAt: number, fromStep: readonly number[]): Tensor[] {
  const out = result(shape, x.dtype);
  copyBox(x, out, { box: shape, fromAt, fromStep, toAt: 0, toStep: strides(shape) });
  return [out];
}

export const transpose: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const given = optionalIntsOf(op, 'axes');
  const axes = given?.map((a) => axisOf(op, x.shape, a)) ?? x.shape.map((_, i) => x.shape.length - 1 - i);
  const step = strides(x.shape);
  if (new Set(axes).size !== x.shape.length || axes.length !== x.shape.length)
    throw new UserError(`host operator transpose: axes [${axes.join(', ')}] do not name every axis once.`);
  return gathered(
    x,
    axes.map((a) => x.shape[a]!),
    0,
    axes.map((a) => step[a]!),
  );
};

export const reverse: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const axis = axisOf(op, x.shape, intOf(op, 'axis'));
  const step = strides(x.shape);
  return gathered(x, x.shape, (x.shape[axis]! - 1) * step[axis]!, step.with(axis, -step[axis]!));
};

/** The first index and the number of elements that one axis of a strided_slice takes. */
function sliceOf(extent: number, begin: number, end: number, stride: number): [first: number, count: number] {
  const [least, most] = stride < 0 ? [-1, extent - 1] : [0, extent];
  const limit = (i: number): number => Math.min(Math.max(i < 0 ? i + extent : i, least), most);
  const first = limit(begin);
  return [first, Math.ceil((limit(end) - first) / stride)];
}

export const stridedSlice: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const [begin, end, given] = [intsOf(op, 'begin'), intsOf(op, 'end'), intsOf(op, 'strides')];
  const axes = optionalIntsOf(op, 'axes') ?? begin.map((_, i) => i);
  const shape = [...x.shape];
  const step = strides(x.shape);
  let fromAt = 0;
  axes.forEach((named, i) => {
    const axis = axisOf(op, x.shape, named);
    const bySize = op.attrs.slice_mode === 'size';
    const stride = bySize ? 1 : (given[i] ?? given[0] ?? 1);
    const from = (begin[i] ?? 0) < 0 ? begin[i]! + x.shape[axis]! : (begin[i] ?? 0);
    const to = bySize ? (end[i] === -1 ? x.shape[axis]! : from + (end[i] ?? 0)) : (end[i] ?? 0);
    const [first, count] = sliceOf(x.shape[axis]!, from, to, stride);
    if (stride === 0 || !(count >= 1))
      throw new UserError(
        `host operator strided_slice: axis ${axis} takes no element; the program is damaged.`,
      );
    fromAt += first * step[axis]!;
    shape[axis] = count;
    step[axis]! *= stride;
  });
  return gathered(x, shape, fromAt, step);
};

/** concatenate: the tuple's fields are the arguments. */
export const concatenate: HostKernel = (op, args) => {
  const first = argument(op, args, 0);
  const axis = axisOf(op, first.shape, intOf(op, 'axis'));
  const fits = (t: Tensor): boolean =>
    t.dtype === first.dtype && String(t.shape.with(axis, 0)) === String(first.shape.with(axis, 0));
  if (!args.every((t) => t.shape.length === first.shape.length && fits(t)))
    throw new UserError(
      'host operator concatenate: the arguments differ beside the axis; the program is damaged.',
    );
  const total = args.reduce((n, t) => n + t.shape[axis]!, 0);
  const out = result(first.shape.with(axis, total), first.dtype);
  const toStep = strides(out.shape);
  let at = 0;
  for (const t of args) {
    copyBox(t, out, {
      box: t.shape,
      fromAt: 0,
      fromStep: strides(t.shape),
      toAt: at * toStep[axis]!,
      toStep,
    });
    at += t.shape[axis]!;
  }
  return [out];
};

export const split: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const axis = axisOf(op, x.shape, intOf(op, 'axis'));
  const extent = x.shape[axis]!;
  const sections = op.attrs.indices_or_sections;
  const starts =
    typeof sections === 'number'
      ? Array.from({ length: sections }, (_, i) => (i * extent) / sections)
      : [0, ...intsOf(op, 'indices_or_sections')];
  const step = strides(x.shape);
  return starts.flatMap((start, i) => {
    const size = (starts[i + 1] ?? extent) - start;
    if (!Number.isInteger(start) || start < 0 || size < 1 || start + size > extent)
      throw new UserError('host operator split: the parts do not fit the axis; the program is damaged.');
    return gathered(x, x.shape.with(axis, size), start * step[axis]!, step);
  });
};

export const pad: HostKernel = (op, args) => {
  const [x, value] = [argument(op, args, 0), argument(op, args, 1)];
  const width = pairsOf(op, 'pad_width', x.shape.length);
  if (op.attrs.pad_mode !== 'constant' || width.flat().some((w) => w < 0) || value.data.length !== 1)
    throw new UserError('host operator nn.pad: pad_mode, pad_width or pad_value is not supported.');
  const out = result(
    x.shape.map((d, i) => d + width[i]![0]! + width[i]![1]!),
    x.dtype,
  );
  out.data.fill(converted(value.data[0]!, value.dtype, x.dtype));
  const toStep = strides(out.shape);
  const toAt = toStep.reduce((at, step, i) => at + step * width[i]![0]!, 0);
  copyBox(x, out, { box: x.shape, fromAt: 0, fromStep: strides(x.shape), toAt, toStep });
  return [out];
};
