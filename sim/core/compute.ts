import { hex } from '../../src/base/units.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import { reverseWords } from '../isa/layout.js';
import type { NoteOddity } from '../isa/oddity.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from '../isa/operation.js';
import { CONV_BIAS_BYTES, convBlockBytes, DENSE_BIAS_BYTES, denseBlockBytes } from '../isa/weights.js';
import type { Memory } from './memory.js';
import type { PeArray } from './pe-array.js';

/** What an operation works on. */
export interface ComputeContext {
  readonly l1: Memory;
  readonly weightMemory: Memory;
  readonly array: PeArray;
  /** The step of the program, for the memory's record of writers. */
  readonly writer: number;
  /** What a read of bytes never written is. */
  readonly undefinedData: 'fault' | 'read';
  readonly note: NoteOddity;
}

/** Looks at the bytes [at, at + n) before they are read: what was never written is an error, or noted once for `what`. */
function checkWritten(c: ComputeContext, memory: Memory, at: number, n: number, what: string): void {
  if (c.undefinedData === 'fault') {
    memory.requireWritten(at, n, what);
    return;
  }
  const gap = memory.firstUnwritten(at, n, what);
  if (gap !== undefined)
    c.note({
      subject: `${what}: ${memory.name} byte ${hex(gap)}`,
      value: 'never written',
      usual: 'drivers copy what a job reads',
    });
}

/** The bytes [at, at + n), looked at by `checkWritten`. */
function readWritten(c: ComputeContext, memory: Memory, at: number, n: number, what: string): Uint8Array {
  checkWritten(c, memory, at, n, what);
  return memory.peek(at, n, what);
}

/** Values in natural order from bytes in the core's order. */
function natural(bytes: Uint8Array): Int8Array {
  const copy = new Int8Array(bytes);
  reverseWords(copy);
  return copy;
}

/** `checkWritten` of `count` elements from element `first` of the tensor at `base` (word order in mind). */
function requireElements(
  c: ComputeContext,
  memory: Memory,
  base: number,
  first: number,
  count: number,
  what: string,
): void {
  const whole = count & ~3;
  checkWritten(c, memory, base + first, whole, what);
  for (let e = first + whole; e < first + count; e++) checkWritten(c, memory, base + (e ^ 3), 1, what);
}

/**
 * sat8((sum + bias) >> shift), then ReLU, into `out` in the core's order (`out` starts on a word). Sums are exact; the
 * int32 accumulator wraps. Adds the positions in `out` of those that wrapped to `wrapped`.
 */
