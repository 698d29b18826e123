import { roundUp } from '../../src/base/units.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, DenseOperation } from '../isa/operation.js';
import { convBlockBytes } from '../isa/weights.js';
import type { Kernels } from './kernels-instance.js';
import type { ArrayOutput, LaneSources, PeArray } from './pe-array.js';
import { TypedArrayPeArray } from './typed-array-pe-array.js';

const PAGE_BYTES = 65536;
/** Below this the module may keep data of its own. */
const FIRST_FREE = 1024;
/** From 2^17 products of int8 on, a sum may leave int32, which the kernels take for granted. */
const MAX_TAPS = 2 ** 17 - 1;
/** Bytes of an int16 pair of two taps' values. */
const PAIR_BYTES = 4;
const NO_WRAPS = new Int32Array(0);

/** What was done, for tests that guard against doing more: calls of kernels, and bytes that crossed into the module and back. */
export interface ArrayWork {
  kernelCalls: number;
  bytesIn: number;
  bytesOut: number;
}

/** The padded input's layout: see `packInput` in sim/core/kernels/index.ts. */
function layoutOf(o: ConvOperation) {
  const rows = (o.outputRows - 1) * o.stride + o.kernelHeight;
  const needed = (o.columnGroups * ARRAY_COLUMNS - 1) * o.stride + o.kernelWidth;
  const columns = roundUp(Math.max(needed, o.padding.horizontal + o.pitch) + 1, 2 * LINE_BYTES);
  const rowBytes = columns * PAIR_BYTES;
  return { rows, rowBytes, half: columns / 2, bytes: Math.ceil(o.channels / 2) * rows * rowBytes };
}

/** Pairs of taps of a conv: two channels each, or two kernel rows of the last of an odd number of channels. */
function pairsOf(o: ConvOperation): number {
  const lastRows = o.channels % 2 === 1 ? Math.ceil(o.kernelHeight / 2) : 0;
  return o.kernelWidth * ((o.channels >> 1) * o.kernelHeight + lastRows);
}

