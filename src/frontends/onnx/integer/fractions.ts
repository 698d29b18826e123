/*
 * Helper of arithmetic and average: a denominator for each channel or position, brought over their least common multiple.
 */
import { type Tensor, tensor } from '../../../base/tensor.js';
import { call } from '../../../ir/build.js';
import { scaled } from './bounds.js';
import { integerConstant } from './layers.js';
import { castTo, type IntegerValue, integerValue, whole, wide } from './value.js';

/** Largest common denominator: a factor stays an exact float64, and so do the products that the intervals allow. */
const MAX_DENOMINATOR = 2 ** 53;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The least common multiple of positive integers, or undefined where it passes 2^53. */
export function commonMultiple(values: Iterable<number>): number | undefined {
  let lcm = 1;
  for (const v of new Set(values)) {
    lcm = (lcm / gcd(lcm, v)) * v;
    if (lcm > MAX_DENOMINATOR) return undefined;
  }
  return lcm;
}

/**
 * `v` divided by positive integers, one an element of `divisors` (broadcast by numpy's rule): over their common multiple D each
 * element is v * (D / divisor) / D, so the value stays an exact fraction with one denominator. Undefined where the products could
 * pass 2^53.
 */
export function dividedByEach(v: IntegerValue, divisors: Tensor): IntegerValue | undefined {
  const common = commonMultiple(divisors.data);
  if (common === undefined || v.denominator * common > MAX_DENOMINATOR) return undefined;
  const x = whole({ ...v, denominator: 1 });
  const factors = tensor(
    divisors.shape,
    'int64',
    Array.from(divisors.data, (d) => common / d),
  );
  const range = scaled(x, factors);
  const [least, most] = [Math.min(range.lo, x.lo), Math.max(range.hi, x.hi)];
  if (Math.max(-least, most, ...factors.data) >= MAX_DENOMINATOR) return undefined;
  const dtype = wide(least, most);
  const base = call(
    'multiply',
    [castTo(x.base, dtype, v.label), integerConstant(factors, [dtype])],
    {},
    v.label,
  );
  const rest = { denominator: v.denominator * common, integerTyped: v.integerTyped };
  return integerValue(base, range.lo, range.hi, v.label, rest);
}
