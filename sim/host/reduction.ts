import { isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { strides, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { argument, axisOf, exactInt64, type HostKernel, intOf, optionalIntsOf, result } from './kernel.js';
import { isWrapping, WrapCounter } from './wrapping.js';

/** nn.softmax: semantics in src/ir/ops/softmax.ts. */
export const softmax: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  if (!isFloat(x.dtype))
    throw new UserError(`host operator ${op.op} does not work on ${x.dtype}; cast first.`);
  const axis = axisOf(op, x.shape, intOf(op, 'axis'));
  const [extent, step] = [x.shape[axis]!, strides(x.shape)[axis]!];
  const out = result(x.shape, x.dtype);
  for (let start = 0; start < x.data.length; start++)
    if (Math.floor(start / step) % extent === 0) softmaxOne(x, out, start, extent, step);
  return [out];
};

function softmaxOne(x: Tensor, out: Tensor, start: number, extent: number, step: number): void {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < extent; i++) max = Math.max(max, x.data[start + i * step]!);
  let sum = 0;
  for (let i = 0; i < extent; i++) {
    const e = Math.fround(Math.exp(Math.fround(x.data[start + i * step]! - max)));
    out.data[start + i * step] = e;
    sum = Math.fround(sum + e);
  }
  for (let i = 0; i < extent; i++) out.data[start + i * step]! /= sum;
}

/** Which axes a reduction takes together. */
export function reducedAxes(op: HostOp, x: Tensor): readonly boolean[] {
  const named = optionalIntsOf(op, 'axis');
  if (named === null) return x.shape.map(() => true);
  const axes = named.map((a) => axisOf(op, x.shape, a));
  return x.shape.map((_, i) => axes.includes(i) !== (op.attrs.exclude === true));
}

/** sum, mean: semantics in src/ir/ops/reduction.ts. */
export const reduce: HostKernel = (op, args, context) => {
  const x = argument(op, args, 0);
  if (x.dtype === 'bool') throw new UserError(`host operator ${op.op} does not work on bool; cast first.`);
  const reduced = reducedAxes(op, x);
  const kept = x.shape.map((d, i) => (reduced[i] ? 1 : d));
  const shape = op.attrs.keepdims === true ? kept : kept.filter((_, i) => !reduced[i]);
  const out = result(shape, x.dtype);
  // Sums of narrow integers are kept in int32 until the end: a mean divides the whole sum.
  const sums =
    isFloat(x.dtype) || x.dtype === 'int64' ? Float64Array.from(out.data) : new Int32Array(out.data.length);
  const round = isFloat(x.dtype)
    ? Math.fround
    : x.dtype === 'int64'
      ? (v: number) => exactInt64(op.op, v)
      : (v: number) => v | 0;
  const [from, to] = [strides(x.shape), strides(kept)];
  const counted = context.onOverflow !== undefined && isWrapping(x.dtype);
  const exact = counted ? new Float64Array(out.data.length) : undefined;
  for (let i = 0; i < x.data.length; i++) {
    let o = 0;
    for (let a = 0; a < kept.length; a++)
      if (!reduced[a]) o += (Math.floor(i / from[a]!) % x.shape[a]!) * to[a]!;
    sums[o] = round(sums[o]! + x.data[i]!);
    if (exact !== undefined) exact[o]! += x.data[i]!;
  }
  const count = x.data.length / Math.max(out.data.length, 1);
  const last =
    op.op === 'sum'
      ? (v: number) => v
      : isFloat(x.dtype)
        ? (v: number) => v / count
        : (v: number) => Math.trunc(v / count) + 0;
  for (let o = 0; o < sums.length; o++) out.data[o] = last(sums[o]!);
  if (exact !== undefined) {
    const wraps = new WrapCounter(op.op === 'sum' ? x.dtype : 'int32');
    for (const v of exact) wraps.note(v);
    wraps.tell(context);
  }
  return [out];
};
