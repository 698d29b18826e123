import type { AttrValue } from '../base/attr-value.js';
import { call, scalar, tuple, tupleGetItem } from '../ir/build.js';
import { type Call, type Expr, type Label, type TupleGetItem, tensorTypeOf } from '../ir/expr.js';

/**
 * Relay's operators that only the host runs, as functions. Each infers its result's type and throws a UserError when the
 * arguments do not fit; semantics stand at the definitions in src/ir/ops.
 */

const unary =
  (name: string) =>
  (data: Expr, label: Label = {}): Call =>
    call(name, [data], {}, label);

/** The right operand may be a number: a scalar constant of the left operand's dtype. */
const binary =
  (name: string) =>
  (lhs: Expr, rhs: Expr | number, label: Label = {}): Call =>
    call(name, [lhs, typeof rhs === 'number' ? scalar(rhs, tensorTypeOf(lhs).dtype) : rhs], {}, label);

/**
 * `lhs - rhs`, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.subtract(a, 2);
 */
export const subtract = binary('subtract');
/**
 * `lhs * rhs`, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.multiply(a, 2);
 */
export const multiply = binary('multiply');
/**
 * `lhs / rhs`, integers cut towards 0, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.divide(a, 2);
 */
export const divide = binary('divide');
/**
 * The larger of both, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.maximum(a, 2);
 */
export const maximum = binary('maximum');
/**
 * The smaller of both, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.minimum(a, 2);
 */
export const minimum = binary('minimum');
/**
 * `lhs` shifted left by `rhs` bits, element by element with broadcasting; both of one dtype, a number stands for a constant of `lhs`'s. Integers wrap.
 *
 * @example
 * const z = op.leftShift(a, 2);
 */
export const leftShift = binary('left_shift');

/**
 * `-x`; integers wrap, element by element.
 *
 * @example
 * const y = op.negative(x);
 */
export const negative = unary('negative');
/**
 * `|x|`; integers wrap, element by element.
 *
 * @example
 * const y = op.abs(x);
 */
export const abs = unary('abs');
/**
 * The largest whole number that is not above x; float32, element by element.
 *
 * @example
 * const y = op.floor(x);
 */
export const floor = unary('floor');
/**
 * The nearest whole number, halves away from 0; float32, element by element.
 *
 * @example
 * const y = op.round(x);
 */
export const round = unary('round');
/**
 * `e^x`; float32, element by element.
 *
 * @example
 * const y = op.exp(x);
 */
export const exp = unary('exp');
/**
 * The square root; float32, element by element.
 *
 * @example
 * const y = op.sqrt(x);
 */
export const sqrt = unary('sqrt');
/**
 * The hyperbolic tangent; float32, element by element.
 *
 * @example
 * const y = op.tanh(x);
 */
export const tanh = unary('tanh');
/**
 * `1 / (1 + e^-x)`; float32, element by element.
 *
 * @example
 * const y = op.sigmoid(x);
 */
export const sigmoid = unary('sigmoid');
/**
 * x where x > 0, else 0; any dtype, element by element.
 *
 * @example
 * const y = op.relu(x);
 */
export const relu = unary('nn.relu');
/**
 * The mean of each plane: (n, c, h, w) to (n, c, 1, 1); integers by truncating division.
 *
 * @example
 * const y = op.globalAvgPool2d(x);
 */
export const globalAvgPool2d = unary('nn.global_avg_pool2d');
/**
 * The maximum of each plane: (n, c, h, w) to (n, c, 1, 1).
 *
 * @example
 * const y = op.globalMaxPool2d(x);
 */
export const globalMaxPool2d = unary('nn.global_max_pool2d');
/**
 * (n, ...) to (n, all that is left).
 *
 * @example
 * const v = op.batchFlatten(x);
 */
export const batchFlatten = unary('nn.batch_flatten');

/**
 * x where x > 0, else x * alpha (default 0.25). float32 only.
 *
 * @example
 * const y = op.leakyRelu(x, 0.1);
 */
export const leakyRelu = (data: Expr, alpha = 0.25, label: Label = {}): Call =>
  call('nn.leaky_relu', [data], { alpha }, label);

