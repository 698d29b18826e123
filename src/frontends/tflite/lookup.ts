import { integerRange } from '../../base/dtype.js';
import { tensor } from '../../base/tensor.js';
import { constant } from '../../ir/build.js';
import type { Expr } from '../../ir/expr.js';
import type { OperatorContext, ScaleAndZero } from './context.js';
import { multiplied, roundingHighMul, roundingShift, saturate16 } from './fixed-point.js';
import { frexp } from './multiplier.js';
import type { TfliteTensor } from './schema.js';

/** `x` of one integer type through a function of its integers, as a table of 256 values of the output's type, saturated. */
export function lookedUp(
  op: OperatorContext,
  x: Expr,
  from: TfliteTensor,
  to: TfliteTensor,
  f: (integer: number) => number,
): Expr {
  const [least] = from.dtype === 'uint8' ? [0] : [-128];
  const [lo, hi] = integerRange(to.dtype === 'uint8' ? 'uint8' : 'int8');
  const values = Array.from({ length: 256 }, (_, i) => Math.max(lo, Math.min(hi, f(least! + i))) + 0);
  const table = constant(
    tensor([256], to.dtype === 'uint8' ? 'uint8' : 'int8', values),
    op.parameter('table'),
  );
  return op.call('tflite.lookup', [x, table]);
}

const roundAway = (x: number): number => Math.sign(x) * Math.round(Math.abs(x));

/** A real function in float32, as TFLite's kernels fill their tables: dequantize, compute, round half away from zero. */
export const realFunction =
  (f: (x: number) => number, from: ScaleAndZero, to: ScaleAndZero) =>
  (q: number): number => {
    const real = Math.fround(Math.fround(from.scale) * (q - from.zeroPoint));
    return roundAway(Math.fround(Math.fround(f(real)) / Math.fround(to.scale))) + to.zeroPoint;
  };

/** Another scale and zero point: reference_ops::Requantize. */
export const rescaled = (from: ScaleAndZero, to: ScaleAndZero) => (q: number) =>
  multiplied(q - from.zeroPoint, from.scale / to.scale) + to.zeroPoint;

/** reference_ops::QuantizeLeakyRelu: one multiplier on either side of zero. */
export function leakyRelu(alpha: number, from: ScaleAndZero, to: ScaleAndZero) {
  const identity = from.scale / to.scale;
  const slope = (from.scale * Math.fround(alpha)) / to.scale;
  return (q: number): number => {
    const x = q - from.zeroPoint;
    return to.zeroPoint + multiplied(x, x >= 0 ? identity : slope);
  };
}

/** A multiplier in 16 bits, and its exponent. */
function shortMultiplier(real: number): { value: bigint; exponent: number } {
  const [fraction, exponent] = frexp(real);
  const wide = Math.round(fraction * 2 ** 31);
  const [normal, shift] = wide === 2 ** 31 ? [2 ** 30, exponent + 1] : [wide, exponent];
  // DownScaleInt32ToInt16Multiplier
  return {
    value: normal >= 0x7fffffff - (1 << 15) ? 0x7fffn : BigInt((normal + (1 << 15)) >> 16),
    exponent: shift,
  };
}

/** reference_ops::HardSwish: x * relu6(x + 3) / 6 in 16 bits, seven of them fraction bits of the input. */
export function hardSwish(from: ScaleAndZero, to: ScaleAndZero) {
  const hires = Math.fround((1 / 128) * from.scale);
  const output = shortMultiplier(hires / to.scale);
  const reluish = shortMultiplier(hires / Math.fround(3 / 32768));
  return (q: number): number => {
    const x = BigInt(q - from.zeroPoint) << 7n;
    const preshift = roundingHighMul(x, output.value, 16n);
    let r = x;
    if (reluish.exponent > 0) r = saturate16(r << BigInt(reluish.exponent - 1));
    r = roundingHighMul(r, reluish.value, 16n);
    if (reluish.exponent > 0) r = saturate16(r << 1n);
    if (reluish.exponent < 0) r = roundingShift(r, BigInt(-reluish.exponent));
    r = (r + (1n << 15n)) >> 1n;
    // SaturatingDoublingHighMul: no rounding
    const product = (r * preshift) / (1n << 15n);
    return Number(roundingShift(product, BigInt(Math.max(0, -output.exponent)))) + to.zeroPoint;
  };
}
