/*
 * Stage 2, Add, Sub, Mul and Div: exact sums, products and fractions, nothing rounded yet.
 */
import { elementCount, type Tensor, tensor } from '../../../base/tensor.js';
import { call, constant, scalar } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { hull, moved, scaled } from './bounds.js';
import { holdsIntegers } from './detect.js';
import { dividedByEach } from './fractions.js';
import { channelVector, integerConstant, isBareSum } from './layers.js';
import {
  castTo,
  dividedBy,
  floored,
  type IntegerValue,
  integerValue,
  type Value,
  whole,
  wide,
} from './value.js';

/** An integer operand beside a constant one, in either order. */
interface WithConstant {
  readonly v: IntegerValue;
  readonly t: Tensor;
  readonly name: string | undefined;
  /** Whether the constant is the left operand. */
  readonly left: boolean;
}

function withConstant(values: readonly (Value | undefined)[]): WithConstant | undefined {
  const [a, b] = values;
  const constantOf = (v: Value | undefined) =>
    v?.kind === 'plain' && v.expr.kind === 'constant' ? v.expr : undefined;
  const [x, y] = [constantOf(a), constantOf(b)];
  if (a?.kind === 'integer' && y !== undefined) return { v: a, t: y.value, name: y.name, left: false };
  if (b?.kind === 'integer' && x !== undefined) return { v: b, t: x.value, name: x.name, left: true };
  return undefined;
}

const bothWhole = (values: readonly (Value | undefined)[]): [IntegerValue, IntegerValue] | undefined => {
  const [a, b] = values;
  if (a?.kind !== 'integer' || b?.kind !== 'integer' || a.denominator !== 1 || b.denominator !== 1)
    return undefined;
  return [floored(a), floored(b)];
};

const isScalar = (t: Tensor): boolean => elementCount(t.shape) === 1;

/** Mul by an integer constant: a scalar waits for the Div that follows, a tensor multiplies in full precision. */
export function integerMul(_: NodeContext, values: readonly (Value | undefined)[]): IntegerValue | undefined {
  const operands = withConstant(values);
  if (operands === undefined) return product(values);
  const { v, t } = operands;
  if (!holdsIntegers(t) || v.limits !== undefined) return undefined;
  if (isScalar(t)) return t.data[0] === 0 ? undefined : { ...v, factor: v.factor * t.data[0]! };
  const { factor: _factor, denominator, ...rest } = v;
  const x = whole({ ...rest, factor: v.factor, denominator: 1 });
  const range = scaled(x, t);
  const dtype = wide(Math.min(range.lo, x.lo), Math.max(range.hi, x.hi));
  const base = call(
    'multiply',
    [castTo(x.base, dtype, v.label), spread(t, x.base, dtype, operands.name)],
    {},
    v.label,
  );
  return integerValue(base, range.lo, range.hi, v.label, { denominator, integerTyped: v.integerTyped });
}

/** A constant operand in `dtype`; leading axes of extent 1 beyond the other operand's rank stay as they are. */
const spread = (t: Tensor, _other: Expr, dtype: 'int32' | 'int64' | string, name: string | undefined): Expr =>
  integerConstant(t, [dtype as 'int32'], name);

function product(values: readonly (Value | undefined)[]): IntegerValue | undefined {
  const both = bothWhole(values);
  if (both === undefined) return undefined;
  const [a, b] = both;
  const ends = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  const range = { lo: Math.min(...ends), hi: Math.max(...ends) };
  return joined('multiply', a, b, range);
}

function joined(
  op: string,
  a: IntegerValue,
  b: IntegerValue,
  range: { lo: number; hi: number },
): IntegerValue {
  const all = hull(hull(a, b), range);
  const dtype = wide(all.lo, all.hi);
  const base = call(op, [castTo(a.base, dtype, a.label), castTo(b.base, dtype, b.label)], {}, a.label);
  return integerValue(base, range.lo, range.hi, a.label, { integerTyped: a.integerTyped && b.integerTyped });
}

/** Add: two tensors (an adder layer, named by the node), or a constant: the bias of a layer, or a per-channel term. */
export function integerAdd(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): IntegerValue | undefined {
  const operands = withConstant(values);
  if (operands !== undefined) return plusConstant(operands.v, operands.t, 1, operands.name);
  const both = bothWhole(values);
  return both === undefined ? undefined : sumOf(node, ...both);
}

