import { allocate, type DType, integerRange, isDType, isFloat } from '../../src/base/dtype.js';
import { intAttr, stringAttr } from '../../src/ir/attrs.js';
import { type Evaluate, exactValues, resultType, store } from '../value.js';
import { limitedInt32 } from './int32.js';

/*
 * Loops stand in functions of their own, which meet arrays and numbers alone: the engine throws away what it compiled of a function that meets a
 * call or tensor of another shape, and a loop in it goes on in the interpreter.
 */

function mapped(x: Float64Array, fn: (x: number, dtype: DType) => number, dtype: DType): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = fn(x[i]!, dtype);
  return out;
}

/** out[i] = fn(x[i]). */
const unary =
  (fn: (x: number, dtype: DType) => number): Evaluate =>
  (call, args, run) => {
    const { data, dtype } = args[0]!;
    return store(resultType(call), mapped(exactValues(data), fn, dtype), run);
  };

/** x between low and high; NaN stays. */
const limited = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

function limitedFloats(x: Float64Array, low: number, high: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = limited(x[i]!, low, high);
  return out;
}

export const clip: Evaluate = (call, args, run) => {
  const { dtype } = args[0]!;
  const bound = (name: string): number => {
    const value = intAttr(call.attrs, name);
    return dtype === 'float32' ? Math.fround(value) : limited(Math.trunc(value), ...integerRange(dtype));
  };
  const [low, high] = [bound('a_min'), bound('a_max')];
  const { data } = args[0]!;
  if (data instanceof Int32Array) return { ...resultType(call), data: limitedInt32(data, low, high) };
  return store(resultType(call), limitedFloats(exactValues(data), low, high), run);
};

/** One element as `cast` converts it, before it wraps into an integer dtype. */
export function converted(x: number, from: DType, to: DType): number {
  if (to === 'bool') return x === 0 ? 0 : 1;
  if (to === 'float32' || !isFloat(from)) return x;
  return Number.isNaN(x) ? 0 : limited(Math.trunc(x), ...integerRange(to));
}

/** Integers wrap in store(); that is a cast's purpose and is not reported. */
export const cast: Evaluate = (call, args, run) => {
  const to = stringAttr(call.attrs, 'dtype');
  if (!isDType(to)) throw new Error(`cast to ${to}`);
  const quiet = { ...run, wrapped: () => {} };
  const { data, dtype } = args[0]!;
  // Setting elements of another dtype is all there is to do.
  if (to !== 'bool' && to !== 'int64' && !isFloat(dtype)) {
    const { shape } = resultType(call);
    const out = allocate(to, data.length);
    out.set(data);
    return { shape, dtype: to, data: out };
  }
  return unary((x, from) => converted(x, from, to))(call, args, quiet);
};

// An integer 0 must not become -0 on its way: 0 - x, where a float needs the sign of zero.
export const negative = unary((x, dtype) => (isFloat(dtype) ? -x : 0 - x));
export const abs = unary(Math.abs);
function floors(x: Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.floor(x[i]!);
  return out;
}

/** Not `unary`, as the analog core's pattern has it in every layer: a call for each element takes longer than it does. */
export const floor: Evaluate = (call, args, run) =>
  store(resultType(call), floors(exactValues(args[0]!.data)), run);
/** Halves away from zero. x - trunc(x) is exact, where x + 0.5 is not. */
export const round = unary((x) => {
  const whole = Math.trunc(x);
  return Math.abs(x - whole) >= 0.5 ? whole + Math.sign(x) : whole;
});
/** Halves to the even neighbour. x - floor(x) is exact; x * 0 keeps the sign of zero and makes NaN of infinities, which stay. */
export const roundHalfToEven = unary((x) => {
  if (!Number.isFinite(x)) return x;
  const below = Math.floor(x);
  const fraction = x - below;
  const up = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0);
  const whole = up ? below + 1 : below;
  return whole === 0 ? x * 0 : whole;
});
export const sqrt = unary(Math.sqrt);
/** max(x, 0); NaN stays, -0 becomes +0. */
export const relu = unary((x) => Math.max(x, 0));
export const leakyRelu: Evaluate = (call, args, run) => {
  const alpha = Math.fround(intAttr(call.attrs, 'alpha'));
  return unary((x) => (x > 0 ? x : x * alpha))(call, args, run);
};