function requantize(
  sums: Float64Array,
  count: number,
  bias: number,
  shift: number,
  relu: boolean,
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

/** Writes an output to L1 and notes which of its bytes came from accumulators that wrapped. */
function writeOutput(
  l1: Memory,
  at: number,
  out: Uint8Array,
  wrapped: readonly number[],
  writer: number,
  what: string,
): void {
  l1.write(at, out, writer, what);
  for (const byte of wrapped) l1.markWrapped(at + byte);
}

/** Bias of channel `lane`: four byte planes, least significant first. */
const convBias = (bytes: Int8Array, lane: number): number =>
  (bytes[lane]! & 0xff) |
  ((bytes[lane + 16]! & 0xff) << 8) |
  ((bytes[lane + 32]! & 0xff) << 16) |
  (bytes[lane + 48]! << 24);

function conv(o: ConvOperation, context: ComputeContext): number {
  const { l1, weightMemory, array, writer } = context;
  const columns = o.pitch - o.padding.deadColumns;
  const planeElements = o.rows * o.pitch;
  for (let row = 0; row < o.channels * o.rows; row++)
    requireElements(context, l1, o.input, row * o.pitch, columns, 'conv input');
  const outputColumns = o.columnGroups * ARRAY_COLUMNS;
  const addBlock = array.conv({
    channels: o.channels,
    rows: o.rows,
    pitch: o.pitch,
    columns,
    kernelHeight: o.kernelHeight,
    kernelWidth: o.kernelWidth,
    stride: o.stride,
    top: o.padding.top,
    left: o.padding.horizontal,
    outputRows: o.outputRows,
    outputColumns,
    input: natural(l1.peek(o.input, o.channels * planeElements, 'conv input')),
  });
  const outputPlane = o.outputRows * outputColumns;
  const sums = new Float64Array(ARRAY_CHANNELS * outputPlane);
  const out = new Uint8Array(ARRAY_CHANNELS * outputPlane);
  const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  let overflows = 0;
  for (let block = 0; block < o.blocks; block++) {
    const bytes = natural(
      readWritten(context, weightMemory, o.weights + block * blockBytes, blockBytes, 'conv weights'),
    );
    const wrapped: number[] = [];
    addBlock(bytes.subarray(0, blockBytes - CONV_BIAS_BYTES), sums);
    const biases = bytes.subarray(blockBytes - CONV_BIAS_BYTES);
    for (let lane = 0; lane < ARRAY_CHANNELS; lane++) {
      const at = lane * outputPlane;
      requantize(sums, outputPlane, convBias(biases, lane), o.shift, o.relu, at, out, at, wrapped);
    }
    writeOutput(l1, o.output + block * out.length, out, wrapped, writer, 'conv output');
    overflows += wrapped.length;
  }
  return overflows;
}

/** The FC bias is a 16-byte little-endian integer of which int32 is kept. */
const denseBias = (bytes: Int8Array, lane: number): number =>
  (bytes[lane * LINE_BYTES]! & 0xff) |
  ((bytes[lane * LINE_BYTES + 1]! & 0xff) << 8) |
  ((bytes[lane * LINE_BYTES + 2]! & 0xff) << 16) |
  (bytes[lane * LINE_BYTES + 3]! << 24);

function dense(o: DenseOperation, context: ComputeContext): number {
  const { l1, weightMemory, array, writer } = context;
  const inputs = o.inputLines * LINE_BYTES;
  const input = natural(readWritten(context, l1, o.input, inputs, 'FC input'));
  const blockBytes = denseBlockBytes(inputs);
  const sums = new Float64Array(ARRAY_CHANNELS);
  const out = new Uint8Array(o.blocks * ARRAY_CHANNELS);
  const wrapped: number[] = [];
  for (let block = 0; block < o.blocks; block++) {
    const bytes = natural(
      readWritten(context, weightMemory, o.weights + block * blockBytes, blockBytes, 'FC weights'),
    );
    array.dense(input, bytes.subarray(0, blockBytes - DENSE_BIAS_BYTES), sums);
    const biases = bytes.subarray(blockBytes - DENSE_BIAS_BYTES);
    for (let lane = 0; lane < ARRAY_CHANNELS; lane++)
      requantize(
        sums,
        1,
        denseBias(biases, lane),
        o.shift,
        o.relu,
        lane,
        out,
        block * ARRAY_CHANNELS + lane,
        wrapped,
      );
  }
  writeOutput(l1, o.output, out, wrapped, writer, 'FC output');
  return wrapped.length;
}

/** Element-wise: the word order is the same on both sides, so the bytes need no reordering. */
function sum(o: SumOperation, context: ComputeContext): number {
  const { l1, writer } = context;
  const n = o.lines * LINE_BYTES;
  const a = new Int8Array(readWritten(context, l1, o.inputA, n, 'sum operand A'));
  const b = new Int8Array(readWritten(context, l1, o.inputB, n, 'sum operand B'));
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const shifted = (a[i]! + b[i]!) >> o.shift;
    out[i] = shifted > 127 ? 127 : Math.max(shifted, -128);
  }
  l1.write(o.output, out, writer, 'sum output');
  return 0;
}

/** Computes one operation on L1 and WMEM, as hardware.md section 4 has it. Returns how many int32 accumulators wrapped. */
export function compute(o: Operation, context: ComputeContext): number {
  switch (o.kind) {
    case 'conv':
      return conv(o, context);
    case 'dense':
      return dense(o, context);
    case 'sum':
      return sum(o, context);
  }
}
