/*
 * What the stages pass on: an integer expression times an exact fraction, and how it becomes an integer (a shift, a division, a clip).
 */
import { type DType, integerRange } from '../../../base/dtype.js';
import { LimitError } from '../../../base/errors.js';
import { tensor } from '../../../base/tensor.js';
import { call, constant, scalar } from '../../../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../../../ir/expr.js';
import { dequantized, type QuantizedValue } from '../quantized/value.js';

/**
 * A tensor of an integer network: what the file holds as a float (or int64) is `base * factor / denominator`, an exact fraction
 * over an expression of an integer dtype. It becomes an integer where the network rounds: Floor, a Cast to an integer type,
 * or a Div of integers; all three round down.
 */
export interface IntegerValue {
  readonly kind: 'integer';
  readonly base: Expr;
  readonly factor: number;
  readonly denominator: number;
  /** Interval that holds every element of `base`, from the weights and the ranges of the inputs. */
  readonly lo: number;
  readonly hi: number;
  /** Limits that hold after rounding down: a Clip with integer bounds that came before the rounding. */
  readonly limits?: readonly [number, number];
  /** Whether the file's element type is an integer one. */
  readonly integerTyped: boolean;
  readonly label: Label;
}

/** What a name of the file stands for. */
export type Value = { readonly kind: 'plain'; readonly expr: Expr } | IntegerValue | QuantizedValue;

export const plain = (expr: Expr): Value => ({ kind: 'plain', expr });

const CARRIERS = ['int8', 'uint8', 'int16', 'int32', 'int64'] as const;
const holds = (dtype: (typeof CARRIERS)[number], lo: number, hi: number) =>
  integerRange(dtype)[0] <= lo && hi <= integerRange(dtype)[1];

/** The narrowest of `among` that holds lo..hi. Throws a LimitError when none does. */
export function carrierOf(lo: number, hi: number, among: readonly DType[] = CARRIERS): DType {
  const found = CARRIERS.find((d) => among.includes(d) && holds(d, lo, hi));
  if (found === undefined)
    throw new LimitError({
      subject: 'the largest magnitude that this integer can reach',
      value: Math.max(-lo, hi),
      rule: among.includes('int64') ? 'below 2^53' : 'an int32',
    });
  return found;
}

export function integerValue(
  base: Expr,
  lo: number,
  hi: number,
  label: Label,
  rest: Partial<Pick<IntegerValue, 'factor' | 'denominator' | 'integerTyped' | 'limits'>> = {},
): IntegerValue {
  return { kind: 'integer', base, factor: 1, denominator: 1, integerTyped: false, lo, hi, label, ...rest };
}

/** `e` cast to `dtype`, unless it has it. */
export const castTo = (e: Expr, dtype: DType, label: Label): Expr =>
  tensorTypeOf(e).dtype === dtype ? e : call('cast', [e], { dtype }, label);

/** Carrier for arithmetic: int32, or int64 where a result may leave int32. */
export const wide = (lo: number, hi: number): DType => carrierOf(lo, hi, ['int32', 'int64']);

