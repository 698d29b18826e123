import { UserError } from '../../src/base/errors.js';
import { strides, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { argument, axisOf, declared, type HostKernel, intOf, result } from './kernel.js';
import { reducedAxes } from './reduction.js';

/** take: semantics in src/ir/ops/selection.ts. */
export const take: HostKernel = (op, args) => {
  const [x, indices] = [argument(op, args, 0), argument(op, args, 1)];
  const axis = axisOf(op, x.shape, intOf(op, 'axis'));
  const extent = x.shape[axis]!;
  const inner = strides(x.shape)[axis]!;
  const count = indices.data.length;
  const out = result([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], x.dtype);
  const outer = x.data.length / Math.max(1, extent * inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < count; i++) {
      const from = (o * extent + Math.min(Math.max(indices.data[i]!, 0), extent - 1)) * inner;
      out.data.set(x.data.subarray(from, from + inner), (o * count + i) * inner);
    }
  return [out];
};

/** Strides of `t` seen as a tensor of shape `to`: 0 along the axes that repeat. */
function repeating(t: Tensor, to: readonly number[]): number[] {
  const own = strides(t.shape);
  const missing = to.length - t.shape.length;
  return to.map((_, i) => (i < missing || t.shape[i - missing] === 1 ? 0 : own[i - missing]!));
}

/** where: semantics in src/ir/ops/selection.ts. The program declares the shape that the three make together. */
export const where: HostKernel = (op, args) => {
  const operands = [argument(op, args, 0), argument(op, args, 1), argument(op, args, 2)] as const;
  const { shape } = declared(op);
  const fits = (t: Tensor): boolean =>
    t.shape.length <= shape.length &&
    t.shape.every((d, i) => d === 1 || d === shape[shape.length - t.shape.length + i]);
  if (!operands.every(fits) || operands[1].dtype !== operands[2].dtype)
    throw new UserError('host operator where: its operands do not go together; the program is damaged.');
  const out = result(shape, operands[1].dtype);
  const steps = operands.map((t) => repeating(t, shape));
  const own = strides(shape);
  const at = [0, 0, 0];
  for (let i = 0; i < out.data.length; i++) {
    at.fill(0);
    for (let a = 0; a < shape.length; a++) {
      const index = Math.floor(i / own[a]!) % shape[a]!;
      for (let t = 0; t < 3; t++) at[t]! += index * steps[t]![a]!;
    }
    const chosen = operands[0].data[at[0]!] !== 0 ? 1 : 2;
    out.data[i] = operands[chosen].data[at[chosen]!]!;
  }
  return [out];
};

/** argmax: semantics in src/ir/ops/selection.ts. */
export const argmax: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const axis = axisOf(op, x.shape, intOf(op, 'axis'));
  const [extent, step] = [x.shape[axis]!, strides(x.shape)[axis]!];
  const last = op.attrs.select_last_index === true;
  const shape = op.attrs.keepdims === true ? x.shape.with(axis, 1) : x.shape.filter((_, i) => i !== axis);
  const out = result(shape, 'int32');
  for (let o = 0; o < out.data.length; o++) {
    const start = Math.floor(o / step) * extent * step + (o % step);
    let [best, largest] = [0, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < extent; i++) {
      const v = x.data[start + i * step]!;
      if (v > largest || (last && v === largest)) [best, largest] = [i, v];
    }
    out.data[o] = best;
  }
  return [out];
};

/** max, min: semantics in src/ir/ops/reduction.ts. */
export const extremum: HostKernel = (op: HostOp, args) => {
  const x = argument(op, args, 0);
  if (x.dtype === 'bool') throw new UserError(`host operator ${op.op} does not work on bool; cast first.`);
  const reduced = reducedAxes(op, x);
  const kept = x.shape.map((d, i) => (reduced[i] ? 1 : d));
  const shape = op.attrs.keepdims === true ? kept : kept.filter((_, i) => !reduced[i]);
  const out = result(shape, x.dtype);
  const [from, to] = [strides(x.shape), strides(kept)];
  const better = op.op === 'max' ? Math.max : Math.min;
  const seen = new Uint8Array(out.data.length);
  for (let i = 0; i < x.data.length; i++) {
    let o = 0;
    for (let a = 0; a < kept.length; a++)
      if (!reduced[a]) o += (Math.floor(i / from[a]!) % x.shape[a]!) * to[a]!;
    out.data[o] = seen[o] === 0 ? x.data[i]! : better(out.data[o]!, x.data[i]!);
    seen[o] = 1;
  }
  return [out];
};
