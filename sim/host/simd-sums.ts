import type { TypedArray } from '../../src/base/dtype.js';
import { roundUp } from '../../src/base/units.js';
import type { ConvGeometry } from './conv-geometry.js';
import { type SimdKernels, simdKernels } from './simd-kernels.js';

/** Bytes of a pair of int16, and of an int32 sum. */
const WORD = 4;
/** Sums, and pairs of the image, that the kernels compute at once. */
const LANES = 8;
const LINE = 16;

/** What makes int8 of sums: the bias of each channel (none: zeros) is added, the sum shifted right by `shift` bits, 0 to 31, and limited. */
export interface Requantization {
  readonly bias: TypedArray | undefined;
  readonly shift: number;
  /** Within int8. */
  readonly low: number;
  readonly high: number;
}

/** The product sums of an image in the module's memory, good until the next call. */
export interface ImageSums {
  /** Planes (k, oh) of rows of `pitch` elements. */
  readonly values: Int32Array;
  readonly pitch: number;
  /** The same as int8, (k, oh, ow) without gaps. */
  readonly requantized: (by: Requantization) => Int8Array;
}

/** Rows of `taps` weights as int16, each filled up with zeros to `pitch` elements. */
function putRows(to: Int16Array, from: TypedArray, rows: number, taps: number, pitch: number): void {
  if (taps === pitch) to.set(from);
  else for (let r = 0; r < rows; r++) to.set(from.subarray(r * taps, (r + 1) * taps), r * pitch);
}

/** Weights (rows, ci, taps of a channel) in pairs of channels: (rows, pair of channels, tap, 2). */
function putPairs(to: Int16Array, from: TypedArray, rows: number, ci: number, taps: number): void {
  const planes = Math.ceil(ci / 2);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < ci; i++) {
      const source = (r * ci + i) * taps;
      const at = 2 * (r * planes + (i >> 1)) * taps + (i & 1);
      for (let t = 0; t < taps; t++) to[at + 2 * t] = from[source + t]!;
    }
}

/** How a convolution's padded image lies in memory: planes of pairs of channels, rows split into one part for each remainder of the stride. */
function imageOf({ ci, fy, fx, oh, ow, strides, dilation }: ConvGeometry) {
  const rows = (oh - 1) * strides[0] + (fy - 1) * dilation[0] + 1;
  // The last block of outputs reads beyond the row's last window.
  const part = Math.floor(((fx - 1) * dilation[1]) / strides[1]) + roundUp(ow, LANES);
  const row = part * strides[1];
  return { rows, part, row, planes: Math.ceil(ci / 2), plane: rows * row };
}

