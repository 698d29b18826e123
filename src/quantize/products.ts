import { elementCount, type Shape } from '../base/tensor.js';
import { type Call, tensorTypeOf } from '../ir/expr.js';
import type { Batch } from './batch.js';
import { type ConvolutionGeometry, hasWasmConvolution, WasmConvolution } from './wasm-convolution.js';

/** Elements of the columns that are gathered at once: they should stay in the cache. */
const GATHERED = 1 << 15;

/**
 * The product sums of a convolution or dense layer over whole batches, in float64: exact for integers, and no rounding of
 * each step for floats, which makes it several times faster than the host's kernels.
 */
export interface Products {
  /** Shape of the sums of one sample. */
  readonly shape: Shape;
  /** Computes the sums of every sample, in turn, into one array that the next sample overwrites. */
  readonly each: (
    weights: ArrayLike<number>,
    x: Batch,
    use: (sums: Float64Array, sample: number) => void,
  ) => void;
}

/** Bits that an int8 sum may take beside another one in a float64. */
const PACKED_BITS = 26;
const PACKED = 2 ** PACKED_BITS;

/** Whether no sum of int8 data with a row of these weights takes more than half of PACKED. */
function fitsPacked(weights: ArrayLike<number>, taps: number, x: Batch): boolean {
  if (x.dtype !== 'int8') return false;
  for (let r = 0; r < weights.length; r += taps) {
    let reach = 0;
    for (let t = 0; t < taps; t++) reach += Math.abs(weights[r + t]!);
    if (!Number.isInteger(reach) || reach * 128 >= PACKED / 2) return false;
  }
  return true;
}

/** Rows of a product's weights, as they are or two in one number: a product with int8 data then makes two exact sums at once. */
interface Rows {
  readonly packed: boolean;
  readonly weights: Float64Array;
  /** Rows that are multiplied, of each group. */
  readonly count: number;
}

/** Packs rows 2i and 2i + 1 of each group, a last odd row alone. */
function rowsOf(weights: ArrayLike<number>, rows: number, taps: number, packed: boolean): Rows {
  if (!packed) return { packed, weights: Float64Array.from(weights), count: rows };
  const count = Math.ceil(rows / 2);
  const groups = weights.length / (rows * taps);
  const out = new Float64Array(groups * count * taps);
  for (let g = 0; g < groups; g++)
    for (let r = 0; r < rows; r++)
      for (let t = 0; t < taps; t++)
        out[(g * count + (r >> 1)) * taps + t]! +=
          weights[(g * rows + r) * taps + t]! * (r % 2 === 0 ? 1 : PACKED);
  return { packed, weights: out, count };
}

/** Splits sums of packed rows: row i becomes rows 2i and 2i + 1. */
function unpack(
  packed: Float64Array,
  rows: number,
  points: number,
  out: Float64Array,
  outAt: number,
  rowPitch: number,
  pointPitch: number,
): void {
  for (let r = 0; r < rows; r += 2)
    for (let p = 0; p < points; p++) {
      const both = packed[(r >> 1) * points + p]!;
      const high = Math.round(both / PACKED);
      const at = outAt + r * rowPitch + p * pointPitch;
      out[at] = both - high * PACKED;
      if (r + 1 < rows) out[at + rowPitch] = high;
    }
}

/**
 * The product sums of an `nn.conv2d` or `nn.dense` call; its weights' shape counts, their values are given later. `inWasm`: convolutions in
 * WebAssembly, with the same results bit for bit.
 */
export function productsOf(product: Call, inWasm = hasWasmConvolution()): Products {
  const shape = tensorTypeOf(product).shape;
  const [data, weights] = product.args.map((a) => tensorTypeOf(a).shape) as [Shape, Shape];
  const size = elementCount(data);
  const one =
    product.op === 'nn.dense' ? denseOf(data, weights) : convolutionOf(product, data, weights, inWasm);
  const groups = Number(product.attrs.groups ?? 1);
  const taps = elementCount(weights.slice(1));
  const rows = weights[0]! / groups;
  return {
    shape,
    each: (w, x, use) => {
      const held = rowsOf(w, rows, taps, rows > 1 && fitsPacked(w, taps, x));
      const sums = new Float64Array(elementCount(shape));
      const run = one(held, sums);
      for (let s = 0; s < x.count; s++) {
        run(x.data as Float32Array, s * size);
        use(sums, s);
      }
    },
  };
}

