/*
 * Stage 2, QuantLab's Add for DORY: requantizations of both operands and of the sum as attributes of the node.
 */
import { UserError } from '../../../base/errors.js';
import { tensor } from '../../../base/tensor.js';
import type { NodeContext } from '../context.js';
import { plusConstant } from './arithmetic.js';
import { clipped } from './rounding.js';
import { dividedBy, floored, type IntegerValue, type Value } from './value.js';

const OPERANDS = ['in1', 'in2', 'out'];
const PARTS = ['mul', 'add', 'shift', 'n_levels', 'rq', 'signed'];

/** `in1_mul`, `in1_add`, ...: of both operands and of the sum. */
export const ADD_ANNOTATIONS: readonly string[] = OPERANDS.flatMap((o) => PARTS.map((p) => `${o}_${p}`));

export const isAnnotatedAdd = (node: NodeContext): boolean => ADD_ANNOTATIONS.some((a) => node.has(a));

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** Largest shift: the products of 8 and 32 bits stay below 2^53. */
const MOST_BITS = 31;

/**
 * clip(floor((v * mul + add) / 2^shift)) to `n_levels` values, as QuantLab's RequantShift; `v` where `rq` is 0. What mul and
 * 2^shift have in common is left out: floor((g m v + add) / (g d)) = floor((m v + floor(add / g)) / d), for an integer v.
 */
function requantized(
  node: NodeContext,
  prefix: string,
  v: IntegerValue,
  signedOtherwise: boolean,
): IntegerValue | undefined {
  const at = (name: string, otherwise: number) => node.int(`${prefix}_${name}`, otherwise);
  if (at('rq', 1) === 0) return v;
  const [mul, add, shift, levels] = [at('mul', 1), at('add', 0), at('shift', 0), at('n_levels', 256)];
  if (shift < 0 || shift > MOST_BITS)
    throw new UserError(`${prefix}_shift is ${shift} bits; must be 0..${MOST_BITS}`);
  if (mul === 0) throw new UserError(`${prefix}_mul is 0; must be any other integer`);
  if (levels < 2) throw new UserError(`${prefix}_n_levels is ${levels}; must be at least 2`);
  const common = gcd(mul, 2 ** shift);
  const scaled = { ...v, factor: v.factor * (mul / common) };
  const term = Math.floor(add / common);
  const moved = term === 0 ? scaled : plusConstant(scaled, tensor([], 'int64', [term]), 1, undefined);
  if (moved === undefined) return undefined;
  const signed = node.has(`${prefix}_signed`) ? at('signed', 0) !== 0 : signedOtherwise;
  const low = signed ? -Math.floor(levels / 2) : 0;
  return clipped(floored(dividedBy(moved, 2 ** shift / common)), low, low + levels - 1);
}

/**
 * The annotated sum. Whether a result is signed where no attribute says it, DORY infers from the operands: an operand from its own
 * values, the sum from both. Undefined where an operand is no integer. `add`: the sum of two integers.
 */
export function annotatedAdd(
  node: NodeContext,
  values: readonly (Value | undefined)[],
  add: (a: IntegerValue, b: IntegerValue) => IntegerValue,
): IntegerValue | undefined {
  const [x, y] = values;
  if (x?.kind !== 'integer' || y?.kind !== 'integer' || x.denominator !== 1 || y.denominator !== 1)
    return undefined;
  const a = requantized(node, 'in1', x, x.lo < 0);
  const b = requantized(node, 'in2', y, y.lo < 0);
  if (a === undefined || b === undefined) return undefined;
  const sum = add(floored(a), floored(b));
  return requantized(node, 'out', sum, a.lo < 0 || b.lo < 0);
}
