import type { TypedArray } from '../base/dtype.js';
import { instantiateModule } from '../base/webassembly.js';
import { QUANTIZE_KERNELS_BASE64 } from './kernels-module.js';

/** What src/quantize/kernels/index.ts exports; all numbers are addresses in `memory`, bytes, or counts. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  convolve(...numbers: readonly number[]): void;
  place(...numbers: readonly number[]): void;
  closeUp(...numbers: readonly number[]): void;
  split(...numbers: readonly number[]): void;
}

/** Sizes of a convolution; `rows`: weights' rows of a group that are multiplied, packed or not. */
export interface ConvolutionGeometry {
  readonly groups: number;
  readonly ci: number;
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

const PAGE = 1 << 16;
/** Numbers that the kernel may read and write beyond a row. */
const SLACK = 4;

let known: Kernels | undefined | 'none';
/** Whose weights and padding lie in the module's memory. */
let owner: object | undefined;

function kernels(): Kernels | undefined {
  known ??= (instantiateModule(QUANTIZE_KERNELS_BASE64) as Kernels | undefined) ?? 'none';
  return known === 'none' ? undefined : known;
}

/** Whether convolutions run in WebAssembly SIMD here; elsewhere they run in typed arrays, with the same results. */
export const hasWasmConvolution = (): boolean => kernels() !== undefined;

/**
 * The product sums of one image, a group at a time, in the module's memory. The image lies there with its padding, each row split into as many
 * rows as the stride has columns, so that the inputs of neighbouring outputs are neighbours.
 */
export class WasmConvolution {
  readonly #g: ConvolutionGeometry;
  readonly #weights: Float64Array;
  readonly #rows: number;
  readonly #ph: number;
  /** Numbers of one of a row's parts, and of the row. */
  readonly #half: number;
  readonly #rowElems: number;
  /** Numbers from one row of outputs to the next. */
  readonly #pitch: number;
  /** Rows of weights that a group has. */
  readonly #outputs: number;
  readonly #at: {
    readonly weights: number;
    readonly offsets: number;
    readonly image: number;
    readonly out: number;
    /** The image as it comes, then the sums as they go: one image's, without gaps. */
    readonly whole: number;
  };
  readonly #bytes: number;

  /** `weights`: rows of all groups, one after another. `rows`: of one group; `outputs`: the same before two were put into one. */
  constructor(g: ConvolutionGeometry, weights: Float64Array, rows: number, outputs: number) {
    const pw = (g.ow - 1) * g.sx + (g.kw - 1) * g.dx + 1;
    this.#g = g;
    this.#weights = weights;
    this.#rows = rows;
    this.#outputs = outputs;
    this.#ph = (g.oh - 1) * g.sy + (g.kh - 1) * g.dy + 1;
    this.#half = Math.ceil(pw / g.sx) + SLACK;
    this.#rowElems = g.sx * this.#half;
    this.#pitch = Math.ceil(g.ow / 4) * 4;
    const taps = g.ci * g.kh * g.kw;
    const image = g.groups * g.ci * this.#ph * this.#rowElems + SLACK;
    const offsets = 8 * weights.length;
    const imageAt = offsets + 8 * Math.ceil(taps / 2);
    const out = imageAt + 8 * image;
    const whole = out + 8 * (rows * g.oh * this.#pitch + SLACK);
    this.#at = { weights: 0, offsets, image: imageAt, out, whole };
    this.#bytes = whole + 8 * g.groups * Math.max(g.ci * g.h * g.w, outputs * g.oh * g.ow);
  }

  /** Takes the module's memory over: weights, offsets of the taps, and zeros for the padding. */
  #claim(wasm: Kernels): void {
    if (owner === this) return;
    owner = this;
    const missing = this.#bytes - wasm.memory.buffer.byteLength;
    if (missing > 0) wasm.memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = wasm.memory;
    const { ci, kh, kw, dy, dx, sx } = this.#g;
    new Float64Array(buffer, this.#at.weights, this.#weights.length).set(this.#weights);
    new Float64Array(buffer, this.#at.image, (this.#at.out - this.#at.image) / 8).fill(0);
    const offsets = new Int32Array(buffer, this.#at.offsets, ci * kh * kw);
    let tap = 0;
    for (let c = 0; c < ci; c++)
      for (let fy = 0; fy < kh; fy++)
        for (let fx = 0; fx < kw; fx++) {
          const [part, column] = [(fx * dx) % sx, Math.floor((fx * dx) / sx)];
          offsets[tap++] = 8 * ((c * this.#ph + fy * dy) * this.#rowElems + part * this.#half + column);
        }
  }

  /** Loads the image whose elements begin at `source[at]`. */
  load(source: TypedArray, at: number): void {
    const wasm = kernels()!;
    this.#claim(wasm);
    const { groups, ci, h, w, sx, top, left } = this.#g;
    const planes = groups * ci;
    const elements = planes * h * w;
    new Float64Array(wasm.memory.buffer, this.#at.whole, elements).set(source.subarray(at, at + elements));
    const y0 = Math.max(0, -top);
    const x0 = Math.max(0, -left);
    const rows = Math.min(h, this.#ph - top) - y0;
    const width = Math.min(w, (this.#half - SLACK) * sx - left) - x0;
    const row = 8 * this.#rowElems;
    wasm.place(
      this.#at.whole + 8 * (y0 * w + x0),
      8 * w,
      8 * h * w,
      this.#at.image + (y0 + top) * row,
      row,
      this.#ph * row,
      planes,
      rows,
      width,
      x0 + left,
      sx,
      8 * this.#half,
    );
  }

  /**
   * The sums of all groups for the loaded image, as planes without gaps: a view of the module's memory, good until the next call. `unit`: where each
   * sum holds two rows of weights, what the second one is multiplied with.
   */
  sums(unit: number | undefined): Float64Array {
    const wasm = kernels()!;
    const { groups, oh, ow } = this.#g;
    const plane = oh * ow;
    const [pitch, { out }] = [8 * this.#pitch, this.#at];
    for (let group = 0; group < groups; group++) {
      const to = this.#at.whole + 8 * group * this.#outputs * plane;
      this.#convolve(wasm, group);
      if (unit === undefined) wasm.closeUp(out, to, this.#outputs * oh, ow, pitch);
      else wasm.split(out, to, this.#outputs, oh, ow, pitch, unit);
    }
    return new Float64Array(wasm.memory.buffer, this.#at.whole, groups * this.#outputs * plane);
  }

  #convolve(wasm: Kernels, group: number): void {
    const { ci, kh, kw, oh, ow, sy } = this.#g;
    const taps = ci * kh * kw;
    wasm.convolve(
      this.#at.image + 8 * group * ci * this.#ph * this.#rowElems,
      this.#at.offsets,
      taps,
      this.#at.weights + 8 * group * this.#rows * taps,
      this.#rows,
      ow,
      oh,
      8 * sy * this.#rowElems,
      this.#at.out,
      8 * this.#pitch,
      8 * this.#pitch * oh,
    );
  }
}
