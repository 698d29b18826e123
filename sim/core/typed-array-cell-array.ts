import { ADC_MAX, ADC_MIN, BANKS, linesOfPixel } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { PixelLines } from '../isa/analog/pixel-lines.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { type Cells, decodeCells } from './analog-array.js';
import type { CellArray, CellOperands } from './cell-array.js';

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

/** All pixels of the input tile, [pixel][channel]. */
function pixelsOf(o: AnalogOperation, input: Uint8Array, ours: AnalogInferences): Int8Array {
  const { channels } = o;
  const pixels = o.columns * o.rows;
  const lines = new PixelLines(0, pixels, channels, input.length / BANKS, ours);
  const out = new Int8Array(pixels * channels);
  for (let pixel = 0; pixel < pixels; pixel++)
    for (let c = 0; c < channels; c++) out[pixel * channels + c] = input[lines.at(c, pixel)]!;
  return out;
}

/** Fills `vector`, rows in the order (c, fy, fx), with the window of one output pixel; outside the input lie zeros. */
function window(o: AnalogOperation, values: Int8Array, y: number, x: number, vector: Int8Array): void {
  const { channels, columns, rows, kernelHeight, kernelWidth, stride, padding } = o;
  const taps = kernelHeight * kernelWidth;
  vector.fill(0);
  for (let fy = 0; fy < kernelHeight; fy++)
    for (let fx = 0; fx < kernelWidth; fx++) {
      const [iy, ix] = [y * stride + fy - padding.top, x * stride + fx - padding.left];
      if (iy < 0 || iy >= rows || ix < 0 || ix >= columns) continue;
      const from = (iy * columns + ix) * channels;
      const tap = fy * kernelWidth + fx;
      for (let c = 0; c < channels; c++) vector[c * taps + tap] = values[from + c]!;
    }
}

function product(cells: Cells, column: number, vector: Int8Array): number {
  const from = column * cells.rows;
  let sum = 0;
  for (let i = 0; i < cells.rows; i++) sum += cells.weights[from + i]! * vector[i]!;
  return sum;
}

/** The cells as a reader would write them down: a product sum for each output, with nothing clever. */
export class TypedArrayCellArray implements CellArray {
  compute(
    o: AnalogOperation,
    { input, weights, multiply, add }: CellOperands,
    ours: AnalogInferences,
  ): Uint8Array {
    const cells = decodeCells(weights, o.channels * o.kernelHeight * o.kernelWidth, o.outputs, ours);
    const values = pixelsOf(o, input, ours);
    const vector = new Int8Array(cells.rows);
    const pixels = o.outputColumns * o.outputRows;
    const bankBytes = pixels * linesOfPixel(o.outputs) * LINE_BYTES;
    const lines = new PixelLines(0, pixels, o.outputs, bankBytes, ours);
    const output = new Uint8Array(BANKS * bankBytes);
    const gain = o.gain ?? ours.defaultGain;
    const int16 = ours.simdInt16 === 1;
    for (let pixel = 0; pixel < pixels; pixel++) {
      window(o, values, Math.floor(pixel / o.outputColumns), pixel % o.outputColumns, vector);
      for (let k = 0; k < o.outputs; k++)
        output[lines.at(k, pixel)] = postProcess(
          product(cells, k, vector),
          gain,
          multiply[k]!,
          add[k]!,
          o,
          int16,
        );
    }
    return output;
  }
}
