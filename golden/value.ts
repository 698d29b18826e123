import { allocate } from '../src/base/dtype.js';
import { UserError } from '../src/base/errors.js';
import { elementCount, type Shape, sameShape, strides, type Tensor } from '../src/base/tensor.js';
import type { Call } from '../src/ir/expr.js';
import type { TensorType } from '../src/ir/types.js';
import type { Tf } from './tfjs.js';
import type { Tolerance } from './tolerance.js';

/** What an expression evaluates to: a tensor, or the fields of a tuple. */
export type Value = Tensor | readonly Tensor[];

/** What an operator may use besides its arguments. */
export interface Run {
  readonly tf: Tf;
  /** Says that `count` elements of the operator being evaluated left their integer dtype and wrapped. */
  readonly wrapped: (count: number) => void;
  /** Compares the operator's float result with what tfjs makes of it (golden/crosscheck.ts). */
  readonly check: (reference: Tensor, tfjs: ArrayLike<number>, tolerance: Tolerance) => void;
}

/** The reference of one operator. `args` are its arguments, the fields of a tuple argument in its place. */
export type Evaluate = (call: Call, args: readonly Tensor[], run: Run) => Value;

export function resultType(call: Call): TensorType {
  if (call.type.kind !== 'tensor') throw new Error(`${call.op} has a tuple type`);
  return call.type;
}

/**
 * A tensor of `type` over `values`, which are exact (integers) or double precision (floats). Storing wraps an integer modulo
 * its dtype's range, as two's complement does, and rounds a float to the nearest float32; wrapped integers are reported.
 * Throws a UserError for an int64 beyond 2^53, where it is no longer held exactly.
 */
export function store(type: TensorType, values: ArrayLike<number>, run: Run): Tensor {
  const data = allocate(type.dtype, elementCount(type.shape));
  data.set(values);
  if (type.dtype !== 'float32') {
    let wrapped = 0;
    for (let i = 0; i < data.length; i++) if (data[i] !== values[i]) wrapped++;
    if (wrapped > 0) run.wrapped(wrapped);
  }
  if (type.dtype === 'int64' && data.some((v) => !Number.isSafeInteger(v)))
    throw new UserError(
      'an int64 result passes 2^53, up to which int64 is held exactly; scale the model down.',
    );
  return { shape: type.shape, dtype: type.dtype, data };
}

/** The values of `t` repeated to `shape` by numpy's broadcasting. */
export function broadcast(t: Tensor, shape: Shape): ArrayLike<number> {
  if (sameShape(t.shape, shape)) return t.data;
  if (t.data.length === 1) return new Float64Array(elementCount(shape)).fill(t.data[0]!);
  const missing = shape.length - t.shape.length;
  const ownSteps = strides(t.shape).map((step, axis) => (t.shape[axis] === 1 ? 0 : step));
  const index = gatherIndex(
    shape,
    shape.map((_, axis) => ownSteps[axis - missing] ?? 0),
  );
  return gather({ kind: 'tensor', shape, dtype: t.dtype }, t, index).data;
}

/** For each element of a dense array of `shape`, in order: `start` plus the dot product of its coordinates with `steps`. */
export function gatherIndex(shape: Shape, steps: readonly number[], start = 0): Int32Array {
  let index = Int32Array.of(start);
  shape.forEach((extent, axis) => {
    const step = steps[axis] ?? 0;
    const next = new Int32Array(index.length * extent);
    for (let i = 0, to = 0; i < index.length; i++)
      for (let d = 0; d < extent; d++) next[to++] = index[i]! + d * step;
    index = next;
  });
  return index;
}

/** A tensor of `type` whose element i is element index[i] of `from`. */
export function gather(type: TensorType, from: Tensor, index: Int32Array): Tensor {
  const data = allocate(type.dtype, index.length);
  for (let i = 0; i < index.length; i++) data[i] = from.data[index[i]!]!;
  return { shape: type.shape, dtype: type.dtype, data };
}
