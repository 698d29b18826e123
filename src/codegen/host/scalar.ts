import { type DType, integerRange, isFloat } from '../../base/dtype.js';
import { UserError } from '../../base/errors.js';
import type { HostOp } from '../../program/types.js';
import { C_TYPES, literal } from '../c/types.js';
import { numberAttr } from './attributes.js';

/** Whether C's integer promotion holds every intermediate value of one step on this dtype exactly. */
const isNarrow = (d: DType): boolean => d === 'int8' || d === 'uint8' || d === 'int16' || d === 'bool';
const narrowed = (d: DType, e: string): string =>
  /^\w+\([^()]*\)$/.test(e) ? `(${C_TYPES[d]})${e}` : `(${C_TYPES[d]})(${e})`;

const unsupported = (op: string, dtype: DType): never => {
  throw new UserError(`host operator ${op} does not work on ${dtype}; cast first.`);
};

/** int32 wraps: signed overflow is undefined in C, so these steps are functions of host_math.h. */
const WRAPPING: Readonly<Record<string, string>> = {
  add: 'host_add',
  subtract: 'host_subtract',
  multiply: 'host_multiply',
  divide: 'host_divide',
  left_shift: 'host_shift_left',
};
const OPERATORS: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  right_shift: '>>',
  left_shift: '<<',
};

/** A C expression for one element of a binary operator; `a` and `b` are simple expressions of type `dtype`. */
export function binaryExpression(op: string, dtype: DType, a: string, b: string): string {
  if (dtype === 'bool') return unsupported(op, dtype);
  if (op === 'maximum' || op === 'minimum') return extremum(op === 'maximum' ? 'max' : 'min', dtype, a, b);
  const symbol = OPERATORS[op];
  if (symbol === undefined) throw new UserError(`host operator ${op} has no C code.`);
  if (op.endsWith('shift') && isFloat(dtype)) return unsupported(op, dtype);
  if (op === 'left_shift' && isNarrow(dtype)) return narrowed(dtype, `host_shift_left(${a}, ${b})`);
  if (op === 'left_shift' && dtype === 'int64') return `${a} * (INT64_C(1) << ${b})`;
  if (isNarrow(dtype)) return narrowed(dtype, `${a} ${symbol} ${b}`);
  const wrapping = WRAPPING[op];
  return dtype === 'int32' && wrapping !== undefined ? `${wrapping}(${a}, ${b})` : `${a} ${symbol} ${b}`;
}

function extremum(kind: 'max' | 'min', dtype: DType, a: string, b: string): string {
  if (isFloat(dtype)) return `host_${kind}f(${a}, ${b})`;
  return `${a} ${kind === 'max' ? '>' : '<'} ${b} ? ${a} : ${b}`;
}

/** Operators of one argument without attributes, on floats. */
const FLOAT_UNARY: Readonly<Record<string, (x: string) => string>> = {
  negative: (x) => `-${x}`,
  abs: (x) => `host_absf(${x})`,
  floor: (x) => `host_floorf(${x})`,
  round: (x) => `host_roundf(${x})`,
  'onnx.round': (x) => `host_rintf(${x})`,
  exp: (x) => `host_expf(${x})`,
  sqrt: (x) => `host_sqrtf(${x})`,
  log: (x) => `host_logf(${x})`,
  tanh: (x) => `host_tanhf(${x})`,
  sigmoid: (x) => `host_sigmoidf(${x})`,
  'nn.relu': (x) => `host_maxf(${x}, 0.0f)`,
};

function integerUnary(op: string, dtype: DType, x: string): string {
  const wide = dtype === 'int64';
  const stored = (e: string) => (isNarrow(dtype) ? narrowed(dtype, e) : e);
  const negated = wide ? `-${x}` : stored(`host_subtract(0, ${x})`);
  switch (op) {
    case 'negative':
      return negated;
    case 'abs':
      return dtype === 'uint8' ? x : `${x} < 0 ? ${negated} : ${x}`;
    case 'floor':
    case 'round':
      return x;
    case 'nn.relu':
      return dtype === 'uint8' ? x : `${x} > 0 ? ${x} : 0`;
    default:
      return unsupported(op, dtype);
  }
}

function clipExpression(op: HostOp, dtype: DType, x: string): string {
  const [low, high] = [numberAttr(op, 'a_min'), numberAttr(op, 'a_max')];
  if (isFloat(dtype)) return `host_minf(host_maxf(${x}, ${literal(low, dtype)}), ${literal(high, dtype)})`;
  const [least, most] = integerRange(dtype as Exclude<DType, 'float32'>);
  const bound = (v: number) => literal(Math.min(Math.max(Math.trunc(v), least), most), dtype);
  const clipped = `host_clip${dtype === 'int64' ? '64' : ''}(${x}, ${bound(low)}, ${bound(high)})`;
  return isNarrow(dtype) ? narrowed(dtype, clipped) : clipped;
}

/** `x` of dtype `from` as a value of `to`: integers wrap, floats truncate and saturate, bool is "not 0". */
export function castExpression(x: string, from: DType, to: DType): string {
  if (from === to) return x;
  if (to === 'bool') return `${x} != 0`;
  if (!isFloat(from) || isFloat(to)) return `(${C_TYPES[to]})${x}`;
  const [low, high] = integerRange(to as Exclude<DType, 'float32'>);
  if (to === 'int64') return `host_truncate64(${x}, ${literal(low, to)}, ${literal(high, to)})`;
  const truncated = `host_truncate(${x}, ${literal(low, to)}, ${literal(high, to)})`;
  return isNarrow(to) ? narrowed(to, truncated) : truncated;
}

/** A C expression for one element of an operator of one argument; `x` is a simple expression of type `dtype`. */
export function unaryExpression(op: HostOp, dtype: DType, x: string): string {
  if (op.op === 'cast') return castExpression(x, dtype, op.results[0]!.dtype);
  if (dtype === 'bool') return unsupported(op.op, dtype);
  if (op.op === 'clip') return clipExpression(op, dtype, x);
  if (op.op === 'nn.leaky_relu')
    return isFloat(dtype)
      ? `${x} > 0.0f ? ${x} : ${x} * ${literal(Math.fround(numberAttr(op, 'alpha')), dtype)}`
      : unsupported(op.op, dtype);
  if (!isFloat(dtype)) return integerUnary(op.op, dtype, x);
  return FLOAT_UNARY[op.op]?.(x) ?? unsupported(op.op, dtype);
}

export const BINARY_OPERATORS = [...Object.keys(OPERATORS), 'maximum', 'minimum'];
export const UNARY_OPERATORS = [...Object.keys(FLOAT_UNARY), 'clip', 'cast', 'nn.leaky_relu'];
