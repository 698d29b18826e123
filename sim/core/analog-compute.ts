import { ADC_MAX, ADC_MIN, CHANNEL_BLOCK, linesOfPixel } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import { lineOf } from '../isa/analog/layout.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { type Cells, decodeCells } from './analog-array.js';
import type { Memory } from './memory.js';

/** What a job computes with beside L1. */
export interface AnalogOperands {
  /** The stored weights, as `storedWeightBytes` long as L2 holds them. */
  readonly weights: Uint8Array;
  /** What each output is multiplied by, and what is added to it. */
  readonly multiply: Int32Array;
  readonly add: Int32Array;
}

const wrap16 = (v: number): number => (v << 16) >> 16;

/**
 * From an accumulated sum to an int8 output: the array's gain and the converter (float32 division, rounded down, 6 bits), the batch norm, the
 * shift, saturation and ReLU. [htvm: the pattern]
 */
export function postProcess(
  sum: number,
  gain: number,
  multiply: number,
  add: number,
  o: Pick<AnalogOperation, 'shift' | 'relu'>,
  int16: boolean,
): number {
  const level = Math.min(ADC_MAX, Math.max(ADC_MIN, Math.floor(Math.fround(sum / gain))));
  const product = Math.imul(level, multiply);
  const scaled = int16 ? wrap16(wrap16(product) + add) : (product + add) | 0;
  const shifted = scaled >> o.shift;
  return Math.min(127, Math.max(o.relu ? 0 : -128, shifted));
}

/** L1 as a job sees it. */
export interface AnalogMemory {
  readonly memory: Memory;
  readonly bankBytes: number;
  /** The bytes [at, at + n), with a look at whether they were written. */
  readonly read: (memory: Memory, at: number, n: number, what: string) => Uint8Array;
}

/** The channels of one input pixel as the array's rows see them. */
class Pixels {
  readonly #l1: AnalogMemory;
  readonly #o: AnalogOperation;
  readonly #ours: AnalogInferences;
  readonly #values: Int8Array;

  constructor(l1: AnalogMemory, o: AnalogOperation, ours: AnalogInferences) {
    this.#l1 = l1;
    this.#o = o;
    this.#ours = ours;
    this.#values = this.#read();
  }

  /** All pixels of the input tile, [pixel][channel]; only lines that hold channels in use are read. */
  #read(): Int8Array {
    const { channels, columns, rows, input } = this.#o;
    const layout = { pixels: columns * rows, blocks: linesOfPixel(channels) };
    const out = new Int8Array(layout.pixels * channels);
    for (let pixel = 0; pixel < layout.pixels; pixel++)
      for (let first = 0; first < channels; first += LINE_BYTES) {
        const block = Math.floor(first / CHANNEL_BLOCK);
        const bank = (first % CHANNEL_BLOCK) / LINE_BYTES;
        const at = bank * this.#l1.bankBytes + input + lineOf(pixel, block, layout, this.#ours) * LINE_BYTES;
        const line = this.#l1.read(this.#l1.memory, at, LINE_BYTES, 'analog input');
        const n = Math.min(LINE_BYTES, channels - first);
        for (let i = 0; i < n; i++)
          out[pixel * channels + first + i] = line[this.#ours.wordsReversed === 1 ? i ^ 3 : i]!;
      }
    return out;
  }

  /** Fills `vector`, rows in the order (c, fy, fx), with the window of one output pixel; outside the input lie zeros. */
  window(y: number, x: number, vector: Int8Array): void {
    const { channels, columns, rows, kernelHeight, kernelWidth, stride, padding } = this.#o;
    const taps = kernelHeight * kernelWidth;
    vector.fill(0);
    for (let fy = 0; fy < kernelHeight; fy++)
      for (let fx = 0; fx < kernelWidth; fx++) {
        const [iy, ix] = [y * stride + fy - padding.top, x * stride + fx - padding.left];
        if (iy < 0 || iy >= rows || ix < 0 || ix >= columns) continue;
        const from = (iy * columns + ix) * channels;
        const tap = fy * kernelWidth + fx;
        for (let c = 0; c < channels; c++) vector[c * taps + tap] = this.#values[from + c]!;
      }
  }
}

function product(cells: Cells, column: number, vector: Int8Array): number {
  const from = column * cells.rows;
  let sum = 0;
  for (let i = 0; i < cells.rows; i++) sum += cells.weights[from + i]! * vector[i]!;
  return sum;
}

/**
 * Computes a job as an ideal array would: no noise, no nonlinearity, no mismatch of cells. Whole lines of 16 channels are written in all
 * banks; channels beyond the outputs are 0 [ours].
 */
export function computeAnalog(
  o: AnalogOperation,
  l1: AnalogMemory,
  operands: AnalogOperands,
  ours: AnalogInferences,
  writer: number,
): void {
  const taps = o.kernelHeight * o.kernelWidth;
  const cells = decodeCells(operands.weights, o.channels * taps, o.outputs, ours);
  const input = new Pixels(l1, o, ours);
  const vector = new Int8Array(cells.rows);
  const layout = { pixels: o.outputColumns * o.outputRows, blocks: linesOfPixel(o.outputs) };
  const gain = o.gain ?? ours.defaultGain;
  const int16 = ours.simdInt16 === 1;
  const results = new Int8Array(layout.blocks * CHANNEL_BLOCK);
  const line = new Uint8Array(LINE_BYTES);
  for (let pixel = 0; pixel < layout.pixels; pixel++) {
    input.window(Math.floor(pixel / o.outputColumns), pixel % o.outputColumns, vector);
    for (let k = 0; k < o.outputs; k++) {
      const sum = product(cells, k, vector);
      results[k] = postProcess(sum, gain, operands.multiply[k]!, operands.add[k]!, o, int16);
    }
    for (let first = 0; first < results.length; first += LINE_BYTES) {
      for (let i = 0; i < LINE_BYTES; i++) line[ours.wordsReversed === 1 ? i ^ 3 : i] = results[first + i]!;
      const bank = (first % CHANNEL_BLOCK) / LINE_BYTES;
      const at = lineOf(pixel, Math.floor(first / CHANNEL_BLOCK), layout, ours) * LINE_BYTES;
      l1.memory.write(bank * l1.bankBytes + o.output + at, line, writer, 'analog output');
    }
  }
}
