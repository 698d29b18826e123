import { hex } from '../../src/base/units.js';
import type { AnalogInferences } from '../isa/analog/inferred.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from '../isa/geometry.js';
import type { NoteOddity } from '../isa/oddity.js';
import type { ConvOperation, DenseOperation, Operation, SumOperation } from '../isa/operation.js';
import { convBlockBytes, denseBlockBytes } from '../isa/weights.js';
import type { Memory } from './memory.js';
import type { ArrayOutput, PeArray } from './pe-array.js';
import { writePixels } from './write-pixels.js';

/** What a read of bytes never written is, and who is told where it is noted. */
export type Reading = Pick<ComputeContext, 'undefinedData' | 'note'>;

/** What an operation works on. */
export interface ComputeContext {
  readonly l1: Memory;
  readonly weightMemory: Memory;
  readonly array: PeArray;
  /** The step of the program, for the memory's record of writers. */
  readonly writer: number;
  /** What a read of bytes never written is. */
  readonly undefinedData: 'fault' | 'read' | 'followed';
  readonly note: NoteOddity;
  /** How pixels for the analog core lie in L1. */
  readonly ours: AnalogInferences;
}

/** Looks at the bytes [at, at + n) before they are read: what was never written is an error, or noted once for `what`. */
function checkWritten(c: Reading, memory: Memory, at: number, n: number, what: string): void {
  if (c.undefinedData === 'fault') {
    memory.requireWritten(at, n, what);
    return;
  }
  const gap = memory.firstUnwritten(at, n, what);
  if (gap !== undefined && c.undefinedData === 'read')
    c.note({
      subject: `${what}: ${memory.name} byte ${hex(gap)}`,
      value: 'never written',
      usual: 'drivers copy what a job reads',
    });
}

/** The bytes [at, at + n), looked at by `checkWritten`. */
export function readWritten(c: Reading, memory: Memory, at: number, n: number, what: string): Uint8Array {
  checkWritten(c, memory, at, n, what);
  return memory.peek(at, n, what);
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

/** Looks at the columns with data of every input row; where the planes are written from end to end, at all at once. */
function requireInput(c: ComputeContext, o: ConvOperation): void {
  const rows = o.channels * o.rows;
  if (c.l1.isWritten(o.input, rows * o.pitch)) return;
  const columns = o.pitch - o.padding.deadColumns;
  for (let row = 0; row < rows; row++)
    requireElements(c, c.l1, o.input, row * o.pitch, columns, 'conv input');
}

/** Writes an output to L1 and notes which of its bytes came from accumulators that wrapped. Returns how many. */
function writeOutput(c: ComputeContext, at: number, output: ArrayOutput, what: string): number {
  c.l1.write(at, output.bytes, c.writer, what);
  const { wrapped } = output;
  for (let i = 0; i < wrapped.length; i++) c.l1.markWrapped(at + wrapped[i]!);
  return wrapped.length;
}

function conv(o: ConvOperation, context: ComputeContext): number {
  const { l1, weightMemory, array } = context;
  requireInput(context, o);
  const input = l1.peek(o.input, o.channels * o.rows * o.pitch, 'conv input');
  const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  const outputBlock = ARRAY_CHANNELS * o.outputRows * o.columnGroups * ARRAY_COLUMNS;
  for (let block = 0; block < o.blocks; block++) {
    checkWritten(context, weightMemory, o.weights + block * blockBytes, blockBytes, 'conv weights');
    if (o.pixels !== true) l1.peek(o.output + block * outputBlock, outputBlock, 'conv output');
  }
  const weights = weightMemory.peek(o.weights, o.blocks * blockBytes, 'conv weights');
  const output = array.conv(o, input, weights);
  return o.pixels === true
    ? writePixels(o, output, context)
    : writeOutput(context, o.output, output, 'conv output');
}

function dense(o: DenseOperation, context: ComputeContext): number {
  const inputs = o.inputLines * LINE_BYTES;
  const input = readWritten(context, context.l1, o.input, inputs, 'FC input');
  const blockBytes = denseBlockBytes(inputs);
  for (let block = 0; block < o.blocks; block++)
    checkWritten(context, context.weightMemory, o.weights + block * blockBytes, blockBytes, 'FC weights');
  const weights = context.weightMemory.peek(o.weights, o.blocks * blockBytes, 'FC weights');
  return writeOutput(context, o.output, context.array.dense(o, input, weights), 'FC output');
}

function sum(o: SumOperation, context: ComputeContext): number {
  const { l1, array, writer } = context;
  const n = o.lines * LINE_BYTES;
  const a = readWritten(context, l1, o.inputA, n, 'sum operand A');
  const b = readWritten(context, l1, o.inputB, n, 'sum operand B');
  l1.write(o.output, array.sum(a, b, o.shift), writer, 'sum output');
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
