import type { Tensor } from '../../src/base/tensor.js';
import {
  doublingHighMultiply,
  expOfNegative,
  multiplyByMultiplier,
  multiplyOnce,
  reciprocalOfOnePlus,
  roundingShift,
} from './fixed-point.js';
import { argument, axisOf, declared, type HostKernel, intOf, intsOf, result } from './kernel.js';

/** `tflite.requantize` (src/ir/ops/tflite.ts). */
export const requantize: HostKernel = (op, args) => {
  const [x, multiplier, shift] = [argument(op, args, 0), argument(op, args, 1), argument(op, args, 2)];
  const { dtype } = declared(op);
  const [lo, hi] = dtype === 'int8' ? [-128, 127] : [-(2 ** 31), 2 ** 31 - 1];
  const zero = intOf(op, 'zero_point');
  const rounding = op.attrs.rounding ?? 'double';
  const scale: typeof multiplyByMultiplier =
    rounding === 'double'
      ? multiplyByMultiplier
      : (v, m, s) => multiplyOnce(v, m, s, rounding === 'tonearest');
  const axis = x.shape.length === 0 ? 0 : axisOf(op, x.shape, intOf(op, 'axis'));
  const inner = x.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const extent = x.shape[axis] ?? 1;
  const out = result(x.shape, dtype);
  for (let start = 0, channel = 0; start < x.data.length; start += inner, channel = (channel + 1) % extent) {
    const m = multiplier.data[multiplier.data.length === 1 ? 0 : channel]!;
    const s = shift.data[shift.data.length === 1 ? 0 : channel]!;
    for (let i = start; i < start + inner; i++)
      out.data[i] = Math.max(lo, Math.min(hi, scale(x.data[i]!, m, s) + zero));
  }
  return [out];
};

/** `tflite.avg_pool2d`. */
export const avgPool2d: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const { shape } = declared(op);
  const [, , oh, ow] = shape as [number, number, number, number];
  const [, , h, w] = x.shape as [number, number, number, number];
  const [kh, kw] = intsOf(op, 'pool_size', 2) as [number, number];
  const [sy, sx] = intsOf(op, 'strides', 2) as [number, number];
  const [top, left] = intsOf(op, 'padding', 4) as [number, number, number, number];
  const out = result(shape, 'int8');
  for (let i = 0; i < out.data.length; i++) {
    const plane = Math.floor(i / (oh * ow)) * h * w;
    const y0 = (Math.floor(i / ow) % oh) * sy - top;
    const x0 = (i % ow) * sx - left;
    let [sum, count] = [0, 0];
    for (let y = Math.max(0, y0); y < Math.min(h, y0 + kh); y++)
      for (let c = Math.max(0, x0); c < Math.min(w, x0 + kw); c++, count++) sum += x.data[plane + y * w + c]!;
    const magnitude = Math.floor((Math.abs(sum) + Math.floor(count / 2)) / count);
    out.data[i] = count === 0 ? 0 : sum < 0 ? -magnitude : magnitude;
  }
  return [out];
};

/** `tflite.softmax`. */
export const softmax: HostKernel = (op, args) => {
  const x = argument(op, args, 0);
  const depth = x.shape.at(-1) ?? 1;
  const out = result(x.shape, 'int8');
  for (let row = 0; row < x.data.length; row += depth) softmaxRow(x, out, row, depth, op);
  return [out];
};

/** Integer bits of the sum of exponentials (up to 2^12 of them). */
const SUM_BITS = 12;

function softmaxRow(x: Tensor, out: Tensor, row: number, depth: number, op: Parameters<HostKernel>[0]): void {
  const [multiplier, shift] = [intOf(op, 'multiplier'), intOf(op, 'left_shift')];
  const least = intOf(op, 'diff_min');
  let largest = -128;
  for (let i = row; i < row + depth; i++) largest = Math.max(largest, x.data[i]!);
  const exps = Array.from({ length: depth }, (_, i) => {
    const difference = x.data[row + i]! - largest;
    if (difference < least) return undefined;
    return expOfNegative(doublingHighMultiply(Math.imul(difference, 2 ** shift), multiplier));
  });
  const sum = exps.reduce<number>((s, e) => (s + (e === undefined ? 0 : roundingShift(e, SUM_BITS))) | 0, 0);
  const headroom = Math.clz32(sum);
  const reciprocal = reciprocalOfOnePlus(((sum << headroom) >>> 0) - 2 ** 31);
  const exponent = SUM_BITS - headroom + 31 - 8;
  exps.forEach((e, i) => {
    const scaled = e === undefined ? 0 : roundingShift(doublingHighMultiply(reciprocal, e), exponent);
    out.data[row + i] = Math.max(-128, Math.min(127, scaled - 128));
  });
}

/** `tflite.lookup`. */
export const lookup: HostKernel = (op, args) => {
  const [x, table] = [argument(op, args, 0), argument(op, args, 1)];
  const least = x.dtype === 'int8' ? -128 : 0;
  const out = result(x.shape, declared(op).dtype);
  for (let i = 0; i < out.data.length; i++) out.data[i] = table.data[x.data[i]! - least]!;
  return [out];
};