/** Sums of one sample whose data begins at an element of an array. */
type OneSample = (weights: Rows, sums: Float64Array) => (data: Float32Array, at: number) => void;

function denseOf([rows, taps]: Shape, [units]: Shape): OneSample {
  return (weights, sums) => {
    const columns = new Float64Array(rows! * taps!);
    const both = new Float64Array(weights.packed ? weights.count * rows! : 0);
    return (data, at) => {
      for (let i = 0; i < columns.length; i++) columns[i] = data[at + i]!;
      if (!weights.packed) multiply(weights.weights, 0, units!, columns, rows!, taps!, sums, 0, 1, units!);
      else {
        multiply(weights.weights, 0, weights.count, columns, rows!, taps!, both, 0, rows!, 1);
        unpack(both, units!, rows!, sums, 0, 1, units!);
      }
    };
  };
}

function convolutionOf(product: Call, data: Shape, weights: Shape, inWasm: boolean): OneSample {
  const { attrs } = product;
  const [n, , h, w] = data as readonly [number, number, number, number];
  const [k, ci, kh, kw] = weights as readonly [number, number, number, number];
  const [, , oh, ow] = tensorTypeOf(product).shape as readonly [number, number, number, number];
  const [sy, sx] = attrs.strides as readonly [number, number];
  const [dy, dx] = attrs.dilation as readonly [number, number];
  const [top, left] = attrs.padding as readonly [number, number];
  const groups = Number(attrs.groups);
  const rows = k / groups;
  const taps = ci * kh * kw;
  const step = Math.max(1, Math.min(oh, Math.floor(GATHERED / (taps * ow))));
  // One image with its padding, in float64: the gathering below then needs no test.
  const [ph, pw] = [(oh - 1) * sy + (kh - 1) * dy + 1, (ow - 1) * sx + (kw - 1) * dx + 1];
  const pad = (source: Float32Array, at: number, padded: Float64Array) => {
    const [y1, x1] = [Math.min(h, ph - top), Math.min(w, pw - left)];
    for (let c = 0; c < groups * ci; c++)
      for (let y = Math.max(0, -top); y < y1; y++) {
        const from = at + (c * h + y) * w;
        const to = (c * ph + y + top) * pw + left;
        for (let x = Math.max(0, -left); x < x1; x++) padded[to + x] = source[from + x]!;
      }
  };
  /** Writes the inputs of output rows y0 to y1 of one group as one column of taps for each output. */
  const gather = (padded: Float64Array, group: number, y0: number, y1: number, columns: Float64Array) => {
    for (let c = 0; c < ci; c++)
      for (let fy = 0; fy < kh; fy++)
        for (let fx = 0; fx < kw; fx++) {
          let to = (c * kh + fy) * kw + fx;
          for (let y = y0; y < y1; y++) {
            const end = ((group * ci + c) * ph + y * sy + fy * dy) * pw + fx * dx + ow * sx;
            for (let from = end - ow * sx; from < end; from += sx, to += taps) columns[to] = padded[from]!;
          }
        }
  };
  if (ci === 1 && rows === 1) return depthwise({ n, k, h, w, kh, kw, oh, ow, sy, sx, dy, dx, top, left });
  if (inWasm)
    return wasmConvolution({ groups, ci, h, w, kh, kw, oh, ow, sy, sx, dy, dx, top, left }, n, rows);
  return (held, sums) => {
    const columns = new Float64Array(step * ow * taps);
    const both = new Float64Array(held.packed ? held.count * step * ow : 0);
    const padded = new Float64Array(groups * ci * ph * pw);
    return (source, at) => {
      for (let image = 0; image < n; image++) {
        pad(source, at + image * groups * ci * h * w, padded);
        for (let g = 0; g < groups; g++)
          for (let y = 0; y < oh; y += step) {
            const y1 = Math.min(oh, y + step);
            gather(padded, g, y, y1, columns);
            const to = ((image * groups + g) * rows * oh + y) * ow;
            const points = (y1 - y) * ow;
            const first = g * held.count * taps;
            if (!held.packed)
              multiply(held.weights, first, rows, columns, points, taps, sums, to, oh * ow, 1);
            else {
              multiply(held.weights, first, held.count, columns, points, taps, both, 0, points, 1);
              unpack(both, rows, points, sums, to, oh * ow, 1);
            }
          }
      }
    };
  };
}

