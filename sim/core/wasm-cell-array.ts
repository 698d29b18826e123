import { roundUp } from '../../src/base/units.js';
import { BANKS, linesOfPixel } from '../isa/analog/geometry.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import { lineOf } from '../isa/analog/layout.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import { LINE_BYTES, WORD_BYTES } from '../isa/geometry.js';
import { decodeCells } from './analog-array.js';
import type { CellArray, CellOperands } from './cell-array.js';
import { KernelMemory } from './kernel-memory.js';
import type { Kernels } from './kernels-instance.js';
import { TypedArrayCellArray } from './typed-array-cell-array.js';

/** Columns of the array whose sums a kernel makes at once. */
const COLUMNS = 4;
/** Elements of a kernel row that it multiplies at once, of two bytes each. */
const STEP = 8;
const INT16_BYTES = 2;

const bytesOf = (words: Int32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** How far apart the lines of a bank lie that hold the same channels of neighbouring pixels, and those of a pixel's blocks. */
function steps(pixels: number, channels: number, ours: AnalogInferences) {
  const blocks = linesOfPixel(channels);
  const layout = { pixels, blocks };
  return {
    pixel: lineOf(1, 0, layout, ours),
    block: lineOf(0, 1, layout, ours),
    planeBytes: pixels * blocks * LINE_BYTES,
  };
}

/** The zero-padded image: what the windows of all outputs cover. */
function imageOf(o: AnalogOperation) {
  const columns = (o.outputColumns - 1) * o.stride + o.kernelWidth;
  const rows = (o.outputRows - 1) * o.stride + o.kernelHeight;
  const rowBytes = columns * o.channels * INT16_BYTES;
  return {
    rowBytes,
    copied: Math.max(0, Math.min(o.columns, columns - o.padding.left)),
    rows: Math.max(0, Math.min(o.rows, rows - o.padding.top)),
    // Whole vectors are stored and loaded: up to two lines beyond the last element.
    bytes: roundUp(rows * rowBytes, LINE_BYTES) + 2 * LINE_BYTES,
  };
}

/** The cells' arithmetic in WebAssembly SIMD: whole jobs on the module's memory. */
export class WasmCellArray implements CellArray {
  readonly #kernels: Kernels;
  readonly #memory: KernelMemory;
  readonly #reference = new TypedArrayCellArray();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#memory = new KernelMemory(kernels);
  }

  compute(o: AnalogOperation, operands: CellOperands, ours: AnalogInferences): Uint8Array {
    const gain = o.gain ?? ours.defaultGain;
    // Kernels divide float32 by float32; a gain of our own choice may have more bits.
    if (Math.fround(gain) !== gain) return this.#reference.compute(o, operands, ours);
    const { channels, outputs, kernelHeight, kernelWidth } = o;
    const cells = decodeCells(operands.weights, channels * kernelHeight * kernelWidth, outputs, ours);
    const from = steps(o.columns * o.rows, channels, ours);
    const to = steps(o.outputColumns * o.outputRows, outputs, ours);
    const image = imageOf(o);
    const rowSteps = Math.ceil((kernelWidth * channels) / STEP);
    const packedBytes = roundUp(outputs, COLUMNS) * kernelHeight * rowSteps * STEP * INT16_BYTES;
    const normBytes = roundUp(outputs, COLUMNS) * WORD_BYTES;
    const memory = this.#memory;
    memory.begin(
      operands.input.length +
        cells.weights.length +
        image.bytes +
        packedBytes +
        2 * normBytes +
        BANKS * to.planeBytes,
    );
    const input = memory.put(operands.input);
    const stored = memory.put(new Uint8Array(cells.weights.buffer));
    const imageAt = memory.take(image.bytes);
    const packed = memory.take(packedBytes);
    const norm = memory.take(2 * normBytes);
    const output = memory.take(BANKS * to.planeBytes);
    memory.bytes.fill(0, norm, norm + 2 * normBytes);
    memory.bytes.set(bytesOf(operands.multiply), norm);
    memory.bytes.set(bytesOf(operands.add), norm + normBytes);
    this.#kernels.cellImage(
      input,
      from.planeBytes,
      from.pixel,
      from.block,
      ours.wordsReversed,
      channels,
      o.columns,
      image.copied,
      image.rows,
      o.padding.top,
      o.padding.left,
      imageAt,
      image.rowBytes,
      image.bytes,
    );
    this.#kernels.cellWeights(
      stored,
      outputs,
      channels,
      kernelHeight,
      kernelWidth,
      rowSteps,
      packed,
      packedBytes,
    );
    this.#kernels.cellOutputs(
      imageAt,
      image.rowBytes,
      channels * INT16_BYTES,
      o.stride,
      packed,
      kernelHeight,
      rowSteps,
      outputs,
      o.outputColumns,
      o.outputRows,
      gain,
      norm,
      normBytes,
      ours.simdInt16,
      o.shift,
      o.relu ? 1 : 0,
      output,
      to.planeBytes,
      to.pixel,
      to.block,
      ours.wordsReversed,
    );
    return memory.bytes.subarray(output, output + BANKS * to.planeBytes);
  }
}
