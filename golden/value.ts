import { allocate, type DType } from '../src/base/dtype.js';
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
 * Values as float64, which holds those of every dtype. The engine compiles a loop well that only ever meets one kind of array. Not to be
 * written into: it may be the given array itself.
 */
export const exactValues = (values: ArrayLike<number>): Float64Array =>
  values instanceof Float64Array ? values : new Float64Array(values);

/**
 * A tensor of `type` over `values`, which are exact (integers) or double precision (floats). Storing wraps an integer modulo
 * its dtype's range, as two's complement does, and rounds a float to the nearest float32; wrapped integers are reported.
 * Throws a UserError for an int64 beyond 2^53, where it is no longer held exactly.
 */
export function store(type: TensorType, values: ArrayLike<number>, run: Run): Tensor {
  const data = allocate(type.dtype, elementCount(type.shape));
  data.set(values);
  const wrapped = outsideOf(type.dtype, exactValues(values));
  if (wrapped > 0) run.wrapped(wrapped);
  if (type.dtype === 'int64' && data.some((v) => !Number.isSafeInteger(v)))
    throw new UserError(
      'an int64 result passes 2^53, up to which int64 is held exactly; scale the model down.',
    );
  return { shape: type.shape, dtype: type.dtype, data };
}

/** How many values storing as `dtype` changes. Floats are rounded, which nobody counts; int64 is held as it is. */
function outsideOf(dtype: DType, values: Float64Array): number {
  let count = 0;
  switch (dtype) {
    case 'int8':
      for (let i = 0; i < values.length; i++) if ((values[i]! << 24) >> 24 !== values[i]) count++;
      return count;
    case 'int16':
      for (let i = 0; i < values.length; i++) if ((values[i]! << 16) >> 16 !== values[i]) count++;
      return count;
    case 'int32':
      for (let i = 0; i < values.length; i++) if ((values[i]! | 0) !== values[i]) count++;
      return count;
    case 'uint8':
    case 'bool':
      for (let i = 0; i < values.length; i++) if ((values[i]! & 0xff) !== values[i]) count++;
      return count;
    case 'int64':
    case 'float32':
      return 0;
  }
}

/** The values of `t` repeated to `shape` by numpy's broadcasting, in float64. Not to be written into. */
export function broadcast(t: Tensor, shape: Shape): Float64Array {
  if (sameShape(t.shape, shape)) return exactValues(t.data);
  const out = new Float64Array(elementCount(shape));
  const { index, run } = runsOf(t.shape, shape);
  for (let i = 0; i < index.length; i++) out.fill(t.data[index[i]!]!, i * run, (i + 1) * run);
  return out;
}

/**
 * How a tensor of shape `from` is repeated to `shape`: element `index[r]` stays for `run` elements from r * run on. Along the last axes one value
 * stays, as a channel's does over its plane.
 */
export function runsOf(from: Shape, shape: Shape): { readonly index: Int32Array; readonly run: number } {
  const missing = shape.length - from.length;
  const ownSteps = strides(from).map((step, axis) => (from[axis] === 1 ? 0 : step));
  const steps = shape.map((_, axis) => ownSteps[axis - missing] ?? 0);
  const still = steps.findLastIndex((step) => step !== 0) + 1;
  return { index: gatherIndex(shape.slice(0, still), steps), run: elementCount(shape.slice(still)) };
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
  const [values, gathered] = [exactValues(from.data), new Float64Array(index.length)];
  for (let i = 0; i < index.length; i++) gathered[i] = values[index[i]!]!;
  data.set(gathered);
  return { shape: type.shape, dtype: type.dtype, data };
}
