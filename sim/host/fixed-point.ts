/**
 * 32-bit fixed-point steps of TFLite's integer kernels (gemmlowp), on JavaScript numbers that hold int32 values. Products of two
 * int32 pass 2^53, so they are formed in two halves that do not.
 */

const MAX = 2 ** 31 - 1;
const MIN = -(2 ** 31);

/** a * b / 2^31, rounded to nearest, halves toward plus infinity; the one overflow (MIN * MIN) saturates. */
export function doublingHighMultiply(a: number, b: number): number {
  if (a === MIN && b === MIN) return MAX;
  // a * b + 2^30 = high * 2^16 + low, each part below 2^53
  const high = a * (b >> 16);
  const low = a * (b & 0xffff) + 2 ** 30;
  const whole = Math.floor(high / 2 ** 15);
  return whole + Math.floor(((high - whole * 2 ** 15) * 2 ** 16 + low) / 2 ** 31);
}

/** x / 2^exponent, rounded to nearest, halves away from zero; exponent 0..31. */
export function roundingShift(x: number, exponent: number): number {
  const magnitude = Math.floor(Math.abs(x) / 2 ** exponent + 0.5);
  return x < 0 ? -magnitude : magnitude;
}

/** x * 2^exponent, saturated to int32. */
export const saturatingShift = (x: number, exponent: number): number =>
  Math.max(MIN, Math.min(MAX, x * 2 ** exponent));

/** TFLite's MultiplyByQuantizedMultiplier with double rounding: x * multiplier * 2^(shift - 31). */
export function multiplyByMultiplier(x: number, multiplier: number, shift: number): number {
  const left = shift > 0 ? Math.imul(x, 2 ** shift) : x;
  return roundingShift(doublingHighMultiply(left, multiplier), shift > 0 ? 0 : -shift);
}

/** x * multiplier * 2^(shift - 31), rounded once to nearest: halves up, or away from zero. Exact where the result is an int32. */
export function multiplyOnce(x: number, multiplier: number, shift: number, away: boolean): number {
  if (away && x < 0) return -multiplyOnce(-x, multiplier, shift, false);
  const bits = 31 - shift;
  // The product is high * 2^16 + low, each exact; half a step of the result is added to one of them.
  const high = multiplier * Math.floor(x / 2 ** 16);
  const low = multiplier * (x - Math.floor(x / 2 ** 16) * 2 ** 16);
  if (bits > 16) return Math.floor((high + 2 ** (bits - 17) + Math.floor(low / 2 ** 16)) / 2 ** (bits - 16));
  return high * 2 ** (16 - bits) + Math.floor((low + 2 ** (bits - 1)) / 2 ** bits);
}

/** e^x for a Q5.26 x <= 0, as Q0.31: the remainder below a quarter by a Taylor polynomial, the rest by table factors. */
export function expOfNegative(x: number): number {
  if (x === 0) return MAX;
  const quarter = 2 ** 24;
  const remainder = (x & (quarter - 1)) - quarter;
  let out = expNearEighth(saturatingShift(remainder, 5));
  const rest = remainder - x;
  EXP_OF_POWERS.forEach((factor, i) => {
    // factor i stands for e^-(2^(i - 2)); its bit in Q5.26 is 24 + i
    if ((rest & (1 << (24 + i))) !== 0) out = doublingHighMultiply(out, factor);
  });
  return out;
}

/** round(2^31 * e^-(2^p)) for p = -2..4. */
const EXP_OF_POWERS = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** e^a for a Q0.31 a in [-1/4, 0): the fourth-order Taylor polynomial around -1/8. */
function expNearEighth(a: number): number {
  const mul = doublingHighMultiply;
  const [expOfMinusEighth, third] = [1895147668, 715827883];
  const x = a + 2 ** 28;
  const x2 = mul(x, x);
  const x3 = mul(x2, x);
  const x4 = mul(x2, x2);
  const tail = roundingShift(mul(roundingShift(x4, 2) + x3, third) + x2, 1);
  return expOfMinusEighth + mul(expOfMinusEighth, x + tail);
}

/** 1 / (1 + a) for a Q0.31 a in [0, 1), as Q0.31: three Newton-Raphson steps in Q2.29. */
export function reciprocalOfOnePlus(a: number): number {
  const mul = doublingHighMultiply;
  const half = Math.floor((a + MAX + 1) / 2);
  let x = 1515870810 + mul(half, -1010580540);
  for (let step = 0; step < 3; step++) x += saturatingShift(mul(x, 2 ** 29 - mul(half, x)), 2);
  return saturatingShift(x, 1);
}
