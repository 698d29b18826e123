/*
 * Stage 2, Floor, Cast, Clip and ReLU: where fractions become integers, and where the core's bias, shift, clip and cast arise.
 */
import { integerRange } from '../../../base/dtype.js';
import { call, scalar } from '../../../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { clipLimits } from '../ops/activation.js';
import { castType } from '../ops/shape.js';
import { isBareSum, zeroBias } from './layers.js';
import {
  carrierOf,
  castTo,
  floored,
  type IntegerValue,
  integerValue,
  limited,
  plain,
  type Value,
} from './value.js';

const CORE_LIMITS = ['-128,127', '0,127'];

/** Floor of a fraction rounds down; Floor of a float stays a float, whose elements the next Clip may take as integers. */
export function integerFloor(node: NodeContext, values: readonly (Value | undefined)[]): Value | undefined {
  const v = values[0];
  if (v?.kind === 'integer') return floored(v);
  return plain(node.call('floor', [node.input(0)]));
}

/** Cast to an integer type rounds down; Cast to a float keeps the value. */
export function integerCast(node: NodeContext, values: readonly (Value | undefined)[]): Value | undefined {
  const v = values[0];
  if (v?.kind !== 'integer') return undefined;
  const dtype = castType(node);
  if (dtype === 'float32') return { ...v, integerTyped: false };
  if (dtype === 'bool') return undefined;
  const down = floored(v);
  const [lo, hi] = integerRange(dtype);
  if (down.lo >= lo && down.hi <= hi) return { ...down, integerTyped: true };
  return integerValue(castTo(down.base, dtype, v.label), lo, hi, v.label, { integerTyped: true });
}

const isFloorOf = (e: Expr): boolean => e.kind === 'call' && e.op === 'floor';

/** Clip, and its halves Max and Min. The last one of a requantization makes an 8-bit tensor. */
export function integerClip(node: NodeContext, values: readonly (Value | undefined)[]): Value | undefined {
  const v = values[0];
  const limits = limitsOf(node, values);
  if (limits === undefined) return undefined;
  const [lo, hi] = limits;
  if (v?.kind === 'integer') return clipped(v, lo, hi);
  // A network that quantizes its own input: floor(x / s), then a clip to 8 bits.
  const e = v?.kind === 'plain' ? v.expr : undefined;
  if (e === undefined || !(isFloorOf(e) || isHalfClip(e)) || !isEightBit(lo, hi)) return undefined;
  const clip = call('clip', [e], { a_min: lo, a_max: hi }, node.label);
  const dtype = carrierOf(lo, hi, ['int8', 'uint8']);
  return integerValue(castTo(clip, dtype, node.label), lo, hi, node.label);
}

const isHalfClip = (e: Expr): boolean =>
  e.kind === 'call' && (e.op === 'maximum' || e.op === 'minimum' || e.op === 'clip') && isFloorOf(e.args[0]!);

const isEightBit = (lo: number, hi: number): boolean =>
  Number.isInteger(lo) && Number.isInteger(hi) && lo >= -128 && hi <= 255 && !(lo < 0 && hi > 127);

function limitsOf(node: NodeContext, values: readonly (Value | undefined)[]): [number, number] | undefined {
  if (node.node.op === 'Relu') return [0, Infinity];
  if (node.node.op === 'Clip') return clipLimits(node, 'float32') as [number, number];
  const other = values[1];
  if (values.length !== 2 || other?.kind !== 'plain' || other.expr.kind !== 'constant') return undefined;
  const { data } = other.expr.value;
  if (data.length !== 1) return undefined;
  return node.node.op === 'Max' ? [data[0]!, Infinity] : [-Infinity, data[0]!];
}

/** A Clip to `low`..`high`, infinite on a side that is open; undefined where the limits of a fraction are no integers. */
export function clipped(v: IntegerValue, low: number, high: number): IntegerValue | undefined {
  // Integers between fractional limits are those between the limits rounded inwards.
  const lo = Number.isFinite(low) && low > -3e38 ? Math.ceil(low) : -Infinity;
  const hi = Number.isFinite(high) && high < 3e38 ? Math.floor(high) : Infinity;
  if (v.denominator !== 1) {
    // max(x, 0) may come before the rounding; other limits must be integers for that.
    if ((lo !== low && lo !== -Infinity) || (hi !== high && hi !== Infinity)) return undefined;
    // Limits that do not overlap leave one value: the end of the later ones.
    const inside = (x: number) => Math.min(Math.max(x, lo), hi);
    const [a, b] = v.limits ?? [-Infinity, Infinity];
    return { ...v, limits: [inside(a), inside(b)] };
  }
  const x = floored(v);
  const ready = CORE_LIMITS.includes(`${lo},${hi}`) ? withShift(x) : x;
  // The core's sum saturates but has no ReLU: that follows on its int8 result.
  if (lo === 0 && hi === 127 && isCoreSum(ready.base)) {
    const signed = limited(ready, -128, 127);
    return limited({ ...signed, base: castTo(signed.base, 'int8', v.label) }, lo, hi);
  }
  const out = limited(ready, lo, hi);
  if (!isEightBit(out.lo, out.hi) || !Number.isFinite(lo + hi)) return out;
  const dtype = carrierOf(lo, hi, ['int8', 'uint8', 'int16', 'int32']);
  return { ...out, base: castTo(out.base, dtype, v.label) };
}

/**
 * What the accelerator's pattern expects before its clip: a bias and a shift, also where the network has none; only below the
 * layers that may run there (int8 data).
 */
function withShift(v: IntegerValue): IntegerValue {
  const { base, label } = v;
  if (base.kind !== 'call') return v;
  if (base.op === 'right_shift') {
    const sum = base.args[0]!;
    if (!isBareSum(sum) || !readsInt8(sum)) return v;
    return { ...v, base: call('right_shift', [zeroBias(sum, label), base.args[1]!], {}, label) };
  }
  const layer = isBareSum(base) || base.op === 'nn.bias_add';
  const adder =
    base.op === 'add' && base.args.every((a) => a.kind === 'call' && a.op === 'cast' && readsInt8(a));
  if (!(adder || (layer && readsInt8(base.op === 'nn.bias_add' ? base.args[0]! : base)))) return v;
  return { ...v, base: shiftByZero(isBareSum(base) ? zeroBias(base, label) : base, label) };
}

/** A right shift of the sum of two int8 tensors. */
function isCoreSum(e: Expr): boolean {
  const sum = e.kind === 'call' && e.op === 'right_shift' ? e.args[0]! : e;
  return (
    sum.kind === 'call' &&
    sum.op === 'add' &&
    sum.args.every((a) => a.kind === 'call' && a.op === 'cast' && readsInt8(a))
  );
}

const readsInt8 = (e: Expr): boolean => e.kind === 'call' && tensorTypeOf(e.args[0]!).dtype === 'int8';
const shiftByZero = (e: Expr, label: Label): Expr => call('right_shift', [e, scalar(0)], {}, label);
