import { integerRange, isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import type { Shape, Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { declared, type HostContext, result } from './kernel.js';
import { fitsInt16, magnitude } from './magnitude.js';
import { countWrapped, type ProductSums, productSumsInt32 } from './matmul.js';
import { isWrapping } from './wrapping.js';

export const asInt32 = (t: Tensor): Int32Array =>
  t.data instanceof Int32Array ? t.data : Int32Array.from(t.data);
export const asFloat32 = (t: Tensor): Float32Array =>
  t.data instanceof Float32Array ? t.data : Float32Array.from(t.data);

/** `sums` as a tensor of the declared dtype; int32 sums wrap further into narrower dtypes. */
export function finish(op: HostOp, shape: Shape, sums: Int32Array | Float32Array): Tensor {
  const { dtype } = declared(op);
  if (isFloat(dtype) !== sums instanceof Float32Array || dtype === 'int64' || dtype === 'bool')
    throw new UserError(
      `host operator ${op.op}: the result's dtype ${dtype} does not go with the arguments; the program is damaged.`,
    );
  const out = result(shape, dtype);
  out.data.set(sums);
  return out;
}

/** How an operator computes its integer sums. */
interface IntegerSums {
  /** All of them into `out` by the SIMD kernels, modulo 2^32, for operands that fit int16; false, and nothing done, where there are none. */
  readonly simd: (out: Int32Array) => boolean;
  /** By typed arrays (data, weights, out), job by job. */
  readonly plain: (
    arrays: readonly [Int32Array, Int32Array, Int32Array],
    sums: (job: ProductSums<Int32Array>) => void,
  ) => void;
}

/**
 * Integer sums as `elements` int32 values; tells the context how many sums wrapped. Sums that cannot leave int32 (nearly all) are not counted
 * one by one.
 */
export function runIntegers(
  op: HostOp,
  data: Tensor,
  weight: Tensor,
  elements: number,
  taps: number,
  context: HostContext,
  by: IntegerSums,
): Int32Array {
  const { dtype } = declared(op);
  const range = integerRange(isWrapping(dtype) ? dtype : 'int32');
  const [x, w, out] = [magnitude(data), magnitude(weight), new Int32Array(elements)];
  const counted = context.onOverflow !== undefined && taps * x * w > range[1];
  if (!counted && fitsInt16(x) && fitsInt16(w) && by.simd(out)) return out;
  let wrapped = 0;
  by.plain([asInt32(data), asInt32(weight), out], (job) => {
    productSumsInt32(job);
    if (counted) wrapped += countWrapped(job, range);
  });
  if (wrapped > 0) context.onOverflow?.(wrapped);
  return out;
}

/** Both arguments must be float32 or both integers of at most 32 bits. */
export function areFloats(op: HostOp, data: Tensor, weight: Tensor): boolean {
  const floats = isFloat(data.dtype);
  if (
    floats !== isFloat(weight.dtype) ||
    [data.dtype, weight.dtype].some((d) => d === 'int64' || d === 'bool')
  )
    throw new UserError(`host operator ${op.op}: cannot multiply ${data.dtype} with ${weight.dtype}.`);
  return floats;
}
