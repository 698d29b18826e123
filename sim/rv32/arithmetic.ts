/**
 * The arithmetic that the instruction table's expressions call, on int32 values. Results may be any number; the caller
 * wraps them to 32 bits.
 */

/** High 32 bits of the product of two unsigned values. */
export function mulhu(a: number, b: number): number {
  const ah = a >>> 16;
  const al = a & 0xffff;
  const bh = b >>> 16;
  const bl = b & 0xffff;
  const low = al * bl;
  const mid = ah * bl + (low >>> 16);
  const cross = al * bh + (mid & 0xffff);
  // mid and cross reach 2^32: `>>>` would drop nothing below 2^32, and both stay under it (65535^2 + 65535 < 2^32).
  return ah * bh + (mid >>> 16) + (cross >>> 16);
}

/** High 32 bits of the product of two signed values: the unsigned one less the other operand for each negative one. */
export const mulh = (a: number, b: number): number =>
  (mulhu(a, b) | 0) - (a < 0 ? b | 0 : 0) - (b < 0 ? a | 0 : 0);

/** High 32 bits of signed `a` times unsigned `b`. */
export const mulhsu = (a: number, b: number): number => (mulhu(a, b) | 0) - (a < 0 ? b | 0 : 0);

/** Division by zero gives -1 and the overflow gives the dividend, as the RISC-V manual has it. */
export const div = (a: number, b: number): number => (b === 0 ? -1 : (a / b) | 0);
export const divu = (a: number, b: number): number => (b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) >>> 0);
/** The remainder by zero is the dividend; -2^31 % -1 is -0 in JavaScript, which wraps to 0. */
export const rem = (a: number, b: number): number => (b === 0 ? a : a % b);
export const remu = (a: number, b: number): number => (b === 0 ? a : (a >>> 0) % (b >>> 0));

/** Index of the lowest set bit; 32 for 0. */
export const firstOne = (a: number): number => (a === 0 ? 32 : 31 - Math.clz32(a & -a));
/** Index of the highest set bit; 32 for 0. */
export const lastOne = (a: number): number => (a === 0 ? 32 : 31 - Math.clz32(a));
/** Copies of the sign bit below bit 31; 0 for 0 (not 31). */
export const leadingSignBits = (a: number): number => (a === 0 ? 0 : Math.clz32(a < 0 ? ~a : a) - 1);

export function populationCount(a: number): number {
  let pairs = a - ((a >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The upper bound of an immediate clip: 2^(n-1) - 1, and 0 for n = 0. */
export const clipBound = (n: number): number => (n === 0 ? 0 : 2 ** (n - 1) - 1);
/** Clamps to [-bound - 1, bound]; the upper bound is looked at first, which shows only when the bound is negative. */
export const clip = (a: number, bound: number): number => (a > bound ? bound : Math.max(a, ~bound));
/** Clamps to [0, bound]. */
export const clipUnsigned = (a: number, bound: number): number => (a <= 0 ? 0 : Math.min(a, bound));

/** Half of the weight of the bits that a shift by `n` drops. */
export const rounding = (n: number): number => (n === 0 ? 0 : 1 << (n - 1));

/** A mask of `w + 1` bits from bit `p` up, cut at bit 31. */
export const fieldMask = (w: number, p: number): number => (-1 >>> (31 - w)) << p;

/** The signed field of `w + 1` bits at `p`; it ends at bit 31 at the latest. */
export function extractField(a: number, w: number, p: number): number {
  const top = Math.min(31, w + p);
  return (a << (31 - top)) >> (31 - top + p);
}

/** Steps of the serial divider beyond its 3 cycles: how far the divisor is shifted first. */
export function divideSteps(divisor: number, signed: boolean): number {
  return signed && divisor < 0 ? Math.clz32(~divisor) - 1 : Math.clz32(divisor);
}
