import { ARRAY_CHANNELS, ARRAY_COLUMNS } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';
import { convBlockBytes } from '../isa/weights.js';
import type { Memory } from './memory.js';
import type { PeArray } from './pe-array.js';

/**
 * Jobs like one that ran before them, but for addresses: convs of one channel and one block. The output of each lies a plane behind that of
 * the one before it.
 */
export interface LaneJobs {
  readonly operation: ConvOperation;
  /** L1 addresses of the inputs, one a job. `sweepLanes` makes distances of them. */
  readonly inputs: Int32Array;
  /** L2 addresses from which the jobs load weights; the same. */
  readonly weights: Int32Array;
  /** L1 address of the first one's output. */
  readonly output: number;
  /** What the first one is in the memories' records; the others count up. */
  readonly writer: number;
}

interface Span {
  readonly lo: number;
  readonly hi: number;
}

/** From the lowest of `starts` to the end of the `n` bytes at the highest. */
function spanOf(starts: Int32Array, n: number): Span {
  let lo = starts[0]!;
  let hi = lo;
  for (let i = 1; i < starts.length; i++) {
    const at = starts[i]!;
    if (at < lo) lo = at;
    if (at > hi) hi = at;
  }
  return { lo, hi: hi + n };
}

const apart = (a: Span, b: Span): boolean => a.hi <= b.lo || b.hi <= a.lo;

/** Up to this many times the bytes that are used may be handed to the array. */
const SPARSE = 4;

/** How far the first `count` of `starts` lie from `from`, in place. */
function distances(starts: Int32Array, from: number, count: number): Int32Array {
  for (let i = 0; i < count; i++) starts[i]! -= from;
  return starts.subarray(0, count);
}

/**
 * Runs all of `jobs` but the last one in one sweep, if that leaves what running them one by one and the last one after them would leave. A job
 * writes 16 planes, and all but the first are overwritten by the jobs behind it; so only the first is computed. `words`: the span of L2 that
 * the jobs' stores change. False, and nothing done, where anything is out of the ordinary: a byte outside or never written, an output over
 * an input, weights among instructions; then each job must run by itself and find out what is wrong.
 */
export function sweepLanes(
  jobs: LaneJobs,
  weightBytes: number,
  words: Span,
  l1: Memory,
  l2: Memory,
  array: PeArray,
): boolean {
  const { operation: o, inputs, weights, output } = jobs;
  if (o.pixels === true) return false;
  const count = inputs.length - 1;
  const plane = o.outputRows * o.columnGroups * ARRAY_COLUMNS;
  const blockBytes = convBlockBytes(1, o.kernelHeight, o.kernelWidth);
  const input = spanOf(inputs, o.rows * o.pitch);
  const loaded = spanOf(weights, weightBytes);
  const blocks = { lo: loaded.lo + o.weights, hi: loaded.hi - weightBytes + o.weights + blockBytes };
  const outputs = { lo: output, hi: output + (count + ARRAY_CHANNELS) * plane };
  if (outputs.hi > l1.size || !apart(input, outputs) || !apart(loaded, words)) return false;
  if (loaded.lo < l2.base || loaded.hi > l2.base + l2.size) return false;
  if (blocks.hi - blocks.lo > SPARSE * blockBytes * inputs.length) return false;
  if (!l1.isWritten(input.lo, input.hi - input.lo)) return false;
  if (!l2.isWritten(blocks.lo, blocks.hi - blocks.lo)) return false;
  const { bytes, wrapped } = array.lanes(o, {
    input: l1.peek(input.lo, input.hi - input.lo, 'conv input'),
    inputs: distances(inputs, input.lo, count),
    weights: l2.peek(blocks.lo, blocks.hi - blocks.lo, 'load of weights'),
    blocks: distances(weights, loaded.lo, count),
  });
  l1.writePlanes(output, bytes, plane, jobs.writer, 'conv output');
  for (let i = 0; i < wrapped.length; i++) l1.markWrapped(output + wrapped[i]!);
  return true;
}