/** The array's arithmetic in WebAssembly SIMD: whole jobs on the module's memory. */
export class WasmPeArray implements PeArray {
  readonly work: ArrayWork = { kernelCalls: 0, bytesIn: 0, bytesOut: 0 };
  readonly #kernels: Kernels;
  readonly #reference = new TypedArrayPeArray();
  #bytes: Uint8Array;
  #free = FIRST_FREE;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#bytes = new Uint8Array(kernels.memory.buffer);
  }

  conv(o: ConvOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    const taps = o.channels * o.kernelHeight * o.kernelWidth;
    if (taps > MAX_TAPS) return this.#reference.conv(o, input, weights);
    const layout = layoutOf(o);
    const pairs = pairsOf(o);
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const outputBytes = o.blocks * ARRAY_CHANNELS * o.outputRows * columns;
    this.#begin(
      input.length +
        weights.length +
        layout.bytes +
        o.pitch +
        pairs * (PAIR_BYTES + PAIR_BYTES * ARRAY_CHANNELS) +
        5 * outputBytes,
    );
    const inputAt = this.#put(input);
    const weightsAt = this.#put(weights);
    const padded = this.#take(layout.bytes);
    const zeros = this.#take(o.pitch);
    const offsets = this.#take(pairs * PAIR_BYTES);
    const packed = this.#take(pairs * PAIR_BYTES * ARRAY_CHANNELS);
    const small = this.#take(LINE_BYTES + 4 * ARRAY_CHANNELS);
    const output = this.#take(outputBytes);
    const list = this.#take(4 * outputBytes);
    const { channels, rows, pitch, padding, stride, kernelHeight, kernelWidth } = o;
    const { deadColumns, top, horizontal } = padding;
    const { rowBytes, half } = layout;
    const wraps = this.#kernels.conv(
      inputAt,
      rows,
      pitch,
      deadColumns,
      top,
      horizontal,
      stride,
      layout.rows,
      rowBytes,
      half,
      zeros,
      padded,
      offsets,
      pairs,
      weightsAt,
      o.blocks,
      convBlockBytes(channels, kernelHeight, kernelWidth),
      channels,
      kernelHeight,
      kernelWidth,
      o.outputRows,
      columns,
      o.shift,
      o.relu ? 1 : 0,
      packed,
      small,
      output,
      list,
    );
    this.work.kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  lanes(o: ConvOperation, sources: LaneSources): ArrayOutput {
    if (o.kernelHeight * o.kernelWidth > MAX_TAPS) return this.#reference.lanes(o, sources);
    const layout = layoutOf(o);
    const pairs = pairsOf(o);
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const count = sources.inputs.length;
    const outputBytes = count * o.outputRows * columns;
    const { input, weights } = sources;
    this.#begin(
      input.length +
        weights.length +
        layout.bytes +
        o.pitch +
        8 * count +
        pairs * (PAIR_BYTES + LINE_BYTES) +
        5 * outputBytes,
    );
    const inputAt = this.#put(input);
    const inputs = this.#putWords(sources.inputs);
    const weightsAt = this.#put(weights);
    const blocks = this.#putWords(sources.blocks);
    const padded = this.#take(layout.bytes);
    const zeros = this.#take(o.pitch);
    const offsets = this.#take(pairs * PAIR_BYTES);
    const packed = this.#take(pairs * LINE_BYTES);
    const bias = this.#take(LINE_BYTES);
    const output = this.#take(outputBytes);
    const list = this.#take(4 * outputBytes);
    const { rows, pitch, padding, stride, kernelHeight, kernelWidth } = o;
    const wraps = this.#kernels.lanes(
      count,
      inputAt,
      inputs,
      rows,
      pitch,
      padding.deadColumns,
      padding.top,
      padding.horizontal,
      stride,
      layout.rows,
      layout.rowBytes,
      layout.half,
      zeros,
      padded,
      offsets,
      pairs,
      weightsAt,
      blocks,
      kernelHeight,
      kernelWidth,
      o.outputRows,
      columns,
      o.shift,
      o.relu ? 1 : 0,
      packed,
      bias,
      output,
      list,
    );
    this.work.kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  dense(o: DenseOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    if (input.length > MAX_TAPS) return this.#reference.dense(o, input, weights);
    const outputBytes = o.blocks * ARRAY_CHANNELS;
    this.#begin(input.length + weights.length + 5 * outputBytes);
    const inputAt = this.#put(input);
    const weightsAt = this.#put(weights);
    const output = this.#take(outputBytes);
    const list = this.#take(4 * outputBytes);
    const relu = o.relu ? 1 : 0;
    const wraps = this.#kernels.dense(
      inputAt,
      input.length,
      weightsAt,
      o.blocks,
      o.shift,
      relu,
      output,
      list,
    );
    this.work.kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  sum(a: Uint8Array, b: Uint8Array, shift: number): Uint8Array {
    this.#begin(3 * a.length);
    const left = this.#put(a);
    const right = this.#put(b);
    const output = this.#take(a.length);
    this.#kernels.sum(left, right, a.length, shift, output);
    this.work.kernelCalls++;
    return this.#output(output, a.length, 0, 0).bytes;
  }

  /** Makes room for `bytes` and some alignment: nothing moves until the job is over. */
  #begin(bytes: number): void {
    this.#free = FIRST_FREE;
    const missing = FIRST_FREE + bytes + PAGE_BYTES - this.#bytes.length;
    if (missing <= 0) return;
    this.#kernels.memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#kernels.memory.buffer);
  }

  #take(bytes: number): number {
    const at = this.#free;
    this.#free = roundUp(at + bytes, LINE_BYTES);
    return at;
  }

  #put(source: Uint8Array): number {
    const at = this.#take(source.length);
    this.#bytes.set(source, at);
    this.work.bytesIn += source.length;
    return at;
  }

  #putWords(words: Int32Array): number {
    return this.#put(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }

  #output(at: number, length: number, list: number, wraps: number): ArrayOutput {
    this.work.bytesOut += length + 4 * wraps;
    return {
      bytes: this.#bytes.subarray(at, at + length),
      wrapped: wraps === 0 ? NO_WRAPS : new Int32Array(this.#bytes.buffer, list, wraps),
    };
  }
}
