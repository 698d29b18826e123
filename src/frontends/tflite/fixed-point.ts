import { quantizeMultiplier } from './multiplier.js';

// TFLite's integer arithmetic at import time, in BigInt: it computes tables, so speed does not count.

const clamp = (x: bigint, bits: bigint): bigint => {
  const [lo, hi] = [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  return x < lo ? lo : x > hi ? hi : x;
};

/** a * b / 2^(bits - 1) rounded to nearest, halves away from zero downwards as gemmlowp's truncating division leaves them. */
export function roundingHighMul(a: bigint, b: bigint, bits: bigint): bigint {
  const product = a * b;
  const nudge = product >= 0n ? 1n << (bits - 2n) : 1n - (1n << (bits - 2n));
  return clamp((product + nudge) / (1n << (bits - 1n)), bits);
}

/** x / 2^exponent rounded to nearest, halves away from zero. */
export function roundingShift(x: bigint, exponent: bigint): bigint {
  const half = exponent === 0n ? 0n : 1n << (exponent - 1n);
  return x < 0n ? -((-x + half) >> exponent) : (x + half) >> exponent;
}

export const saturate16 = (x: bigint): bigint => clamp(x, 16n);

/** MultiplyByQuantizedMultiplier of an integer by a real multiplier (double rounding). */
export function multiplied(x: number, real: number): number {
  const { multiplier, shift } = quantizeMultiplier(real);
  const left = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(0, shift)));
  return Number(roundingShift(roundingHighMul(left, BigInt(multiplier), 32n), BigInt(Math.max(0, -shift))));
}
