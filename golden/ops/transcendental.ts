import { largest } from '../../src/base/extremes.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { intAttr } from '../../src/ir/attrs.js';
import { type TfTensor, valuesOf } from '../tfjs.js';
import { type Evaluate, type Run, resultType } from '../value.js';

// Functions that IEEE 754 does not round for us: every library has its own approximation. The value is the one that the
// operator's definition in src/ir gives, from this engine's float64 Math; tfjs checks it.

/** Each library's approximation is good for a few ulps; twice that and the definition's own roundings. [ours] */
const ULPS = 16;

/** Libraries differ in what they make of infinities and NaN: such tensors are not checked on tfjs. */
const allFinite = (x: Tensor): boolean => x.data.every((v) => Number.isFinite(v));

function onTfjs(x: Tensor, run: Run, fn: (t: TfTensor) => TfTensor): Float32Array {
  const { tf } = run;
  return valuesOf(tf, () => fn(tf.tensor(x.data as Float32Array, [...x.shape], 'float32')));
}

const pointwise =
  (definition: (x: number) => number, tfjs: (tf: Run['tf']) => (t: TfTensor) => TfTensor): Evaluate =>
  (_, args, run) => {
    const x = args[0]!;
    const out = tensor(x.shape, 'float32', Float32Array.from(x.data, definition));
    if (allFinite(x)) run.check(out, onTfjs(x, run, tfjs(run.tf)), { ulps: ULPS });
    return out;
  };

export const exp = pointwise(Math.exp, (tf) => tf.exp);
export const log = pointwise(Math.log, (tf) => tf.log);
export const tanh = pointwise(Math.tanh, (tf) => tf.tanh);
/** 1 / (1 + e^-x), each step rounded to float32. */
export const sigmoid = pointwise(
  (x) => 1 / Math.fround(1 + Math.fround(Math.exp(-x))),
  (tf) => tf.sigmoid,
);

/** The softmax of the `length` elements from `start` on, `step` apart, by definition. */
function softmaxLine(x: ArrayLike<number>, out: Float32Array, start: number, step: number, length: number) {
  const at = Array.from({ length }, (_, i) => start + i * step);
  const top = largest(at.map((i) => x[i]!));
  let sum = 0;
  for (const i of at) {
    out[i] = Math.exp(Math.fround(x[i]! - top));
    sum = Math.fround(sum + out[i]!);
  }
  for (const i of at) out[i] = out[i]! / sum;
}

export const softmax: Evaluate = (call, args, run) => {
  const x = args[0]!;
  const axis = intAttr(call.attrs, 'axis');
  const at = axis < 0 ? axis + x.shape.length : axis;
  const length = x.shape[at]!;
  const step = x.shape.slice(at + 1).reduce((n, d) => n * d, 1);
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++)
    if (Math.floor(i / step) % length === 0) softmaxLine(x.data, data, i, step, length);
  const out: Tensor = { shape: resultType(call).shape, dtype: 'float32', data };
  // tfjs takes the softmax along the last axis only: the others are moved there and back.
  const there = [...x.shape.keys()].filter((i) => i !== at).concat(at);
  const back = [...x.shape.keys()].map((i) => there.indexOf(i));
  const { tf } = run;
  if (!allFinite(x)) return out;
  run.check(
    out,
    onTfjs(x, run, (t) => tf.transpose(tf.softmax(tf.transpose(t, there)), back)),
    // The order of the sum is the library's own: half an ulp a term.
    { ulps: ULPS + length },
  );
  return out;
};
