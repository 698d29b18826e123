import { instantiateModule } from '../base/webassembly.js';
import { QUANTIZE_KERNELS_BASE64 } from './kernels-module.js';

/** What src/quantize/kernels/index.ts exports; all numbers are addresses in `memory`, bytes, or counts. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  convolve(...numbers: readonly number[]): void;
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
  readonly pitch: number;
  readonly #at: {
    readonly weights: number;
    readonly offsets: number;
    readonly image: number;
    readonly out: number;
  };
  readonly #bytes: number;

  /** `weights`: rows of all groups, one after another. `rows`: of one group. */
  constructor(g: ConvolutionGeometry, weights: Float64Array, rows: number) {
    const pw = (g.ow - 1) * g.sx + (g.kw - 1) * g.dx + 1;
    this.#g = g;
    this.#weights = weights;
    this.#rows = rows;
    this.#ph = (g.oh - 1) * g.sy + (g.kh - 1) * g.dy + 1;
    this.#half = Math.ceil(pw / g.sx) + SLACK;
    this.#rowElems = g.sx * this.#half;
    this.pitch = Math.ceil(g.ow / 4) * 4;
    const taps = g.ci * g.kh * g.kw;
    const image = g.groups * g.ci * this.#ph * this.#rowElems + SLACK;
    const offsets = 8 * weights.length;
    const imageAt = offsets + 8 * Math.ceil(taps / 2);
    const out = imageAt + 8 * image;
    this.#at = { weights: 0, offsets, image: imageAt, out };
    this.#bytes = out + 8 * (rows * g.oh * this.pitch + SLACK);
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
  load(source: ArrayLike<number>, at: number): void {
    const wasm = kernels()!;
    this.#claim(wasm);
    const { groups, ci, h, w, sx, top, left } = this.#g;
    const planes = groups * ci;
    const image = new Float64Array(wasm.memory.buffer, this.#at.image, planes * this.#ph * this.#rowElems);
    const y1 = Math.min(h, this.#ph - top);
    const x1 = Math.min(w, (this.#half - SLACK) * sx - left);
    const x0 = Math.max(0, -left);
    for (let c = 0; c < planes; c++)
      for (let y = Math.max(0, -top); y < y1; y++) {
        const from = at + (c * h + y) * w;
        const to = (c * this.#ph + y + top) * this.#rowElems;
        if (sx === 1) for (let x = x0; x < x1; x++) image[to + left + x] = source[from + x]!;
        else
          for (let x = x0; x < x1; x++) {
            const column = x + left;
            image[to + (column % sx) * this.#half + Math.floor(column / sx)] = source[from + x]!;
          }
      }
  }

  /** The sums of group `group` for the loaded image: `rows` planes of rows of `pitch` numbers, until the next call. */
  sums(group: number): Float64Array {
    const wasm = kernels()!;
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
      8 * this.pitch,
      8 * this.pitch * oh,
    );
    return new Float64Array(wasm.memory.buffer, this.#at.out, this.#rows * oh * this.pitch);
  }
}
