import type { ChipParameters } from '../../sim/isa/parameters.js';
import { intsAttr } from '../ir/attrs.js';
import { type Call, type Constant, type Expr, tensorTypeOf } from '../ir/expr.js';
import type { AnalogLayer } from './analog-layer.js';
import { analogLimits } from './analog-limits.js';
import { tensorLimits } from './limits.js';
import { type Graph, isCall, isRefusal, onlyUser, type Refusal, requantOf } from './pattern.js';

/** The operators of HTVM's analog pattern behind the conv2d, in order. [htvm] */
const STEPS = ['cast', 'divide', 'floor', 'clip', 'cast', 'multiply', 'add'] as const;
export const ANALOG_PATTERN =
  'cast to float32, divide, floor, clip [-32, 31], cast to int16, multiply, add, right_shift, clip, cast to int8';

/** The chain of operators of the pattern from `conv` on; shorter where it breaks off. */
function chainOf(conv: Call, graph: Graph): Call[] {
  const chain: Call[] = [];
  let at: Call = conv;
  for (const op of STEPS) {
    const user = onlyUser(at, graph);
    if (!isCall(user, op) || user.args[0] !== at) return chain;
    chain.push(user);
    at = user;
  }
  return chain;
}

/** Whether `conv` begins like a layer for the analog core: cast to float32 and divided. Then no other pattern can match. */
export function beginsAnalog(conv: Call, graph: Graph): boolean {
  const [cast, divide] = chainOf(conv, graph);
  return cast?.attrs.dtype === 'float32' && divide !== undefined;
}

const refuse = (attribute: string, value: string, supported: string): Refusal => ({
  attribute,
  value,
  supported,
});

/** One value of a constant for each channel; a scalar stands for all. */
function perChannel(e: Expr | undefined, what: string, channels: number): ArrayLike<number> | Refusal {
  if (e?.kind !== 'constant')
    return refuse(what, 'computed at run time', 'a constant of int16, one a channel');
  if (e.type.dtype !== 'int16') return refuse(`${what} dtype`, e.type.dtype, 'int16');
  const { data, shape } = e.value;
  if (data.length === 1) return new Int16Array(channels).fill(data[0]!);
  const spatial = shape.slice(-2);
  const fits =
    data.length === channels &&
    shape.length >= 3 &&
    shape.at(-3) === channels &&
    spatial.every((d) => d === 1);
  return fits
    ? data
    : refuse(`${what} shape`, `(${shape.join(', ')})`, `one value for each of ${channels} channels`);
}

/** The pattern's divisor: one positive or negative float32. */
function gainOf(divide: Call): number | Refusal {
  const e = divide.args[1];
  if (e?.kind !== 'constant') return refuse('gain', 'computed at run time', 'a constant of float32');
  const gain = e.value.data[0]!;
  return e.value.data.length === 1 && Number.isFinite(gain) && gain !== 0
    ? gain
    : refuse(
        'gain',
        e.value.data.length === 1 ? String(gain) : `${e.value.data.length} values`,
        'one finite number other than 0',
      );
}

/** What a match gives: the layer and the operators behind the conv2d. */
export interface AnalogMatch {
  readonly layer: AnalogLayer;
  readonly calls: readonly Call[];
}

/** HTVM's analog pattern at a conv2d that `beginsAnalog`: the layer, or why it cannot go to the analog core. */
export function matchAnalog(conv: Call, graph: Graph, chip: ChipParameters): AnalogMatch | Refusal {
  const chain = chainOf(conv, graph);
  if (chain.length < STEPS.length) {
    const at = chain.at(-1)!;
    const user = onlyUser(at, graph);
    return refuse('pattern', `${at.op} followed by ${user?.op ?? 'no single operator'}`, ANALOG_PATTERN);
  }
  const [, divide, , clip, narrow, multiply, add] = chain as [Call, Call, Call, Call, Call, Call, Call];
  const limits = analogLimits(conv, chip) ?? tensorLimits(conv.args[0]!, tensorTypeOf(conv).shape);
  if (limits !== undefined) return limits;
  if (String([clip.attrs.a_min, clip.attrs.a_max]) !== '-32,31')
    return refuse('ADC clip range', `[${clip.attrs.a_min}, ${clip.attrs.a_max}]`, '[-32, 31]');
  if (narrow.attrs.dtype !== 'int16') return refuse('cast dtype', String(narrow.attrs.dtype), 'int16');
  const gain = gainOf(divide);
  if (typeof gain !== 'number') return gain;
  const channels = tensorTypeOf(conv).shape[1]!;
  const factor = perChannel(multiply.args[1], 'multiplier', channels);
  if ('supported' in factor) return factor;
  const offset = perChannel(add.args[1], 'addend', channels);
  if ('supported' in offset) return offset;
  const requant = requantOf(add, graph);
  if (isRefusal(requant)) return requant;
  const weights = conv.args[1] as Constant;
  const [, , kernelHeight, kernelWidth] = weights.type.shape as [number, number, number, number];
  const [padTop, padLeft] = intsAttr(conv.attrs, 'padding') as [number, number];
  return {
    layer: {
      kind: 'analog',
      input: tensorTypeOf(conv.args[0]!).shape,
      output: tensorTypeOf(conv).shape,
      weights: weights.value.data,
      kernelHeight,
      kernelWidth,
      stride: intsAttr(conv.attrs, 'strides')[0] as 1 | 2,
      padTop,
      padLeft,
      gain,
      multiply: factor,
      add: offset,
      shift: requant.shift,
      relu: requant.relu,
    },
    calls: [...chain, ...requant.calls],
  };
}
