import { BANKS, CHANNEL_BLOCK, linesOfPixel } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import { lineOf } from '../isa/analog/layout.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { LINE_BYTES } from '../isa/geometry.js';

/** Pixels of channels in the banks of L1: where a job of the analog core has its input or its output. */
export class PixelLines {
  readonly channels: number;
  readonly pixels: number;
  /** Lines that they take in each bank. */
  readonly lines: number;
  readonly #first: number;
  readonly #bankBytes: number;
  readonly #ours: AnalogInferences;

  constructor(first: number, pixels: number, channels: number, bankBytes: number, ours: AnalogInferences) {
    this.channels = channels;
    this.pixels = pixels;
    this.lines = pixels * linesOfPixel(channels);
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
    const layout = { pixels: this.pixels, blocks: linesOfPixel(this.channels) };
    const line = lineOf(pixel, Math.floor(channel / CHANNEL_BLOCK), layout, this.#ours);
    const lane = within % LINE_BYTES;
    return (
      this.start(Math.floor(within / LINE_BYTES)) +
      line * LINE_BYTES +
      (this.#ours.wordsReversed === 1 ? lane ^ 3 : lane)
    );
  }

  /** Whether a bank holds channels in use. */
  holds(bank: number): boolean {
    return this.channels > bank * LINE_BYTES;
  }
}

export const BANK_NUMBERS: readonly number[] = Array.from({ length: BANKS }, (_, bank) => bank);

export const inputLines = (o: AnalogOperation, bankBytes: number, ours: AnalogInferences): PixelLines =>
  new PixelLines(o.input, o.columns * o.rows, o.channels, bankBytes, ours);

export const outputLines = (o: AnalogOperation, bankBytes: number, ours: AnalogInferences): PixelLines =>
  new PixelLines(o.output, o.outputColumns * o.outputRows, o.outputs, bankBytes, ours);
