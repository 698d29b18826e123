import type {
  OperatorSpec,
  OptionValue,
  TensorSpec,
  TfliteSpec,
} from '../../scripts/oracle/tflite-writer.js';
import { elementCount } from '../../src/base/tensor.js';

/**
 * TFLite's int8 reference kernels, written down literally in NHWC with BigInt, for what the tests write: no importer, no
 * graph, no folding. Softmax is compared elsewhere.
 */
type Values = readonly number[];

function multiplier(real: number): { m: bigint; shift: bigint } {
  if (real === 0) return { m: 0n, shift: 0n };
  let shift = 0;
  let fraction = real;
  for (; fraction >= 1; shift++) fraction /= 2;
  for (; fraction < 0.5; shift--) fraction *= 2;
  const m = Math.round(fraction * 2 ** 31);
  return m === 2 ** 31 ? { m: 2n ** 30n, shift: BigInt(shift + 1) } : { m: BigInt(m), shift: BigInt(shift) };
}

/** MultiplyByQuantizedMultiplier. */
function scale(value: number, { m, shift }: { m: bigint; shift: bigint }): number {
  const x = BigInt(value) * (shift > 0n ? 1n << shift : 1n) * m;
  const high = (x + (x >= 0n ? 1n << 30n : 1n - (1n << 30n))) / (1n << 31n);
  const right = shift > 0n ? 0n : -shift;
  const mask = (1n << right) - 1n;
  const up = (high & mask) > (mask >> 1n) + (high < 0n ? 1n : 0n) ? 1n : 0n;
  return Number((high >> right) + up);
}

const clamp = (v: number, lo: number, hi: number) => Math.min(Math.max(v, lo), hi);
const f32 = Math.fround;

/** Quantized limits of a fused activation: none, RELU, RELU_N1_TO_1, RELU6. */
function limits(code: number, t: TensorSpec): [number, number] {
  const zero = t.zeroPoints![0]!;
  const q = (real: number) => zero + Math.round(f32(real / f32(t.scales![0]!)));
  if (code === 0) return [-128, 127];
  return [Math.max(-128, q(code === 2 ? -1 : 0)), code === 1 ? 127 : Math.min(127, q(code === 2 ? 1 : 6))];
}

const numberOf = (o: OptionValue | undefined, fallback: number): number =>
  o === undefined ? fallback : 'int8' in o ? o.int8 : 'int32' in o ? o.int32 : o.float32;

export function evaluateTflite(spec: TfliteSpec, input: Values): Map<string, Values> {
  const values = new Map<number, Values>([[spec.inputs[0]!, input]]);
  spec.tensors.forEach((t, i) => {
    if (t.data !== undefined) values.set(i, Array.from(t.data));
  });
  for (const o of spec.operators) {
    const made = evaluateOperator(spec, o, (i) => values.get(o.inputs[i]!)!);
    if (made !== undefined) values.set(o.outputs[0]!, made);
  }
  return new Map([...values].map(([i, v]) => [spec.tensors[i]!.name, v]));
}

function evaluateOperator(spec: TfliteSpec, o: OperatorSpec, get: (i: number) => Values): Values | undefined {
  const t = (i: number) => spec.tensors[o.inputs[i]!]!;
  const out = spec.tensors[o.outputs[0]!]!;
  switch (o.code) {
    case 3:
    case 4:
      return conv(o, t(0), t(1), out, get(0), get(1), get(2));
    case 0:
      return add(o, t(0), t(1), out, get(0), get(1));
    case 34:
      return pad(t(0), out, get(0), get(1));
    case 1:
    case 17:
      return pool(o, t(0), out, get(0));
    case 40:
      return mean(t(0), out, get(0));
    case 22:
      return get(0);
    case 9:
      return dense(t(0), t(1), out, get(0), get(1), get(2));
    default:
      return undefined;
  }
}

/** Padding before, for SAME (0) and VALID (1). */
function before(code: number, size: number, kernel: number, stride: number): number {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return code === 1 ? 0 : Math.floor(total / 2);
}

function conv(
  o: OperatorSpec,
  x: TensorSpec,
  w: TensorSpec,
  out: TensorSpec,
  xs: Values,
  ws: Values,
  bias: Values,
): number[] {
  const depthwise = o.code === 4;
  const [, h, wd, c] = x.shape as [number, number, number, number];
  const [, kh, kw] = w.shape as [number, number, number];
  const [, oh, ow, k] = out.shape as [number, number, number, number];
  const [sx, sy] = [numberOf(o.options?.[1], 1), numberOf(o.options?.[2], 1)];
  const [top, left] = [
    before(numberOf(o.options?.[0], 0), h, kh, sy),
    before(numberOf(o.options?.[0], 0), wd, kw, sx),
  ];
  const [lo, hi] = limits(numberOf(o.options?.[depthwise ? 4 : 3], 0), out);
  const result: number[] = [];
  for (let y = 0; y < oh; y++)
    for (let xx = 0; xx < ow; xx++)
      for (let q = 0; q < k; q++) {
        let acc = bias[q]!;
        for (let fy = 0; fy < kh; fy++)
          for (let fx = 0; fx < kw; fx++)
            for (let ch = 0; ch < (depthwise ? 1 : c); ch++) {
              const [iy, ix, ic] = [y * sy - top + fy, xx * sx - left + fx, depthwise ? q : ch];
              if (iy < 0 || iy >= h || ix < 0 || ix >= wd) continue;
              const weight = depthwise
                ? ws[(fy * kw + fx) * k + q]!
                : ws[((q * kh + fy) * kw + fx) * c + ch]!;
              acc += (xs[(iy * wd + ix) * c + ic]! - x.zeroPoints![0]!) * weight;
            }
        const real = (f32(x.scales![0]!) * f32(w.scales![q]!)) / f32(out.scales![0]!);
        result.push(clamp(scale(acc, multiplier(real)) + out.zeroPoints![0]!, lo, hi));
      }
  return result;
}

