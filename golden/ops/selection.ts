import { allocate } from '../../src/base/dtype.js';
import { elementCount, strides, type Tensor } from '../../src/base/tensor.js';
import { boolAttr, intAttr } from '../../src/ir/attrs.js';
import { broadcast, type Evaluate, gather, gatherIndex, resultType } from '../value.js';

const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The place of each result element: the outer axes, the chosen position along the axis, the inner axes. */
export const take: Evaluate = (call, args) => {
  const [x, indices] = args as [Tensor, Tensor];
  const axis = axisOf(intAttr(call.attrs, 'axis'), x.shape.length);
  const steps = strides(x.shape);
  const most = x.shape[axis]! - 1;
  const offsets = Array.from(indices.data, (i) => (i < 0 ? 0 : i > most ? most : i) * steps[axis]!);
  const part = (from: number, to: number) => gatherIndex(x.shape.slice(from, to), steps.slice(from, to));
  const [outer, inner] = [part(0, axis), part(axis + 1, x.shape.length)];
  const index: number[] = [];
  for (const a of outer) for (const b of offsets) for (const c of inner) index.push(a + b + c);
  return gather(resultType(call), x, Int32Array.from(index));
};

export const where: Evaluate = (call, args) => {
  const { shape, dtype } = resultType(call);
  const [condition, x, y] = args.map((t) => broadcast(t, shape)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const data = allocate(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) data[i] = condition[i] ? x[i]! : y[i]!;
  return { shape, dtype, data };
};

/** Counted from the end where the last of equal elements is asked for. */
export const argmax: Evaluate = (call, args) => {
  const x = args[0]!;
  const axis = axisOf(intAttr(call.attrs, 'axis'), x.shape.length);
  const extent = x.shape[axis]!;
  const step = strides(x.shape)[axis]!;
  const others = [...x.shape.keys()].filter((i) => i !== axis);
  const starts = gatherIndex(
    others.map((i) => x.shape[i]!),
    others.map((i) => strides(x.shape)[i]!),
  );
  const order = Array.from({ length: extent }, (_, i) => i);
  if (boolAttr(call.attrs, 'select_last_index')) order.reverse();
  const data = Int32Array.from(starts, (start) => {
    const numbers = order.filter((i) => !Number.isNaN(x.data[start + i * step]!));
    const value = (i: number) => x.data[start + i * step]!;
    return numbers.length === 0 ? 0 : numbers.reduce((best, i) => (value(i) > value(best) ? i : best));
  });
  return { shape: resultType(call).shape, dtype: 'int32', data };
};