/** The value as an integer without a pending factor. Its denominator must be 1. */
export function whole(v: IntegerValue): IntegerValue {
  if (v.factor === 1) return v;
  const [lo, hi] = [v.lo * v.factor, v.hi * v.factor].sort((a, b) => a - b) as [number, number];
  const dtype = wide(Math.min(lo, v.lo), Math.max(hi, v.hi));
  const base = call('multiply', [castTo(v.base, dtype, v.label), scalar(v.factor, dtype)], {}, v.label);
  return integerValue(base, lo, hi, v.label, { integerTyped: v.integerTyped });
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** `v` divided by a positive integer, still a fraction. */
export function dividedBy(v: IntegerValue, divisor: number): IntegerValue {
  const common = gcd(v.factor, v.denominator * divisor) || 1;
  return { ...v, factor: v.factor / common, denominator: (v.denominator * divisor) / common };
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(Math.log2(n));

/** `v` rounded down to an integer: a right shift for a power of two, an integer division otherwise. */
export function floored(v: IntegerValue): IntegerValue {
  const { denominator: d, limits, ...rest } = v;
  const num = whole({ ...rest, denominator: 1 });
  const result = d === 1 ? num : isPowerOfTwo(d) ? shifted(num, Math.log2(d)) : quotient(num, d);
  return limits === undefined ? result : limited(result, limits[0], limits[1]);
}

function shifted(v: IntegerValue, bits: number): IntegerValue {
  const dtype = wide(v.lo, v.hi);
  // Beyond 31 (63) bits a shift leaves only the sign, as 31 (53) already do for the values that are held.
  const by = Math.min(bits, dtype === 'int32' ? 31 : 53);
  const each = shiftedEach(v, by);
  if (each !== undefined) return each;
  const { inner, relu } = reluBelow(v.base);
  const base = call('right_shift', [castTo(inner, dtype, v.label), scalar(by, dtype)], {}, v.label);
  const out = integerValue(base, Math.floor(v.lo / 2 ** by), Math.floor(v.hi / 2 ** by), v.label, {
    integerTyped: v.integerTyped,
  });
  return relu ? limited(out, 0, Infinity) : out;
}

/**
 * A tensor times powers of two, one a channel, then shifted right: one shift by a constant tensor, without the product. Both
 * are floor(x * 2^(p - bits)).
 */
function shiftedEach(v: IntegerValue, bits: number): IntegerValue | undefined {
  const { base } = v;
  if (base.kind !== 'call' || base.op !== 'multiply') return undefined;
  const [x, factors] = base.args as [Expr, Expr];
  if (factors.kind !== 'constant' || factors.value.shape.length === 0) return undefined;
  const powers = Array.from(factors.value.data, (f) => Math.log2(f));
  if (!powers.every((p) => Number.isInteger(p) && p >= 0 && p <= bits)) return undefined;
  if (String(tensorTypeOf(x).shape) !== String(tensorTypeOf(base).shape)) return undefined;
  // The product may have needed int64 where the operand does not.
  const narrow = x.kind === 'call' && x.op === 'cast' ? tensorTypeOf(x.args[0]!).dtype : undefined;
  const operand = narrow === 'int32' && x.kind === 'call' ? x.args[0]! : x;
  const { dtype } = tensorTypeOf(operand);
  const shifts = tensor(
    factors.value.shape,
    dtype,
    powers.map((p) => Math.min(bits - p, dtype === 'int32' ? 31 : 53)),
  );
  const shift = call('right_shift', [operand, constant(shifts)], {}, v.label);
  return integerValue(shift, Math.floor(v.lo / 2 ** bits), Math.floor(v.hi / 2 ** bits), v.label, {
    integerTyped: v.integerTyped,
  });
}

/** A ReLU before a shift is the same after it, where the accelerator has it. */
function reluBelow(e: Expr): { inner: Expr; relu: boolean } {
  if (e.kind === 'call' && e.op === 'clip' && e.attrs.a_min === 0 && Number(e.attrs.a_max) >= 2 ** 31 - 1)
    return { inner: e.args[0]!, relu: true };
  return { inner: e, relu: false };
}

/** floor(v / d): integer division truncates, so a negative range is moved above zero first. */
function quotient(v: IntegerValue, d: number): IntegerValue {
  const up = v.lo < 0 ? Math.ceil(-v.lo / d) : 0;
  const dtype = wide(v.lo, v.hi + up * d);
  const { label } = v;
  const positive =
    up === 0
      ? castTo(v.base, dtype, label)
      : call('add', [castTo(v.base, dtype, label), scalar(up * d, dtype)], {}, label);
  const divided = call('divide', [positive, scalar(d, dtype)], {}, label);
  const base = up === 0 ? divided : call('subtract', [divided, scalar(up, dtype)], {}, label);
  return integerValue(base, Math.floor(v.lo / d), Math.floor(v.hi / d), label, {
    integerTyped: v.integerTyped,
  });
}

/**
 * `v`, an integer, limited to lo..hi (infinite: not on that side); neighbouring limits join into one clip. The clip stands even where
 * the interval of `v` makes it idle: the accelerator's pattern wants it.
 */
export function limited(v: IntegerValue, lo: number, hi: number): IntegerValue {
  const inside = (x: number) => Math.min(Math.max(x, lo), hi);
  const { base, lo: below, hi: above } = openClip(v.base, lo, hi);
  return integerValue(clipCall(base, below, above, v.label), inside(v.lo), inside(v.hi), v.label, {
    integerTyped: v.integerTyped,
  });
}

/** A clip over a clip with overlapping limits is one clip; so Max and Min of a pair become the clip that patterns know. */
function openClip(e: Expr, lo: number, hi: number): { base: Expr; lo: number; hi: number } {
  if (e.kind !== 'call' || e.op !== 'clip') return { base: e, lo, hi };
  const [a, b] = [Number(e.attrs.a_min), Number(e.attrs.a_max)];
  if (Math.max(a, lo) > Math.min(b, hi)) return { base: e, lo, hi };
  return { base: e.args[0]!, lo: Math.max(a, lo), hi: Math.min(b, hi) };
}

const clipCall = (e: Expr, a_min: number, a_max: number, label: Label): Expr => {
  // A clip cannot name limits that its dtype does not hold.
  const [lo, hi] = integerRange(tensorTypeOf(e).dtype as Exclude<DType, 'float32'>);
  return call('clip', [e], { a_min: Math.max(a_min, lo), a_max: Math.min(a_max, hi) }, label);
};

/** The value as float32, for operators that are not integer ones. */
export function materialised(v: Value): Expr {
  if (v.kind === 'plain') return v.expr;
  if (v.kind === 'quantized') return dequantized(v);
  const float = castTo(v.base, 'float32', v.label);
  const scale = v.factor / v.denominator;
  const scaled = scale === 1 ? float : call('multiply', [float, scalar(scale, 'float32')], {}, v.label);
  if (v.limits === undefined) return scaled;
  return call('clip', [scaled], { a_min: v.limits[0], a_max: v.limits[1] }, v.label);
}
