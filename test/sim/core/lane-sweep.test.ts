import { describe, expect, it } from 'vitest';
import { type LaneJobs, sweepLanes } from '../../../sim/core/lane-sweep.js';
import { Memory } from '../../../sim/core/memory.js';
import type { LaneSources, PeArray } from '../../../sim/core/pe-array.js';
import type { ConvOperation } from '../../../sim/isa/operation.js';

/** A 3x3 conv of one channel on a plane of 4 x 16: 64 bytes in, 64 bytes out a channel; 9 x 16 weights and 64 bytes of biases. */
const OPERATION: ConvOperation = {
  kind: 'conv',
  weights: 0,
  input: 0,
  output: 0,
  channels: 1,
  blocks: 1,
  pitch: 16,
  rows: 4,
  kernelWidth: 3,
  kernelHeight: 3,
  columnGroups: 1,
  outputRows: 4,
  stride: 1,
  padding: { horizontal: 1, deadColumns: 0, top: 1, bottom: 1 },
  shift: 0,
  relu: false,
};
const BLOCK = 9 * 16 + 64;
const L2 = 0x1000;

/** Three jobs: planes one behind the other from 0, outputs right behind them, weights one behind the other. */
const JOBS: LaneJobs = {
  operation: OPERATION,
  inputs: Int32Array.of(0, 64, 128),
  weights: Int32Array.of(L2, L2 + BLOCK, L2 + 2 * BLOCK),
  output: 192,
  writer: 7,
};
/** The jobs' stores: right behind the weights. */
const WORDS = { lo: L2 + 3 * BLOCK, hi: L2 + 3 * BLOCK + 8 };

function swept(change: Partial<LaneJobs> = {}, words = WORDS, written = { input: 2048, weights: 3 * BLOCK }) {
  const l1 = new Memory('L1', 0, 4096);
  const l2 = new Memory('L2', L2, 8192);
  l1.write(0, new Uint8Array(written.input).fill(1), 1, 'input');
  l2.write(L2, new Uint8Array(written.weights).fill(2), 1, 'weights');
  const asked: LaneSources[] = [];
  const array = {
    lanes: (_: ConvOperation, sources: LaneSources) => {
      asked.push(sources);
      return { bytes: new Uint8Array(128).fill(9), wrapped: [5] };
    },
  } as unknown as PeArray;
  const jobs = { ...JOBS, ...change };
  // It makes distances of them in place.
  const own = { ...jobs, inputs: jobs.inputs.slice(), weights: jobs.weights.slice() };
  const done = sweepLanes(own, BLOCK, words, l1, l2, array);
  expect(asked).toHaveLength(done ? 1 : 0);
  return { done, sources: asked[0], l1 };
}

describe('a sweep over the channels of a depthwise layer', () => {
  it('computes all but the last job in one call, each from its plane and its block', () => {
    const { done, sources, l1 } = swept();
    expect(done).toBe(true);
    expect([...sources!.inputs]).toEqual([0, 64]);
    expect([...sources!.blocks]).toEqual([0, BLOCK]);
    expect([sources!.input.length, sources!.weights.length]).toEqual([192, 3 * BLOCK]);
    expect([l1.writerOf(191), l1.writerOf(192), l1.writerOf(256), l1.writerOf(319)]).toEqual([1, 7, 8, 8]);
    expect(l1.countWrapped(128, (i) => 192 + i)).toBe(1);
    expect(l1.countWrapped(1, () => 197)).toBe(1);
  });

  it.each<readonly [string, Partial<LaneJobs>]>([
    ['pixels for the analog core', { operation: { ...OPERATION, pixels: true } }],
    ['the first output over the last input', { output: 176 }],
    ['the last output over an input', { inputs: Int32Array.of(1152, 1216, 1280), output: 1 }],
    // 2 + 16 planes of 64 bytes.
    ['an output that ends behind L1', { output: 4096 - 18 * 64 + 1 }],
    ['weights in front of L2', { weights: Int32Array.of(L2 - 16, L2, L2 + BLOCK) }],
    ['weights that end behind L2', { weights: Int32Array.of(L2, L2 + BLOCK, L2 + 8192 - BLOCK + 16) }],
    // Over 4 times the 3 blocks.
    ['weights far apart', { weights: Int32Array.of(L2, L2 + BLOCK, L2 + 12 * BLOCK) }],
  ])('leaves %s to the jobs themselves', (_, change) => expect(swept(change).done).toBe(false));
  it('has outputs up to the first input', () =>
    expect(swept({ inputs: Int32Array.of(1152, 1216, 1280), output: 0 }).done).toBe(true));
  it('fills L1 to its end', () => expect(swept({ output: 4096 - 18 * 64 }).done).toBe(true));

  it('leaves stores over weights to the jobs themselves', () => {
    expect(swept({}, { lo: WORDS.lo - 1, hi: WORDS.hi }).done).toBe(false);
    expect(swept({}, { lo: L2 - 8, hi: L2 }).done).toBe(true);
    expect(swept({}, { lo: L2 - 8, hi: L2 + 1 }).done).toBe(false);
  });

  it('leaves inputs and weights that nothing has written to the jobs themselves', () => {
    expect(swept({}, WORDS, { input: 191, weights: 3 * BLOCK }).done).toBe(false);
    expect(swept({}, WORDS, { input: 192, weights: 3 * BLOCK - 1 }).done).toBe(false);
  });
});
