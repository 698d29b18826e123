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

export const subtract = binary('subtract');
export const multiply = binary('multiply');
export const divide = binary('divide');
export const maximum = binary('maximum');
export const minimum = binary('minimum');
export const leftShift = binary('left_shift');

export const negative = unary('negative');
export const abs = unary('abs');
export const floor = unary('floor');
export const round = unary('round');
export const exp = unary('exp');
export const sqrt = unary('sqrt');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const relu = unary('nn.relu');
export const globalAvgPool2d = unary('nn.global_avg_pool2d');
export const globalMaxPool2d = unary('nn.global_max_pool2d');
export const batchFlatten = unary('nn.batch_flatten');

/** x where x > 0, else x * alpha (default 0.25). float32 only. */
export const leakyRelu = (data: Expr, alpha = 0.25, label: Label = {}): Call =>
  call('nn.leaky_relu', [data], { alpha }, label);

/** Means of `size` pieces of the plane: one number for both axes, or [rows, columns]. */
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
export const sum = reduction('sum');
export const mean = reduction('mean');

/** Drops axes of extent 1: those named, or all. */
export const squeeze = (data: Expr, axis?: readonly number[], label: Label = {}): Call =>
  call('squeeze', [data], { axis: axis ?? null }, label);

/** Inserts `count` axes of extent 1 before axis `axis`. */
export const expandDims = (data: Expr, axis: number, count = 1, label: Label = {}): Call =>
  call('expand_dims', [data], { axis, num_newaxis: count }, label);

/** Axis i of the result is axis axes[i] of the data; without `axes`, the axes in reverse order. */
export const transpose = (data: Expr, axes?: readonly number[], label: Label = {}): Call =>
  call('transpose', [data], { axes: axes ?? null }, label);

/** Joins tensors along `axis`. */
export const concatenate = (parts: readonly Expr[], axis = 0, label: Label = {}): Call =>
  call('concatenate', [tuple(parts)], { axis }, label);

/** The parts of `data` along `axis`: that many equal ones, or cut before the given indices. */
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
/** Elements begin, begin + stride, ... before `end`, along `axes` or the first ones. */
export const stridedSlice = (data: Expr, slice: SliceAttrs, label: Label = {}): Call => {
  const { begin, end, strides = [1], axes = null } = slice;
  const attrs: Record<string, AttrValue> = { begin, end, strides, axes };
  return call('strided_slice', [data], attrs, label);
};

/** Surrounds the data: [before, after] elements of `value` for each axis. */
export const pad = (data: Expr, width: readonly (readonly number[])[], value = 0, label: Label = {}): Call =>
  call('nn.pad', [data, scalar(value, tensorTypeOf(data).dtype)], { pad_width: width }, label);