/** One convolution's operands in the module's memory. */
class Convolution {
  readonly #g: ConvGeometry;
  readonly #simd: SimdKernels;
  readonly #image;
  readonly #pairs: number;
  readonly #pitch: number;
  readonly #at: {
    readonly weights: number;
    readonly offsets: number;
    readonly image: number;
    readonly out: number;
    readonly biases: number;
    readonly narrow: number;
  };

  constructor(g: ConvGeometry, weights: TypedArray, simd: SimdKernels) {
    this.#g = g;
    this.#simd = simd;
    const image = imageOf(g);
    const taps = g.fy * g.fx;
    this.#image = image;
    this.#pairs = image.planes * taps;
    this.#pitch = roundUp(g.ow, LANES);
    const { memory } = simd;
    const bytes = {
      weights: WORD * g.k * this.#pairs,
      offsets: WORD * this.#pairs,
      image: WORD * g.groups * image.planes * image.plane,
      out: WORD * g.k * g.oh * this.#pitch,
      biases: WORD * g.k,
      narrow: g.k * g.oh * g.ow + LANES,
    };
    memory.begin(Object.values(bytes).reduce((a, b) => a + b + LINE));
    this.#at = {
      weights: memory.take(bytes.weights),
      offsets: memory.take(bytes.offsets),
      image: memory.take(bytes.image),
      out: memory.take(bytes.out),
      biases: memory.take(bytes.biases),
      narrow: memory.take(bytes.narrow),
    };
    putPairs(this.#int16(this.#at.weights, bytes.weights), weights, g.k, g.ci, taps);
    this.#putOffsets();
    // Padding, and the partner of an odd last channel, whose weights are what lay there.
    this.#int16(this.#at.image, bytes.image).fill(0);
  }

  #int16(at: number, bytes: number): Int16Array {
    return new Int16Array(this.#simd.memory.bytes.buffer, at, bytes / 2);
  }

  #int32(at: number, length: number): Int32Array {
    return new Int32Array(this.#simd.memory.bytes.buffer, at, length);
  }

  #putOffsets(): void {
    const { fy, fx, strides, dilation } = this.#g;
    const { planes, plane, part, row } = this.#image;
    const offsets = this.#int32(this.#at.offsets, this.#pairs);
    let tap = 0;
    for (let p = 0; p < planes; p++)
      for (let y = 0; y < fy; y++)
        for (let x = 0; x < fx; x++) {
          const column = x * dilation[1];
          const place = (column % strides[1]) * part + Math.floor(column / strides[1]);
          offsets[tap++] = WORD * (p * plane + y * dilation[0] * row + place);
        }
  }

  /** Puts image `n` of the data in place of the last one. */
  #load(data: TypedArray, n: number): void {
    const { c, ci, h, w, groups, top, left, strides } = this.#g;
    const { rows, row, part, planes, plane } = this.#image;
    const stride = strides[1];
    const to = this.#int16(this.#at.image, WORD * groups * planes * plane);
    const endRow = Math.min(h, rows - top);
    const endColumn = Math.min(w, part * stride - left);
    for (let channel = 0; channel < c; channel++) {
      const group = Math.floor(channel / ci);
      const i = channel - group * ci;
      const base = 2 * (group * planes + (i >> 1)) * plane + (i & 1);
      for (let y = 0; y < endRow; y++) {
        const from = ((n * c + channel) * h + y) * w;
        const line = base + 2 * (y + top) * row;
        for (let residue = 0; residue < stride; residue++) {
          const first = (((residue - left) % stride) + stride) % stride;
          let at = line + 2 * (residue * part + (first + left - residue) / stride);
          for (let x = first; x < endColumn; x += stride, at += 2) to[at] = data[from + x]!;
        }
      }
    }
  }

  /** The sums of image `n`. */
  sums(data: TypedArray, n: number): ImageSums {
    const { groups, k, oh, ow, strides } = this.#g;
    const { planes, plane, row } = this.#image;
    this.#load(data, n);
    const rows = k / groups;
    for (let group = 0; group < groups; group++)
      this.#simd.kernels.convolve(
        this.#at.image + WORD * group * planes * plane,
        this.#at.offsets,
        this.#pairs,
        this.#at.weights + WORD * group * rows * this.#pairs,
        rows,
        ow,
        oh,
        WORD * strides[0] * row,
        this.#at.out + WORD * group * rows * oh * this.#pitch,
        WORD * this.#pitch,
      );
    return {
      values: this.#int32(this.#at.out, k * oh * this.#pitch),
      pitch: this.#pitch,
      requantized: this.#requantized,
    };
  }

  readonly #requantized = ({ bias, shift, low, high }: Requantization): Int8Array => {
    const { k, oh, ow } = this.#g;
    const { out, biases, narrow } = this.#at;
    const added = this.#int32(biases, k);
    if (bias === undefined) added.fill(0);
    else added.set(bias);
    const pitch = WORD * this.#pitch;
    this.#simd.kernels.requantize(out, pitch, k, oh, ow, biases, shift, low, high, narrow);
    return new Int8Array(this.#simd.memory.bytes.buffer, narrow, k * oh * ow);
  };
}

/**
 * Sums modulo 2^32 of a convolution whose operands fit int16, image by image, in WebAssembly SIMD; `each` gets those of image n. False, and nothing
 * done, where there is none. Results as of sim/host/matmul.ts.
 */
export function convolutionSums(
  g: ConvGeometry,
  data: TypedArray,
  weights: TypedArray,
  each: (n: number, sums: ImageSums) => void,
): boolean {
  const simd = simdKernels();
  if (simd === undefined) return false;
  const convolution = new Convolution(g, weights, simd);
  for (let n = 0; n < g.n; n++) each(n, convolution.sums(data, n));
  return true;
}

/** The same of a dense layer: `data` (vectors, taps), `weights` (rows, taps); `each` gets the `rows` sums of vector n. */
export function denseSums(
  [vectors, taps, rows]: readonly [number, number, number],
  data: TypedArray,
  weights: TypedArray,
  each: (n: number, sums: Int32Array) => void,
): boolean {
  const simd = simdKernels();
  if (simd === undefined) return false;
  const { kernels, memory } = simd;
  const pitch = roundUp(taps, LINE / 2);
  memory.begin(2 * pitch * (rows + 1) + WORD * rows + 3 * LINE);
  const weightsAt = memory.take(2 * pitch * rows);
  const vectorAt = memory.take(2 * pitch);
  const out = memory.take(WORD * rows);
  const { buffer } = memory.bytes;
  const packed = new Int16Array(buffer, weightsAt, pitch * rows);
  const vector = new Int16Array(buffer, vectorAt, pitch);
  if (pitch !== taps) {
    packed.fill(0);
    vector.fill(0);
  }
  putRows(packed, weights, rows, taps, pitch);
  const values = new Int32Array(buffer, out, rows);
  for (let n = 0; n < vectors; n++) {
    vector.set(data.subarray(n * taps, (n + 1) * taps));
    kernels.multiply(vectorAt, 2 * pitch, weightsAt, rows, out);
    each(n, values);
  }
  return true;
}
