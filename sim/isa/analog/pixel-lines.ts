import { LINE_BYTES } from '../geometry.js';
import { CHANNEL_BLOCK, linesOfPixel } from './geometry.js';
import type { AnalogInferences } from './inferred.js';
import { lineOf } from './layout.js';

/** Pixels of channels in the banks of L1: where a job of the analog core has its input or its output. [ours, after dory] */
export class PixelLines {
  readonly channels: number;
  readonly pixels: number;
  /** Lines that they take in each bank. */
  readonly lines: number;
  readonly #layout: { readonly pixels: number; readonly blocks: number };
  readonly #first: number;
  readonly #bankBytes: number;
  readonly #ours: AnalogInferences;

  /** `first`: byte address of the first line in each bank. */
  constructor(first: number, pixels: number, channels: number, bankBytes: number, ours: AnalogInferences) {
    this.channels = channels;
    this.pixels = pixels;
    this.#layout = { pixels, blocks: linesOfPixel(channels) };
    this.lines = pixels * this.#layout.blocks;
    this.#first = first;
    this.#bankBytes = bankBytes;
    this.#ours = ours;
  }

  /** Bytes of each bank. */
  get bytes(): number {
    return this.lines * LINE_BYTES;
  }

  /** L1 address of the first line in a bank. */
  start(bank: number): number {
    return bank * this.#bankBytes + this.#first;
  }

  /** L1 address of a channel of a pixel; also of those that only fill its last block. */
  at(channel: number, pixel: number): number {
    const within = channel % CHANNEL_BLOCK;
    const line = lineOf(pixel, Math.floor(channel / CHANNEL_BLOCK), this.#layout, this.#ours);
    const lane = within % LINE_BYTES;
    return (
      this.start(Math.floor(within / LINE_BYTES)) +
      line * LINE_BYTES +
      (this.#ours.wordsReversed === 1 ? lane ^ 3 : lane)
    );
  }

  /** The pixel of a line, counted in each bank from the first one. */
  pixelOf(line: number): number {
    const { pixels, blocks } = this.#layout;
    return this.#ours.blocksTogether === 1 ? Math.floor(line / blocks) : line % pixels;
  }

  /** Whether a bank's lines hold channels in use. */
  holds(bank: number): boolean {
    return this.channels > bank * LINE_BYTES;
  }
}
