import { roundUp } from '../../src/base/units.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, DenseOperation } from '../isa/operation.js';
import { convBlockBytes } from '../isa/weights.js';
import { KernelMemory } from './kernel-memory.js';
import type { Kernels } from './kernels-instance.js';
import type { ArrayOutput, LaneSources, PeArray } from './pe-array.js';
import { TypedArrayPeArray } from './typed-array-pe-array.js';

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

/** Bytes of scratch of the kernel `winograd`: of `u` for each pair of channels and block, of `v` for each pair and group of columns. */
const WINOGRAD = { zeros: 144, u: 1024, v: 512, biases: 64, sums: 2048 } as const;

/** Whether the kernel `winograd` computes a conv, and sooner than `conv`: few channels do not pay for its transforms, too many leave int32. */
const isForWinograd = (o: ConvOperation): boolean =>
  o.kernelWidth === 3 && o.kernelHeight === 3 && o.stride === 1 && o.channels >= 8 && o.channels <= 2048;

/** The array's arithmetic in WebAssembly SIMD: whole jobs on the module's memory. */
export class WasmPeArray implements PeArray {
  readonly #kernels: Kernels;
  readonly #memory: KernelMemory;
  readonly #reference = new TypedArrayPeArray();
  #kernelCalls = 0;
  #bytesOut = 0;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#memory = new KernelMemory(kernels);
  }

  get work(): ArrayWork {
    return { kernelCalls: this.#kernelCalls, bytesIn: this.#memory.bytesIn, bytesOut: this.#bytesOut };
  }

  conv(o: ConvOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    const taps = o.channels * o.kernelHeight * o.kernelWidth;
    if (taps > MAX_TAPS) return this.#reference.conv(o, input, weights);
    if (isForWinograd(o)) return this.#winograd(o, input, weights);
    const memory = this.#memory;
    const layout = layoutOf(o);
    const pairs = pairsOf(o);
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const outputBytes = o.blocks * ARRAY_CHANNELS * o.outputRows * columns;
    memory.begin(
      input.length +
        weights.length +
        layout.bytes +
        o.pitch +
        pairs * (PAIR_BYTES + PAIR_BYTES * ARRAY_CHANNELS) +
        5 * outputBytes,
    );
    const inputAt = memory.put(input);
    const weightsAt = memory.put(weights);
    const padded = memory.take(layout.bytes);
    const zeros = memory.take(o.pitch);
    const offsets = memory.take(pairs * PAIR_BYTES);
    const packed = memory.take(pairs * PAIR_BYTES * ARRAY_CHANNELS);
    const small = memory.take(LINE_BYTES + 4 * ARRAY_CHANNELS);
    const output = memory.take(outputBytes);
    const list = memory.take(4 * outputBytes);
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
    this.#kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  #winograd(o: ConvOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    const memory = this.#memory;
    const { channels, rows, pitch, padding, blocks, outputRows } = o;
    const pairs = Math.ceil(channels / 2);
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const paddedRows = roundUp(outputRows, 2) + 2;
    const rowBytes = roundUp(Math.max(columns + 2, padding.horizontal + pitch), LINE_BYTES);
    const sizes = {
      padded: 2 * pairs * paddedRows * rowBytes,
      zeros: WINOGRAD.zeros,
      u: WINOGRAD.u * pairs * blocks,
      v: WINOGRAD.v * pairs * o.columnGroups,
      biases: WINOGRAD.biases * blocks,
      sums: WINOGRAD.sums,
    };
    const outputBytes = blocks * ARRAY_CHANNELS * outputRows * columns;
    const scratch = Object.values(sizes).reduce((a, b) => a + b);
    memory.begin(input.length + weights.length + scratch + 5 * outputBytes);
    const inputAt = memory.put(input);
    const weightsAt = memory.put(weights);
    const padded = memory.take(sizes.padded);
    const zeros = memory.take(sizes.zeros);
    const u = memory.take(sizes.u);
    const v = memory.take(sizes.v);
    const biases = memory.take(sizes.biases);
    const sums = memory.take(sizes.sums);
    const output = memory.take(outputBytes);
    const list = memory.take(4 * outputBytes);
    const wraps = this.#kernels.winograd(
      inputAt,
      channels,
      rows,
      pitch,
      padding.deadColumns,
      padding.top,
      padding.horizontal,
      padded,
      paddedRows,
      rowBytes,
      zeros,
      weightsAt,
      blocks,
      u,
      v,
      biases,
      sums,
      outputRows,
      columns,
      o.shift,
      o.relu ? 1 : 0,
      output,
      list,
    );
    this.#kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  lanes(o: ConvOperation, sources: LaneSources): ArrayOutput {
    if (o.kernelHeight * o.kernelWidth > MAX_TAPS) return this.#reference.lanes(o, sources);
    const memory = this.#memory;
    const layout = layoutOf(o);
    const pairs = pairsOf(o);
    const columns = o.columnGroups * ARRAY_COLUMNS;
    const count = sources.inputs.length;
    const outputBytes = count * o.outputRows * columns;
    const { input, weights } = sources;
    memory.begin(
      input.length +
        weights.length +
        layout.bytes +
        o.pitch +
        8 * count +
        pairs * (PAIR_BYTES + LINE_BYTES) +
        5 * outputBytes,
    );
    const inputAt = memory.put(input);
    const inputs = this.#putWords(sources.inputs);
    const weightsAt = memory.put(weights);
    const blocks = this.#putWords(sources.blocks);
    const padded = memory.take(layout.bytes);
    const zeros = memory.take(o.pitch);
    const offsets = memory.take(pairs * PAIR_BYTES);
    const packed = memory.take(pairs * LINE_BYTES);
    const bias = memory.take(LINE_BYTES);
    const output = memory.take(outputBytes);
    const list = memory.take(4 * outputBytes);
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
    this.#kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  dense(o: DenseOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    if (input.length > MAX_TAPS) return this.#reference.dense(o, input, weights);
    const memory = this.#memory;
    const outputBytes = o.blocks * ARRAY_CHANNELS;
    memory.begin(input.length + weights.length + 5 * outputBytes);
    const inputAt = memory.put(input);
    const weightsAt = memory.put(weights);
    const output = memory.take(outputBytes);
    const list = memory.take(4 * outputBytes);
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
    this.#kernelCalls++;
    return this.#output(output, outputBytes, list, wraps);
  }

  sum(a: Uint8Array, b: Uint8Array, shift: number): Uint8Array {
    const memory = this.#memory;
    memory.begin(3 * a.length);
    const left = memory.put(a);
    const right = memory.put(b);
    const output = memory.take(a.length);
    this.#kernels.sum(left, right, a.length, shift, output);
    this.#kernelCalls++;
    return this.#output(output, a.length, 0, 0).bytes;
  }

  #putWords(words: Int32Array): number {
    return this.#memory.put(new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  }

  #output(at: number, length: number, list: number, wraps: number): ArrayOutput {
    const { bytes } = this.#memory;
    this.#bytesOut += length + 4 * wraps;
    return {
      bytes: bytes.subarray(at, at + length),
      wrapped: wraps === 0 ? NO_WRAPS : new Int32Array(bytes.buffer, list, wraps),
    };
  }
}