/** The same in WebAssembly. */
function wasmConvolution(g: ConvolutionGeometry, images: number, rows: number): OneSample {
  const { groups, ci, h, w, oh, ow } = g;
  return (held, sums) => {
    const convolution = new WasmConvolution(g, held.weights, held.count, rows);
    return (source, at) => {
      for (let image = 0; image < images; image++) {
        convolution.load(source, at + image * groups * ci * h * w);
        sums.set(convolution.sums(held.packed ? PACKED : undefined), image * groups * rows * oh * ow);
      }
    };
  };
}

interface Window {
  readonly n: number;
  readonly k: number;
  readonly h: number;
  readonly w: number;
  readonly kh: number;
  readonly kw: number;
  readonly oh: number;
  readonly ow: number;
  readonly sy: number;
  readonly sx: number;
  readonly dy: number;
  readonly dx: number;
  readonly top: number;
  readonly left: number;
}

/** One input plane an output plane: a tap at a time over the whole plane. */
function depthwise(g: Window): OneSample {
  const { n, k, h, w, kh, kw, oh, ow, sy, sx, dy, dx, top, left } = g;
  return ({ weights }, sums) =>
    (source, at) => {
      sums.fill(0);
      for (let plane = 0; plane < n * k; plane++)
        for (let fy = 0; fy < kh; fy++)
          for (let fx = 0; fx < kw; fx++) {
            const weight = weights[((plane % k) * kh + fy) * kw + fx]!;
            if (weight === 0) continue;
            const shift = fx * dx - left;
            const from = Math.max(0, Math.ceil(-shift / sx));
            const to = Math.min(ow, Math.floor((w - 1 - shift) / sx) + 1);
            for (let y = 0; y < oh; y++) {
              const row = y * sy + fy * dy - top;
              if (row < 0 || row >= h) continue;
              const base = at + (plane * h + row) * w + shift;
              const out = (plane * oh + y) * ow;
              for (let x = from; x < to; x++) sums[out + x]! += weight * source[base + x * sx]!;
            }
          }
    };
}

/**
 * out[r * rowPitch + p * pointPitch] = sum over t of weights[r, t] * columns[p, t], for `rows` and `points`. Blocks of 4 rows and
 * 2 points share their loads.
 */
function multiply(
  weights: Float64Array,
  weightsAt: number,
  rows: number,
  columns: Float64Array,
  points: number,
  taps: number,
  out: Float64Array,
  outAt: number,
  rowPitch: number,
  pointPitch: number,
): void {
  const rows4 = rows - (rows % 4);
  const points2 = points - (points % 2);
  for (let p = 0; p < points2; p += 2)
    for (let r = 0; r < rows4; r += 4) {
      const w0 = weightsAt + r * taps;
      const w1 = w0 + taps;
      const w2 = w1 + taps;
      const w3 = w2 + taps;
      const x0 = p * taps;
      const x1 = x0 + taps;
      let a0 = 0;
      let a1 = 0;
      let b0 = 0;
      let b1 = 0;
      let c0 = 0;
      let c1 = 0;
      let d0 = 0;
      let d1 = 0;
      for (let t = 0; t < taps; t++) {
        const x = columns[x0 + t]!;
        const y = columns[x1 + t]!;
        const a = weights[w0 + t]!;
        const b = weights[w1 + t]!;
        const c = weights[w2 + t]!;
        const d = weights[w3 + t]!;
        a0 += a * x;
        a1 += a * y;
        b0 += b * x;
        b1 += b * y;
        c0 += c * x;
        c1 += c * y;
        d0 += d * x;
        d1 += d * y;
      }
      const o = outAt + r * rowPitch + p * pointPitch;
      out[o] = a0;
      out[o + pointPitch] = a1;
      out[o + rowPitch] = b0;
      out[o + rowPitch + pointPitch] = b1;
      out[o + 2 * rowPitch] = c0;
      out[o + 2 * rowPitch + pointPitch] = c1;
      out[o + 3 * rowPitch] = d0;
      out[o + 3 * rowPitch + pointPitch] = d1;
    }
  for (let r = 0; r < rows; r++)
    for (let p = r < rows4 ? points2 : 0; p < points; p++) {
      let sum = 0;
      for (let t = 0; t < taps; t++) sum += weights[weightsAt + r * taps + t]! * columns[p * taps + t]!;
      out[outAt + r * rowPitch + p * pointPitch] = sum;
    }
}
