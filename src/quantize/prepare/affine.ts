import type { Tensor } from '../../base/tensor.js';
import { type Call, type Constant, type Expr, tensorTypeOf } from '../../ir/expr.js';

/** e = data * scale + offset, with one scale and one offset for each index of `axis` of `data`, or one in all. */
export interface Affine {
  readonly data: Expr;
  readonly scale: Float64Array;
  readonly offset: Float64Array;
  /** Undefined: one scale and offset in all. */
  readonly axis: number | undefined;
}

export const isConstant = (e: Expr | undefined): e is Constant => e?.kind === 'constant';

/** The axis of a tensor of `rank` axes along which a constant operand varies; undefined: it is one value. 'many': several axes. */
function axisOf(t: Tensor, rank: number): number | undefined | 'many' {
  const varying = t.shape.map((d, i) => (d === 1 ? -1 : i + rank - t.shape.length)).filter((i) => i >= 0);
  return varying.length === 0 ? undefined : varying.length === 1 ? varying[0]! : 'many';
}

const ones = (n: number, value: number): Float64Array => new Float64Array(n).fill(value);

/** What a call with a constant operand does to its other one, where that is a scale and an offset along at most one axis. */
export function affineOf(e: Expr): Affine | undefined {
  if (e.kind !== 'call') return undefined;
  if (e.op === 'negative')
    return { data: e.args[0]!, scale: ones(1, -1), offset: ones(1, 0), axis: undefined };
  if (e.args.length !== 2) return undefined;
  const [a, b] = e.args as [Expr, Expr];
  const [data, operand, swapped] = isConstant(b) ? [a, b, false] : isConstant(a) ? [b, a, true] : [];
  if (data === undefined || operand === undefined || isConstant(data)) return undefined;
  const type = tensorTypeOf(data);
  if (type.dtype !== 'float32' || String(type.shape) !== String(tensorTypeOf(e).shape)) return undefined;
  const axis =
    e.op === 'nn.bias_add'
      ? (Number(e.attrs.axis) + type.shape.length) % type.shape.length
      : axisOf(operand.value, type.shape.length);
  if (axis === 'many') return undefined;
  const values = Float64Array.from(operand.value.data);
  const [one, zero] = [ones(values.length, 1), ones(values.length, 0)];
  const made = (scale: Float64Array, offset: Float64Array): Affine => ({ data, scale, offset, axis });
  switch (e.op) {
    case 'multiply':
      return made(values, zero);
    case 'divide':
      return swapped
        ? undefined
        : made(
            values.map((v) => 1 / v),
            zero,
          );
    case 'add':
    case 'nn.bias_add':
      return made(one, values);
    case 'subtract':
      return swapped
        ? made(ones(values.length, -1), values)
        : made(
            one,
            values.map((v) => -v),
          );
    default:
      return undefined;
  }
}

/** `values` for each of `extent` indices. */
export const spread = (values: Float64Array, extent: number): Float64Array =>
  values.length === extent ? values : new Float64Array(extent).fill(values[0]!);

/** outer(inner(x)) as one affine map; undefined where they vary along different axes. */
export function composed(outer: Affine, inner: Affine): Affine | undefined {
  if (outer.axis !== undefined && inner.axis !== undefined && outer.axis !== inner.axis) return undefined;
  const n = Math.max(outer.scale.length, inner.scale.length);
  const [s, o] = [spread(outer.scale, n), spread(outer.offset, n)];
  const [t, p] = [spread(inner.scale, n), spread(inner.offset, n)];
  return {
    data: inner.data,
    scale: s.map((v, i) => v * t[i]!),
    offset: o.map((v, i) => v + s[i]! * p[i]!),
    axis: outer.axis ?? inner.axis,
  };
}

/** The layer that ends in `e`: a convolution or dense call, bare or with its bias. */
export function layerBelow(e: Expr): { product: Call; bias: Tensor | undefined } | undefined {
  if (e.kind !== 'call') return undefined;
  if (isProduct(e)) return isConstant(e.args[1]) ? { product: e, bias: undefined } : undefined;
  const [inner, bias] = e.args;
  if (
    e.op !== 'nn.bias_add' ||
    e.attrs.axis !== 1 ||
    inner?.kind !== 'call' ||
    !isProduct(inner) ||
    !isConstant(bias)
  )
    return undefined;
  return isConstant(inner.args[1]) ? { product: inner, bias: bias.value } : undefined;
}

/** A convolution or dense call. */
export const isProduct = (e: Expr): e is Call & { readonly op: 'nn.conv2d' | 'nn.dense' } =>
  e.kind === 'call' && (e.op === 'nn.conv2d' || e.op === 'nn.dense');
