import { type DType, integerRange, isDType, isFloat } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import type { Tensor } from '../../src/base/tensor.js';
import { argument, type HostContext, type HostKernel, numberOf, result } from './kernel.js';
import { WrapCounter } from './wrapping.js';

const limit = (v: number, min: number, max: number): number => Math.min(Math.max(v, min), max);

/** One element of `from` as a value of `to`; storing it wraps integers or rounds to float32. */
export function converted(value: number, from: DType, to: DType): number {
  if (to === 'bool') return value === 0 ? 0 : 1;
  if (!isFloat(from) || to === 'float32') return value;
  if (Number.isNaN(value)) return 0;
  const [min, max] = integerRange(to);
  return limit(Math.trunc(value), min, max) + 0;
}

/** cast: semantics in src/ir/ops/unary.ts. */
export const cast: HostKernel = (op, args, context) => {
  const x = argument(op, args, 0);
  const to = op.attrs.dtype;
  if (!isDType(to)) throw new UserError(`host operator cast: the dtype is ${JSON.stringify(to)}.`);
  const out = result(x.shape, to);
  const { data } = out;
  if ((!isFloat(x.dtype) || isFloat(to)) && to !== 'bool') {
    data.set(x.data);
    // A cast from floats saturates; one between integers wraps.
    if (!isFloat(x.dtype) && context.onOverflow !== undefined) countWraps(x.data, to, context);
  } else for (let i = 0; i < data.length; i++) data[i] = converted(x.data[i]!, x.dtype, to);
  return [out];
};

function countWraps(exact: ArrayLike<number>, to: DType, context: HostContext): void {
  const wraps = new WrapCounter(to);
  for (let i = 0; i < exact.length; i++) wraps.note(exact[i]!);
  wraps.tell(context);
}

/** clip: semantics in src/ir/ops/unary.ts. */
export const clip: HostKernel = (op, args) => {
  const x = numeric(op.op, argument(op, args, 0));
  let [min, max] = [Math.fround(numberOf(op, 'a_min')), Math.fround(numberOf(op, 'a_max'))];
  if (!isFloat(x.dtype)) {
    const [lowest, highest] = integerRange(x.dtype as Exclude<DType, 'float32'>);
    min = limit(Math.trunc(numberOf(op, 'a_min')), lowest, highest);
    max = limit(Math.trunc(numberOf(op, 'a_max')), lowest, highest);
  }
  const out = result(x.shape, x.dtype);
  const { data } = out;
  if (x.data instanceof Int32Array) clipInt32(x.data, data as Int32Array, min, max);
  else if (x.data instanceof Int8Array) clipInt8(x.data, data as Int8Array, min, max);
  else for (let i = 0; i < data.length; i++) data[i] = limit(x.data[i]!, min, max);
  return [out];
};

/** What most networks clip: accumulators and activations. One type of array each, and no float64, cost a fraction. */
function clipInt32(from: Int32Array, to: Int32Array, min: number, max: number): void {
  for (let i = 0; i < to.length; i++) {
    const v = from[i]!;
    const raised = v < min ? min : v;
    to[i] = raised > max ? max : raised;
  }
}

function clipInt8(from: Int8Array, to: Int8Array, min: number, max: number): void {
  for (let i = 0; i < to.length; i++) {
    const v = from[i]!;
    const raised = v < min ? min : v;
    to[i] = raised > max ? max : raised;
  }
}

function numeric(op: string, x: Tensor): Tensor {
  if (x.dtype === 'bool') throw new UserError(`host operator ${op} does not work on bool; cast first.`);
  return x;
}

/** Adding 1.5 * 2^52 leaves float64 no bits below one: it rounds as the format does, halves to even. Beyond 2^23 all float32 are whole. */
const MAGIC = 1.5 * 2 ** 52;
const halfToEven = (x: number): number => {
  if (!(Math.abs(x) < 2 ** 23)) return x;
  const whole = x + MAGIC - MAGIC;
  return whole === 0 && (x < 0 || Object.is(x, -0)) ? -0 : whole;
};

type Step = (x: number) => number;
const keep: Step = (x) => x;
// Storing the result wraps integers of at most 32 bits; -(x) and |x| of an int64 always fit.
const INTEGER: Record<string, Step> = {
  negative: (x) => 0 - x,
  abs: Math.abs,
  floor: keep,
  round: keep,
  'nn.relu': (x) => Math.max(x, 0),
};
// Storing the result rounds it to float32; inner steps are rounded here.
const FLOAT: Record<string, Step> = {
  negative: (x) => -x,
  abs: Math.abs,
  floor: Math.floor,
  round: (x) => (x < 0 ? -Math.floor(0.5 - x) : x === 0 ? x : Math.floor(x + 0.5)),
  'onnx.round': halfToEven,
  exp: Math.exp,
  sqrt: Math.sqrt,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / Math.fround(1 + Math.fround(Math.exp(-x))),
  'nn.relu': (x) => Math.max(x, 0),
};

/** Operators on single elements without attributes: semantics in src/ir/ops/unary.ts. */
export const unary: HostKernel = (op, args, context) => {
  const x = numeric(op.op, argument(op, args, 0));
  const step = (isFloat(x.dtype) ? FLOAT : INTEGER)[op.op];
  if (step === undefined)
    throw new UserError(`host operator ${op.op} does not work on ${x.dtype}; cast to float32 first.`);
  const out = result(x.shape, x.dtype);
  const { data } = out;
  for (let i = 0; i < data.length; i++) data[i] = step(x.data[i]!);
  // The least integer alone has no negative and no magnitude.
  if (context.onOverflow !== undefined && (op.op === 'negative' || op.op === 'abs'))
    countWraps(Array.from(x.data, step), x.dtype, context);
  return [out];
};

/** nn.leaky_relu: semantics in src/ir/ops/unary.ts. */
export const leakyRelu: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  if (!isFloat(x.dtype))
    throw new UserError(`host operator ${op.op} does not work on ${x.dtype}; cast to float32 first.`);
  const alpha = Math.fround(numberOf(op, 'alpha'));
  const out = result(x.shape, x.dtype);
  const { data } = out;
  for (let i = 0; i < data.length; i++) {
    const v = x.data[i]!;
    data[i] = v > 0 ? v : v * alpha;
  }
  return [out];
};
