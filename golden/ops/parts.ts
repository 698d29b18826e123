import { allocate } from '../../src/base/dtype.js';
import { elementCount, type Shape, strides, type Tensor } from '../../src/base/tensor.js';
import { intAttr, intsAttr, pairsAttr, stringAttr } from '../../src/ir/attrs.js';
import type { Call } from '../../src/ir/expr.js';
import type { TensorType } from '../../src/ir/types.js';
import { type Evaluate, gather, gatherIndex, resultType } from '../value.js';
import { converted } from './unary.js';

const axisOf = (call: Call, rank: number): number => {
  const axis = intAttr(call.attrs, 'axis');
  return axis < 0 ? axis + rank : axis;
};

/** Writes `part` into `out` (of shape `shape`) with its first element at coordinates `at`. */
function place(out: Tensor['data'], shape: Shape, part: Tensor, at: readonly number[]): void {
  const steps = strides(shape);
  const start = at.reduce((sum, c, axis) => sum + c * steps[axis]!, 0);
  const to = gatherIndex(part.shape, steps, start);
  for (let i = 0; i < to.length; i++) out[to[i]!] = part.data[i]!;
}

export const concatenate: Evaluate = (call, parts) => {
  const { shape, dtype } = resultType(call);
  const axis = axisOf(call, shape.length);
  const data = allocate(dtype, elementCount(shape));
  let begin = 0;
  for (const part of parts) {
    place(
      data,
      shape,
      part,
      shape.map((_, i) => (i === axis ? begin : 0)),
    );
    begin += part.shape[axis]!;
  }
  return { shape, dtype, data };
};

/** The fields' extents are in the call's type: each begins where the one before ends. */
export const split: Evaluate = (call, args) => {
  const x = args[0]!;
  const axis = axisOf(call, x.shape.length);
  const steps = strides(x.shape);
  let begin = 0;
  return (call.type.kind === 'tuple' ? call.type.fields : []).map((field) => {
    const index = gatherIndex(field.shape, steps, begin * steps[axis]!);
    begin += field.shape[axis]!;
    return gather(field, x, index);
  });
};

export const stridedSlice: Evaluate = (call, args) => {
  const x = args[0]!;
  const type: TensorType = resultType(call);
  const begin = intsAttr(call.attrs, 'begin');
  const given = intsAttr(call.attrs, 'strides');
  const axes = call.attrs.axes === null ? [...begin.keys()] : intsAttr(call.attrs, 'axes');
  const steps = [...strides(x.shape)];
  let start = 0;
  axes.forEach((named, i) => {
    const axis = named < 0 ? named + x.shape.length : named;
    const extent = x.shape[axis]!;
    const stride = stringAttr(call.attrs, 'slice_mode') === 'size' ? 1 : (given[i] ?? given[0]!);
    // Where the slice ends is in the type; where it begins is limited to the axis.
    const first = begin[i]! < 0 ? begin[i]! + extent : begin[i]!;
    start += Math.min(Math.max(first, 0), stride < 0 ? extent - 1 : extent) * steps[axis]!;
    steps[axis]! *= stride;
  });
  return gather(type, x, gatherIndex(type.shape, steps, start));
};

export const pad: Evaluate = (call, args) => {
  const [x, value] = args as [Tensor, Tensor];
  const { shape, dtype } = resultType(call);
  const data = allocate(dtype, elementCount(shape)).fill(converted(value.data[0]!, value.dtype, dtype));
  const before = pairsAttr(call.attrs, 'pad_width').map((pair) => pair[0]!);
  place(data, shape, x, before);
  return { shape, dtype, data };
};
