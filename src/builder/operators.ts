import type { AttrValue } from '../base/attr-value.js';
import type { DType } from '../base/dtype.js';
import { UserError } from '../base/errors.js';
import { call, scalar } from '../ir/build.js';
import type { Call, Expr, Label } from '../ir/expr.js';

export * from './host-operators.js';

/**
 * Relay's operators as functions. Each infers its result's type and throws a UserError when the arguments do not fit.
 * `label` names the layer that the operator belongs to, for reports and messages.
 */

/** A number for both sides, [vertical, horizontal], or [top, left, bottom, right]: the forms that Relay takes. */
export type Padding = number | readonly number[];

/**
 * Padding as Relay keeps it: [top, left, bottom, right].
 *
 * @example
 * op.fullPadding([1, 2]); // [1, 2, 1, 2]
 */
export function fullPadding(padding: Padding): readonly number[] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  const [a, b] = padding;
  if (padding.length === 1) return [a!, a!, a!, a!];
  if (padding.length === 2) return [a!, b!, a!, b!];
  if (padding.length === 4) return padding;
  throw new UserError(`padding is [${padding.join(', ')}]; must have 1, 2 or 4 numbers.`);
}

/** A number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly number[];
const pair = (v: Pair): readonly number[] => (typeof v === 'number' ? [v, v] : v);

/** Only what was given: an attribute left out takes the operator's default. */
const given = (attrs: Readonly<Record<string, AttrValue | undefined>>): Record<string, AttrValue> =>
  Object.fromEntries(Object.entries(attrs).filter((e): e is [string, AttrValue] => e[1] !== undefined));

export interface Conv2dAttrs {
  readonly strides?: Pair;
  readonly padding?: Padding;
  readonly dilation?: Pair;
  readonly groups?: number;
  readonly channels?: number;
  readonly kernelSize?: Pair;
  readonly outDtype?: DType;
}

const convAttrs = (a: Conv2dAttrs) =>
  given({
    strides: a.strides === undefined ? undefined : pair(a.strides),
    padding: a.padding === undefined ? undefined : fullPadding(a.padding),
    dilation: a.dilation === undefined ? undefined : pair(a.dilation),
    groups: a.groups,
    channels: a.channels,
    kernel_size: a.kernelSize === undefined ? undefined : pair(a.kernelSize),
    out_dtype: a.outDtype,
  });

/**
 * data (n, c, h, w) with weight (k, c/groups, fy, fx); zero points 0 and scales 1; outDtype defaults to int32, as in TVM.
 *
 * @example
 * const y = op.qnnConv2d(x, weights, { padding: 1, strides: 2 });
 */
export const qnnConv2d = (data: Expr, weight: Expr, attrs: Conv2dAttrs = {}, label: Label = {}): Call =>
  call(
    'qnn.conv2d',
    [data, weight, scalar(0), scalar(0), scalar(1, 'float32'), scalar(1, 'float32')],
    convAttrs({ outDtype: 'int32', ...attrs }),
    label,
  );

/**
 * data (n, c, h, w) with weight (k, c/groups, fy, fx).
 *
 * @example
 * const y = op.conv2d(x, weights, { padding: [1, 1, 1, 1], groups: 16 });
 */
export const conv2d = (data: Expr, weight: Expr, attrs: Conv2dAttrs = {}, label: Label = {}): Call =>
  call('nn.conv2d', [data, weight], convAttrs(attrs), label);

/**
 * data (n, c) with weight (k, c): (n, k).
 *
 * @example
 * const y = op.dense(x, weights, { outDtype: 'int32' });
 */
export const dense = (
  data: Expr,
  weight: Expr,
  attrs: { readonly units?: number; readonly outDtype?: DType } = {},
  label: Label = {},
): Call => call('nn.dense', [data, weight], given({ units: attrs.units, out_dtype: attrs.outDtype }), label);

/**
 * Adds a vector along `axis` (default 1: channels).
 *
 * @example
 * const z = op.biasAdd(y, bias);
 */
export const biasAdd = (data: Expr, bias: Expr, axis?: number, label: Label = {}): Call =>
  call('nn.bias_add', [data, bias], given({ axis }), label);

/**
 * Integers wrap to the operands' dtype.
 *
 * @example
 * const z = op.add(a, b);
 */
export const add = (lhs: Expr, rhs: Expr, label: Label = {}): Call => call('add', [lhs, rhs], {}, label);

/**
 * Arithmetic shift; `bits` a number stands for an int32 constant.
 *
 * @example
 * const z = op.rightShift(y, 8);
 */
export const rightShift = (data: Expr, bits: number | Expr, label: Label = {}): Call =>
  call('right_shift', [data, typeof bits === 'number' ? scalar(bits) : bits], {}, label);

/**
 * Values below `min` become `min`, above `max` become `max`; any dtype, shape as the data's.
 *
 * @example
 * const z = op.clip(y, -128, 127);
 */
export const clip = (data: Expr, min: number, max: number, label: Label = {}): Call =>
  call('clip', [data], { a_min: min, a_max: max }, label);

/**
 * The data as `dtype`: integers wrap, floats are cut towards 0.
 *
 * @example
 * const z = op.cast(y, 'int8');
 */
export const cast = (data: Expr, dtype: DType, label: Label = {}): Call =>
  call('cast', [data], { dtype }, label);

/**
 * newshape may hold one -1 (what is left) and zeros (copy the input's extent).
 *
 * @example
 * const v = op.reshape(x, [1, -1]);
 */
export const reshape = (data: Expr, newshape: readonly number[], label: Label = {}): Call =>
  call('reshape', [data], { newshape }, label);

/**
 * The data with the elements along `axis` in reverse order.
 *
 * @example
 * const z = op.reverse(x, 1);
 */
export const reverse = (data: Expr, axis: number, label: Label = {}): Call =>
  call('reverse', [data], { axis }, label);

export interface Pool2dAttrs {
  readonly poolSize: Pair;
  /** Default 1: one window at every position, as in Relay. */
  readonly strides?: Pair;
  readonly padding?: Padding;
  readonly ceilMode?: boolean;
}

const poolAttrs = (a: Pool2dAttrs) => ({
  pool_size: pair(a.poolSize),
  strides: a.strides === undefined ? undefined : pair(a.strides),
  padding: a.padding === undefined ? undefined : fullPadding(a.padding),
  ceil_mode: a.ceilMode,
});

/**
 * Means over windows of the plane: (n, c, h, w) to (n, c, h', w'); integers by truncating division.
 *
 * @example
 * const z = op.avgPool2d(x, { poolSize: 8 });
 */
export const avgPool2d = (
  data: Expr,
  attrs: Pool2dAttrs & { readonly countIncludePad?: boolean },
  label: Label = {},
): Call =>
  call(
    'nn.avg_pool2d',
    [data],
    given({ ...poolAttrs(attrs), count_include_pad: attrs.countIncludePad }),
    label,
  );

/**
 * Maxima over windows of the plane: (n, c, h, w) to (n, c, h', w').
 *
 * @example
 * const z = op.maxPool2d(x, { poolSize: 2, strides: 2 });
 */
export const maxPool2d = (data: Expr, attrs: Pool2dAttrs, label: Label = {}): Call =>
  call('nn.max_pool2d', [data], given(poolAttrs(attrs)), label);

/**
 * float32 only: cast integers first.
 *
 * @example
 * const p = op.softmax(op.cast(logits, 'float32'));
 */
export const softmax = (data: Expr, axis?: number, label: Label = {}): Call =>
  call('nn.softmax', [data], given({ axis }), label);
