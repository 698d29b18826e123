import type { PeArray } from '../core/pe-array.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation, DenseOperation } from '../isa/operation.js';
import { CONV_BIAS_BYTES, convBlockBytes, DENSE_BIAS_BYTES, denseBlockBytes } from '../isa/weights.js';

/*
 * Which output lanes an undefined byte reaches is a computation with the geometry of the job itself: count, for each output, the taps whose
 * input is undefined and whose weight is not 0. The PE array counts: inputs and weights become 0 or 1, the bias 0, the shift 0, so that an
 * output is positive exactly where something undefined reaches it. So zero padding, dead columns, strides and blocks mean there what they
 * mean in the job.
 */

const mark = (bytes: ArrayLike<number>): Uint8Array => Uint8Array.from(bytes, (b) => (b === 0 ? 0 : 1));

interface Layout {
  readonly blockBytes: number;
  readonly biasBytes: number;
  readonly blocks: number;
  /** Moves the bias marks of a block to its bytes of least weight, from where they count once. */
  readonly foldBias: (bias: Uint8Array) => void;
}

const convLayout = (o: ConvOperation): Layout => ({
  blockBytes: convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth),
  biasBytes: CONV_BIAS_BYTES,
  blocks: o.blocks,
  foldBias: (bias) => {
    for (let lane = 0; lane < ARRAY_CHANNELS; lane++) {
      let any = 0;
      for (let plane = 0; plane < CONV_BIAS_BYTES; plane += ARRAY_CHANNELS) any |= bias[plane + lane]!;
      bias[lane] = any;
    }
    bias.fill(0, ARRAY_CHANNELS);
  },
});

const denseLayout = (o: DenseOperation): Layout => ({
  blockBytes: denseBlockBytes(o.inputLines * LINE_BYTES),
  biasBytes: DENSE_BIAS_BYTES,
  blocks: o.blocks,
  foldBias: (bias) => {
    for (let at = 0; at < DENSE_BIAS_BYTES; at += LINE_BYTES) {
      // The int32 that counts is the first word of a line; its byte of least weight is the last one in the core's order.
      const any = bias[at]! | bias[at + 1]! | bias[at + 2]! | bias[at + 3]!;
      bias.fill(0, at, at + LINE_BYTES);
      bias[at + 3] = any;
    }
  },
});

/** Weights as marks, with the biases replaced: by none, or by marks of their own. */
function weightMarks(weights: ArrayLike<number>, layout: Layout, keepBias: boolean): Uint8Array {
  const marks = mark(weights);
  for (let block = 1; block <= layout.blocks; block++) {
    const end = block * layout.blockBytes;
    const bias = marks.subarray(end - layout.biasBytes, end);
    if (keepBias) layout.foldBias(bias);
    else bias.fill(0);
  }
  return marks;
}

function join(into: Uint8Array | undefined, more: Uint8Array): Uint8Array {
  if (into === undefined) return mark(more);
  for (let i = 0; i < more.length; i++) if (more[i] !== 0) into[i] = 1;
  return into;
}

interface Bytes {
  readonly weights: Uint8Array;
  /** Causes of the input's bytes and of the weights'; undefined where all are defined. */
  readonly inputCauses: ArrayLike<number> | undefined;
  readonly weightCauses: ArrayLike<number> | undefined;
}

/** 1 for each byte of a conv's output that something undefined reaches; undefined where there is none. */
export function undefinedConv(array: PeArray, o: ConvOperation, b: Bytes): Uint8Array | undefined {
  const plain: ConvOperation = { ...o, shift: 0, relu: false };
  const layout = convLayout(o);
  let out: Uint8Array | undefined;
  if (b.inputCauses !== undefined)
    out = join(out, array.conv(plain, mark(b.inputCauses), weightMarks(b.weights, layout, false)).bytes);
  if (b.weightCauses !== undefined) {
    const ones = new Uint8Array(o.channels * o.rows * o.pitch).fill(1);
    out = join(out, array.conv(plain, ones, weightMarks(b.weightCauses, layout, true)).bytes);
  }
  return out?.includes(1) === true ? out : undefined;
}

/** `undefinedConv` of a fully connected job. */
export function undefinedDense(array: PeArray, o: DenseOperation, b: Bytes): Uint8Array | undefined {
  const plain: DenseOperation = { ...o, shift: 0, relu: false };
  const layout = denseLayout(o);
  let out: Uint8Array | undefined;
  if (b.inputCauses !== undefined)
    out = join(out, array.dense(plain, mark(b.inputCauses), weightMarks(b.weights, layout, false)).bytes);
  if (b.weightCauses !== undefined) {
    const ones = new Uint8Array(o.inputLines * LINE_BYTES).fill(1);
    out = join(out, array.dense(plain, ones, weightMarks(b.weightCauses, layout, true)).bytes);
  }
  return out?.includes(1) === true ? out : undefined;
}

/** An input byte that reaches a conv's output byte `at`, by its offset from the input's start; undefined where only weights do. */
export function reachingInput(
  o: ConvOperation,
  weights: Uint8Array,
  inputCauses: ArrayLike<number>,
  at: number,
):
  | { readonly offset: number; readonly channel: number; readonly row: number; readonly column: number }
  | undefined {
  const e = at ^ 3;
  const columns = o.columnGroups * ARRAY_COLUMNS;
  const [k, y, x] = [
    Math.floor(e / (columns * o.outputRows)),
    Math.floor(e / columns) % o.outputRows,
    e % columns,
  ];
  const block = Math.floor(k / ARRAY_CHANNELS) * convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  for (let c = 0; c < o.channels; c++)
    for (let fy = 0; fy < o.kernelHeight; fy++)
      for (let fx = 0; fx < o.kernelWidth; fx++) {
        const row = y * o.stride + fy - o.padding.top;
        const column = x * o.stride + fx - o.padding.horizontal;
        if (row < 0 || row >= o.rows || column < 0 || column >= o.pitch - o.padding.deadColumns) continue;
        const offset = ((c * o.rows + row) * o.pitch + column) ^ 3;
        const tap = (c * o.kernelHeight + fy) * o.kernelWidth + fx;
        const weight = weights[block + ((tap * ARRAY_CHANNELS + (k % ARRAY_CHANNELS)) ^ 3)];
        if (inputCauses[offset] !== 0 && weight !== 0) return { offset, channel: c, row, column };
      }
  return undefined;
}
