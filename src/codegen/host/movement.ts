import type { HostOp } from '../../program/types.js';
import { C_TYPES } from '../c/types.js';
import { axisAttr, intsAttr, numberAttr, optionalIntsAttr, pairsAttr } from './attributes.js';
import type { ElementCode, KernelContext } from './kernel-context.js';
import { operand, Position, plus, times } from './position.js';
import { castExpression } from './scalar.js';

/** reshape, nn.batch_flatten, squeeze, expand_dims: the same element under another shape. */
export const sameOrder: ElementCode = (op, at, k) =>
  k.value(op.args[0]!, at.reshaped(k.typeOf(op.args[0]!).shape));

export const transpose: ElementCode = (op, at, k) => {
  const { shape } = k.typeOf(op.args[0]!);
  const axes =
    optionalIntsAttr(op, 'axes')?.map((a) => axisAttr(a, shape.length)) ??
    shape.map((_, i) => shape.length - 1 - i);
  return k.value(
    op.args[0]!,
    Position.ofAxes(
      shape,
      shape.map((_, i) => at.axes[axes.indexOf(i)]!),
    ),
  );
};

export const reverse: ElementCode = (op, at, k) => {
  const { shape } = k.typeOf(op.args[0]!);
  const axis = axisAttr(numberAttr(op, 'axis'), shape.length);
  const reversed = `${shape[axis]! - 1} - ${operand(at.axes[axis]!)}`;
  return k.value(op.args[0]!, Position.ofAxes(shape, at.axes.with(axis, reversed)));
};

/** The first index that one axis of a strided_slice takes, and its step. */
function sliceStart(op: HostOp, i: number, extent: number): readonly [first: number, step: number] {
  const [begin, given] = [intsAttr(op, 'begin'), intsAttr(op, 'strides')];
  const step = op.attrs.slice_mode === 'size' ? 1 : (given[i] ?? given[0] ?? 1);
  const from = (begin[i] ?? 0) < 0 ? begin[i]! + extent : (begin[i] ?? 0);
  const [least, most] = step < 0 ? [-1, extent - 1] : [0, extent];
  const index = from < 0 ? from + extent : from;
  return [Math.min(Math.max(index, least), most), step];
}

export const stridedSlice: ElementCode = (op, at, k) => {
  const { shape } = k.typeOf(op.args[0]!);
  const axes = optionalIntsAttr(op, 'axes') ?? intsAttr(op, 'begin').map((_, i) => i);
  const index = [...at.axes];
  axes.forEach((named, i) => {
    const axis = axisAttr(named, shape.length);
    const [first, step] = sliceStart(op, i, shape[axis]!);
    index[axis] =
      step < 0 ? `${first} - ${operand(times(index[axis]!, -step))}` : plus(times(index[axis]!, step), first);
  });
  return k.value(op.args[0]!, Position.ofAxes(shape, index));
};

/** nn.pad: the pad value outside the data. */
export const pad: ElementCode = (op, at, k) => {
  const data = k.typeOf(op.args[0]!);
  const value = k.typeOf(op.args[1]!);
  const width = pairsAttr(op, 'pad_width');
  const inside: string[] = [];
  const index = at.axes.map((axis, i) => {
    const [before, after] = width[i] as readonly [number, number];
    const place = plus(axis, -before);
    if (before > 0) inside.push(`${axis} >= ${before}`);
    if (after > 0) inside.push(`${axis} < ${before + data.shape[i]!}`);
    return place;
  });
  const filled = castExpression(
    k.value(op.args[1]!, Position.ofElement(value.shape, '0')),
    value.dtype,
    data.dtype,
  );
  const padded = k.fresh('padded');
  k.out.line(`${C_TYPES[data.dtype]} ${padded} = ${filled};`);
  const fill = (): void => {
    k.out.line(`${padded} = ${k.value(op.args[0]!, Position.ofAxes(data.shape, index))};`);
  };
  if (inside.length === 0) fill();
  else k.out.block(`if (${inside.join(' && ')})`, fill);
  return padded;
};

/** Copies a box of elements: loops over `shape`, from one place of a tensor to one place of another. */
function copyBox(
  shape: readonly number[],
  names: readonly string[],
  statement: (axes: readonly string[]) => string,
  k: KernelContext,
): void {
  const axes = shape.map((d, i) => (d === 1 ? '0' : names[i]!));
  const over = (axis: number): void => {
    if (axis === shape.length) k.out.line(statement(axes));
    else if (axes[axis] === '0') over(axis + 1);
    else k.out.loop(axes[axis]!, shape[axis]!, () => over(axis + 1));
  };
  over(0);
}

/** A whole kernel: concatenate, argument by argument. */
export function concatenateKernel(
  op: HostOp,
  outputs: readonly string[],
  k: KernelContext,
  names: readonly string[],
): void {
  const { shape } = op.results[0]!;
  const axis = axisAttr(numberAttr(op, 'axis'), shape.length);
  let start = 0;
  for (const arg of op.args) {
    const part = k.typeOf(arg).shape;
    const at = start;
    copyBox(
      part,
      names,
      (axes) => {
        const to = Position.ofAxes(shape, axes.with(axis, plus(axes[axis]!, at))).flat;
        return `${outputs[0]}[${to}] = ${k.value(arg, Position.ofAxes(part, axes))};`;
      },
      k,
    );
    start += part[axis]!;
  }
}

/** A whole kernel: split, part by part. */
export function splitKernel(
  op: HostOp,
  outputs: readonly string[],
  k: KernelContext,
  names: readonly string[],
): void {
  const { shape } = k.typeOf(op.args[0]!);
  const axis = axisAttr(numberAttr(op, 'axis'), shape.length);
  let start = 0;
  op.results.forEach((part, i) => {
    const at = start;
    copyBox(
      part.shape,
      names,
      (axes) => {
        const from = Position.ofAxes(shape, axes.with(axis, plus(axes[axis]!, at)));
        return `${outputs[i]}[${Position.ofAxes(part.shape, axes).flat}] = ${k.value(op.args[0]!, from)};`;
      },
      k,
    );
    start += part.shape[axis]!;
  });
}