function add(
  o: OperatorSpec,
  a: TensorSpec,
  b: TensorSpec,
  out: TensorSpec,
  as: Values,
  bs: Values,
): number[] {
  const [sa, sb, so] = [a, b, out].map((t) => f32(t.scales![0]!)) as [number, number, number];
  const twice = 2 * Math.max(sa, sb);
  const [ma, mb, mo] = [sa / twice, sb / twice, twice / (2 ** 20 * so)].map(multiplier);
  const [lo, hi] = limits(numberOf(o.options?.[0], 0), out);
  return as.map((v, i) => {
    const x = scale((v - a.zeroPoints![0]!) * 2 ** 20, ma!);
    const y = scale((bs[i]! - b.zeroPoints![0]!) * 2 ** 20, mb!);
    return clamp(scale(x + y, mo!) + out.zeroPoints![0]!, lo, hi);
  });
}

function pad(x: TensorSpec, out: TensorSpec, xs: Values, widths: Values): number[] {
  const [, h, w, c] = x.shape as [number, number, number, number];
  const [, , ow] = out.shape as [number, number, number, number];
  return Array.from({ length: elementCount(out.shape) }, (_, i) => {
    const [y, xx] = [Math.floor(i / (ow * c)) - widths[2]!, (Math.floor(i / c) % ow) - widths[4]!];
    return y < 0 || y >= h || xx < 0 || xx >= w ? x.zeroPoints![0]! : xs[(y * w + xx) * c + (i % c)]!;
  });
}

function pool(o: OperatorSpec, x: TensorSpec, out: TensorSpec, xs: Values): number[] {
  const [, h, w, c] = x.shape as [number, number, number, number];
  const [, , ow] = out.shape as [number, number, number, number];
  const [sx, sy, kw, kh] = [1, 2, 3, 4].map((f) => numberOf(o.options?.[f], 1)) as [
    number,
    number,
    number,
    number,
  ];
  const padding = numberOf(o.options?.[0], 0);
  return Array.from({ length: elementCount(out.shape) }, (_, i) => {
    const y0 = Math.floor(i / (ow * c)) * sy - before(padding, h, kh, sy);
    const x0 = (Math.floor(i / c) % ow) * sx - before(padding, w, kw, sx);
    const seen: number[] = [];
    for (let y = Math.max(0, y0); y < Math.min(h, y0 + kh); y++)
      for (let xx = Math.max(0, x0); xx < Math.min(w, x0 + kw); xx++)
        seen.push(xs[(y * w + xx) * c + (i % c)]!);
    if (o.code === 17) return Math.max(...seen);
    const sum = seen.reduce((a, b) => a + b, 0);
    const half = Math.trunc(seen.length / 2);
    // + 0: integers have no negative zero
    return Math.trunc((sum > 0 ? sum + half : sum - half) / seen.length) + 0;
  });
}

function mean(x: TensorSpec, out: TensorSpec, xs: Values): number[] {
  const [, h, w, c] = x.shape as [number, number, number, number];
  const count = BigInt(h * w);
  const { m, shift } = multiplier(f32(x.scales![0]!) / f32(out.scales![0]!));
  // 63 - CountLeadingZeros(count), limited as the kernel limits it
  const log = BigInt(count.toString(2).length - 1);
  const raise = log < 31n + shift ? log : 31n + shift;
  const folded = { m: (m << raise) / count, shift: shift - raise };
  return Array.from({ length: c }, (_, ch) => {
    let sum = 0;
    for (let i = 0; i < h * w; i++) sum += xs[i * c + ch]! - x.zeroPoints![0]!;
    return clamp(scale(sum, folded) + out.zeroPoints![0]!, -128, 127);
  });
}

function dense(
  x: TensorSpec,
  w: TensorSpec,
  out: TensorSpec,
  xs: Values,
  ws: Values,
  bias: Values,
): number[] {
  const [units, n] = w.shape as [number, number];
  const real = f32(f32(x.scales![0]!) * f32(w.scales![0]!)) / f32(out.scales![0]!);
  return Array.from({ length: units }, (_, k) => {
    let acc = bias[k]!;
    for (let i = 0; i < n; i++) acc += (xs[i]! - x.zeroPoints![0]!) * ws[k * n + i]!;
    return clamp(scale(acc, multiplier(real)) + out.zeroPoints![0]!, -128, 127);
  });
}
