import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import { reverseWords } from '../isa/layout.js';
import type { ConvOperation, DenseOperation } from '../isa/operation.js';
import { CONV_BIAS_BYTES, convBlockBytes, DENSE_BIAS_BYTES, denseBlockBytes } from '../isa/weights.js';
import { convSums, denseSums } from './exact-sums.js';
import type { ArrayOutput, LaneSources, PeArray } from './pe-array.js';

/** Values in natural order from bytes in the core's order. */
function natural(bytes: Uint8Array): Int8Array {
  const copy = new Int8Array(bytes);
  reverseWords(copy);
  return copy;
}

/** What turns a sum into an output element. */
interface Requantization {
  readonly shift: number;
  readonly relu: boolean;
}

/**
 * sat8((sum + bias) >> shift), then ReLU, into `out` in the core's order. Sums are exact; the int32 accumulator wraps. Adds
 * the positions in `out` of those that wrapped to `wrapped`.
 */
function requantize(
  sums: Float64Array,
  count: number,
  bias: number,
  { shift, relu }: Requantization,
  from: number,
  out: Uint8Array,
  to: number,
  wrapped: number[],
): void {
  const low = relu ? 0 : -128;
  for (let i = 0; i < count; i++) {
    const exact = sums[from + i]! + bias;
    const accumulator = exact | 0;
    if (accumulator !== exact) wrapped.push((to + i) ^ 3);
    const shifted = accumulator >> shift;
    out[(to + i) ^ 3] = shifted > 127 ? 127 : Math.max(shifted, low);
  }
}

/** Bias of channel `lane`: four byte planes, least significant first. */
const convBias = (bytes: Int8Array, lane: number): number =>
  (bytes[lane]! & 0xff) |
  ((bytes[lane + 16]! & 0xff) << 8) |
  ((bytes[lane + 32]! & 0xff) << 16) |
  (bytes[lane + 48]! << 24);

/** The FC bias is a 16-byte little-endian integer of which int32 is kept. */
const denseBias = (bytes: Int8Array, lane: number): number =>
  (bytes[lane * LINE_BYTES]! & 0xff) |
  ((bytes[lane * LINE_BYTES + 1]! & 0xff) << 8) |
  ((bytes[lane * LINE_BYTES + 2]! & 0xff) << 16) |
  (bytes[lane * LINE_BYTES + 3]! << 24);

/** The array in plain typed arrays: the readable reference, and what runs where WebAssembly SIMD does not. */
export class TypedArrayPeArray implements PeArray {
  conv(o: ConvOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    const outputColumns = o.columnGroups * ARRAY_COLUMNS;
    const addBlock = convSums({
      ...o,
      columns: o.pitch - o.padding.deadColumns,
      top: o.padding.top,
      left: o.padding.horizontal,
      outputColumns,
      input: natural(input),
    });
    const plane = o.outputRows * outputColumns;
    const sums = new Float64Array(ARRAY_CHANNELS * plane);
    const bytes = new Uint8Array(o.blocks * ARRAY_CHANNELS * plane);
    const wrapped: number[] = [];
    const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
    for (let block = 0; block < o.blocks; block++) {
      const values = natural(weights.subarray(block * blockBytes, (block + 1) * blockBytes));
      addBlock(values.subarray(0, blockBytes - CONV_BIAS_BYTES), sums);
      const biases = values.subarray(blockBytes - CONV_BIAS_BYTES);
      for (let lane = 0; lane < ARRAY_CHANNELS; lane++) {
        const to = (block * ARRAY_CHANNELS + lane) * plane;
        requantize(sums, plane, convBias(biases, lane), o, lane * plane, bytes, to, wrapped);
      }
    }
    return { bytes, wrapped };
  }

  lanes(o: ConvOperation, { input, inputs, weights, blocks }: LaneSources): ArrayOutput {
    const plane = o.outputRows * o.columnGroups * ARRAY_COLUMNS;
    const blockBytes = convBlockBytes(1, o.kernelHeight, o.kernelWidth);
    const bytes = new Uint8Array(inputs.length * plane);
    const wrapped: number[] = [];
    inputs.forEach((from, i) => {
      const block = weights.subarray(blocks[i]!, blocks[i]! + blockBytes);
      const all = this.conv(o, input.subarray(from, from + o.rows * o.pitch), block);
      bytes.set(all.bytes.subarray(0, plane), i * plane);
      for (let j = 0; j < all.wrapped.length; j++)
        if (all.wrapped[j]! < plane) wrapped.push(i * plane + all.wrapped[j]!);
    });
    return { bytes, wrapped };
  }

  dense(o: DenseOperation, input: Uint8Array, weights: Uint8Array): ArrayOutput {
    const values = natural(input);
    const blockBytes = denseBlockBytes(input.length);
    const sums = new Float64Array(ARRAY_CHANNELS);
    const bytes = new Uint8Array(o.blocks * ARRAY_CHANNELS);
    const wrapped: number[] = [];
    for (let block = 0; block < o.blocks; block++) {
      const w = natural(weights.subarray(block * blockBytes, (block + 1) * blockBytes));
      denseSums(values, w.subarray(0, blockBytes - DENSE_BIAS_BYTES), sums);
      const biases = w.subarray(blockBytes - DENSE_BIAS_BYTES);
      for (let lane = 0; lane < ARRAY_CHANNELS; lane++)
        requantize(sums, 1, denseBias(biases, lane), o, lane, bytes, block * ARRAY_CHANNELS + lane, wrapped);
    }
    return { bytes, wrapped };
  }

  /** The word order is the same on both sides, so the bytes need no reordering. */
  sum(left: Uint8Array, right: Uint8Array, shift: number): Uint8Array {
    const [a, b] = [new Int8Array(left), new Int8Array(right)];
    return Uint8Array.from(a, (value, i) => Math.max(-128, Math.min(127, (value + b[i]!) >> shift)));
  }
}