/**
 * Means of `size` pieces of the plane: one number for both axes, or [rows, columns].
 *
 * @example
 * const y = op.adaptiveAvgPool2d(x, 1);
 */
export const adaptiveAvgPool2d = (data: Expr, size: number | readonly number[], label: Label = {}): Call =>
  call(
    'nn.adaptive_avg_pool2d',
    [data],
    { output_size: typeof size === 'number' ? [size, size] : size },
    label,
  );

export interface ReduceAttrs {
  /** Default: all axes. */
  readonly axis?: number | readonly number[];
  readonly keepdims?: boolean;
  /** Reduces all axes but `axis`. */
  readonly exclude?: boolean;
}
const reduction =
  (name: string) =>
  (data: Expr, { axis, keepdims = false, exclude = false }: ReduceAttrs = {}, label: Label = {}): Call =>
    call(
      name,
      [data],
      { axis: typeof axis === 'number' ? [axis] : (axis ?? null), keepdims, exclude },
      label,
    );
/**
 * Sums along axes; integers wrap.
 *
 * @example
 * const y = op.sum(x, { axis: [2, 3], keepdims: true });
 */
export const sum = reduction('sum');
/**
 * Means along axes; integers by truncating division.
 *
 * @example
 * const y = op.mean(x, { axis: [2, 3] });
 */
export const mean = reduction('mean');

/**
 * Drops axes of extent 1: those named, or all.
 *
 * @example
 * const y = op.squeeze(x, [0]);
 */
export const squeeze = (data: Expr, axis?: readonly number[], label: Label = {}): Call =>
  call('squeeze', [data], { axis: axis ?? null }, label);

/**
 * Inserts `count` axes of extent 1 before axis `axis`.
 *
 * @example
 * const y = op.expandDims(x, 0);
 */
export const expandDims = (data: Expr, axis: number, count = 1, label: Label = {}): Call =>
  call('expand_dims', [data], { axis, num_newaxis: count }, label);

/**
 * Axis i of the result is axis axes[i] of the data; without `axes`, the axes in reverse order.
 *
 * @example
 * const nhwc = op.transpose(nchw, [0, 2, 3, 1]);
 */
export const transpose = (data: Expr, axes?: readonly number[], label: Label = {}): Call =>
  call('transpose', [data], { axes: axes ?? null }, label);

/**
 * Joins tensors along `axis`.
 *
 * @example
 * const y = op.concatenate([a, b], 1);
 */
export const concatenate = (parts: readonly Expr[], axis = 0, label: Label = {}): Call =>
  call('concatenate', [tuple(parts)], { axis }, label);

/**
 * The parts of `data` along `axis`: that many equal ones, or cut before the given indices.
 *
 * @example
 * const [a, b] = op.split(x, 2, 1);
 */
export function split(
  data: Expr,
  how: number | readonly number[],
  axis = 0,
  label: Label = {},
): TupleGetItem[] {
  const parts = call('split', [data], { indices_or_sections: how, axis }, label);
  const count = typeof how === 'number' ? how : how.length + 1;
  return Array.from({ length: count }, (_, i) => tupleGetItem(parts, i, label));
}

export interface SliceAttrs {
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly strides?: readonly number[];
  readonly axes?: readonly number[];
}
/**
 * Elements begin, begin + stride, ... before `end`, along `axes` or the first ones.
 *
 * @example
 * const y = op.stridedSlice(x, { begin: [0], end: [4], axes: [1] });
 */
export const stridedSlice = (data: Expr, slice: SliceAttrs, label: Label = {}): Call => {
  const { begin, end, strides = [1], axes = null } = slice;
  const attrs: Record<string, AttrValue> = { begin, end, strides, axes };
  return call('strided_slice', [data], attrs, label);
};

/**
 * Surrounds the data: [before, after] elements of `value` for each axis.
 *
 * @example
 * const y = op.pad(x, [[0, 0], [0, 0], [1, 1], [1, 1]]);
 */
export const pad = (data: Expr, width: readonly (readonly number[])[], value = 0, label: Label = {}): Call =>
  call('nn.pad', [data, scalar(value, tensorTypeOf(data).dtype)], { pad_width: width }, label);