/** The sum of two integers, named by its node. */
export function sumOf(node: NodeContext, x: IntegerValue, y: IntegerValue): IntegerValue {
  const [a, b] = [x, y].map((v) => ({ ...v, label: node.label })) as [IntegerValue, IntegerValue];
  return joined('add', a, b, { lo: a.lo + b.lo, hi: a.hi + b.hi });
}

export function integerSub(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): IntegerValue | undefined {
  const operands = withConstant(values);
  if (operands !== undefined)
    return operands.left ? undefined : plusConstant(operands.v, operands.t, -1, undefined);
  const both = bothWhole(values);
  if (both === undefined) return undefined;
  const [a, b] = both.map((v) => ({ ...v, label: node.label })) as [IntegerValue, IntegerValue];
  return joined('subtract', a, b, { lo: a.lo - b.hi, hi: a.hi - b.lo });
}

/**
 * v + t or v - t. `t` must be integers in units of the fraction that `v` is, so that the 0.5 of a rounding, floor(x / d + 0.5), is d / 2.
 * Undefined otherwise.
 */
export function plusConstant(
  v: IntegerValue,
  given: Tensor,
  sign: 1 | -1,
  name: string | undefined,
): IntegerValue | undefined {
  if (v.limits !== undefined || !given.data.every((x) => Number.isInteger(x * v.denominator)))
    return undefined;
  // (base * factor) / d + t = (base * factor + t * d) / d
  const t = {
    ...given,
    dtype: 'int64' as const,
    data: Float64Array.from(given.data, (x) => sign * x * v.denominator),
  };
  const x = whole({ ...v, denominator: 1 });
  const range = moved(x, t);
  const all = hull(hull(x, range), { lo: range.lo - x.hi, hi: range.hi - x.lo });
  const dtype = wide(all.lo, all.hi);
  const rest = { denominator: v.denominator, integerTyped: v.integerTyped };
  const biased = dtype === 'int32' ? withBias(x, t, name) : undefined;
  if (biased !== undefined) return integerValue(biased, range.lo, range.hi, v.label, rest);
  const term = isScalar(t) ? scalar(t.data[0]!, dtype) : integerConstant(t, [dtype], name);
  const base = call('add', [castTo(x.base, dtype, v.label), term], {}, v.label);
  return integerValue(base, range.lo, range.hi, v.label, rest);
}

/** `t` as a bias of the layer that `x` is, or in the bias that it has: the core adds one. Undefined where it cannot be. */
function withBias(x: IntegerValue, t: Tensor, name: string | undefined): Expr | undefined {
  const { base, label } = x;
  const [sum, given] = base.kind === 'call' && base.op === 'nn.bias_add' ? base.args : [base];
  if (sum === undefined || !isBareSum(sum) || (given !== undefined && given.kind !== 'constant'))
    return undefined;
  const channels = tensorTypeOf(sum).shape[1]!;
  const each = isScalar(t)
    ? { ...t, shape: [channels], data: new Float64Array(channels).fill(t.data[0]!) }
    : channelVector(t, sum);
  if (each === undefined) return undefined;
  const values = Array.from(each.data, (v, c) => v + (given?.value.data[c] ?? 0));
  if (values.some((v) => v !== (v | 0))) return undefined;
  const bias = tensor([channels], 'int32', values);
  return call('nn.bias_add', [sum, constant(bias, given?.name ?? name)], {}, label);
}

/**
 * Div by positive integers, one or one a channel: a fraction until the network rounds. Of integers by type, the quotient is rounded down
 * at once (NEMO and QuantLab mean a shift; ONNX itself truncates, which differs below zero only).
 */
export function integerDiv(_: NodeContext, values: readonly (Value | undefined)[]): IntegerValue | undefined {
  const operands = withConstant(values);
  if (operands === undefined || operands.left) return undefined;
  const { v, t } = operands;
  const d = t.data[0]!;
  if (v.limits !== undefined || !t.data.every((x) => Number.isInteger(x) && x >= 1)) return undefined;
  const alike = t.data.every((x) => x === d) && (isScalar(t) || channelVector(t, v.base) !== undefined);
  const divided = alike ? dividedBy(v, d) : dividedByEach(v, t);
  if (divided === undefined) return undefined;
  return v.integerTyped ? floored(divided) : divided;
}

/** The dtype of an integer value's expression. */
export const dtypeOfValue = (v: IntegerValue) => tensorTypeOf(v.base).dtype;
