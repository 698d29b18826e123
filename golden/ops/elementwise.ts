import { type DType, isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { type Shape, sameShape, type Tensor } from '../../src/base/tensor.js';
import { intAttr } from '../../src/ir/attrs.js';
import { broadcast, type Evaluate, resultType, store } from '../value.js';
import { shiftedInt32, sumsOfInt32 } from './int32.js';

// Plain arithmetic on JavaScript numbers, not tfjs: tfjs has no int32 shift, its int32 is float32 inside most kernels, and
// float64 holds every sum, difference and shift of int32 exactly. store() wraps integers and rounds floats; rounding a
// float64 sum, difference, product, quotient or square root of float32 to float32 gives the IEEE result (53 >= 2*24 + 2).

/** An operator on pairs of elements over numpy's broadcasting: `compute` fills `out`, which is as long as `a` and `b`. */
const pairwise =
  (compute: (a: Float64Array, b: Float64Array, out: Float64Array, dtype: DType) => void): Evaluate =>
  (call, args, run) => {
    const [left, right] = args as [Tensor, Tensor];
    const type = resultType(call);
    const [a, b] = [broadcast(left, type.shape), broadcast(right, type.shape)];
    const out = new Float64Array(a.length);
    compute(a, b, out, left.dtype);
    return store(type, out, run);
  };

/** out[i] = fn(a[i], b[i]). The operators of quantized layers have loops of their own: a call for each element takes longer than they do. */
const binary = (fn: (a: number, b: number, dtype: DType) => number): Evaluate =>
  pairwise((a, b, out, dtype) => {
    for (let i = 0; i < out.length; i++) out[i] = fn(a[i]!, b[i]!, dtype);
  });

/** For integers the quotient truncated toward zero, for floats IEEE division. */
export const truncatedQuotient = (a: number, b: number, dtype: DType): number =>
  isFloat(dtype) ? a / b : Math.trunc(a / b);

function shift(bits: number, dtype: DType): number {
  const most = dtype === 'int64' ? 63 : 31;
  if (bits < 0 || bits > most)
    throw new UserError(`a shift of ${dtype} by ${bits} bits is not defined; it must be 0..${most}.`);
  return bits;
}

const addExactly = pairwise((a, b, out) => {
  for (let i = 0; i < out.length; i++) out[i] = a[i]! + b[i]!;
});
export const add: Evaluate = (call, args, run) => {
  const [left, right] = args as [Tensor, Tensor];
  const { shape, dtype } = resultType(call);
  if (!(left.data instanceof Int32Array && dtype === 'int32' && sameShape(left.shape, shape)))
    return addExactly(call, args, run);
  const { sums, wrapped } = sumsOfInt32(left.data, right, shape);
  if (wrapped > 0) run.wrapped(wrapped);
  return { shape, dtype, data: sums };
};
export const subtract = binary((a, b) => a - b);
export const multiply: Evaluate = (call, args, run) => {
  const narrow = !['float32', 'int64'].includes(args[0]!.dtype);
  let inexact = 0;
  const product = binary((a, b) => {
    const full = a * b;
    if (!narrow || Number.isSafeInteger(full)) return full;
    // Beyond 2^53 float64 has lost the low bits, which are the result: taken modulo 2^32, and counted here.
    inexact++;
    return Math.imul(a, b);
  });
  let stored = 0;
  const out = product(call, args, {
    ...run,
    wrapped: (count) => {
      stored = count;
    },
  });
  if (stored + inexact > 0) run.wrapped(stored + inexact);
  return out;
};
export const divide = binary((a, b, dtype) => {
  if (b === 0 && !isFloat(dtype)) throw new UserError(`divide: a ${dtype} is divided by 0.`);
  return truncatedQuotient(a, b, dtype);
});
// Math.max and Math.min: NaN if either is, and -0 below +0.
export const maximum = binary((a, b) => Math.max(a, b));
export const minimum = binary((a, b) => Math.min(a, b));
/** Floor division by a power of two: an arithmetic shift. */
const shiftExactly = pairwise((a, b, out, dtype) => {
  let bits = 0;
  let divisor = 1;
  for (let i = 0; i < out.length; i++) {
    if (b[i] !== bits) {
      bits = b[i]!;
      divisor = 2 ** shift(bits, dtype);
    }
    out[i] = Math.floor(a[i]! / divisor);
  }
});
export const rightShift: Evaluate = (call, args, run) => {
  const [left, right] = args as [Tensor, Tensor];
  const { shape, dtype } = resultType(call);
  if (!(left.data instanceof Int32Array && right.data.length === 1 && sameShape(left.shape, shape)))
    return shiftExactly(call, args, run);
  return { shape, dtype, data: shiftedInt32(left.data, shift(right.data[0]!, dtype)) };
};
export const leftShift = binary((a, b, dtype) => a * 2 ** shift(b, dtype));

export const biasAdd: Evaluate = (call, args, run) => {
  const [data, bias] = args as [Tensor, Tensor];
  const axis = intAttr(call.attrs, 'axis');
  const at = axis < 0 ? axis + data.shape.length : axis;
  const shape: Shape = data.shape.map((_, i) => (i === at ? bias.data.length : 1));
  return add(call, [data, { ...bias, shape }], run);
};
