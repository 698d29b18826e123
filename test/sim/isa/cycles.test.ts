import { describe, expect, it } from 'vitest';
import { COST_MODELS } from '../../../sim/isa/cost-models.js';
import {
  convCycles,
  copyCycles,
  denseCycles,
  issuedMacs,
  kernelRowsOnData,
  operationCycles,
  sumCycles,
  weightCycles,
} from '../../../sim/isa/cycles.js';
import type { ConvOperation, DenseOperation, SumOperation } from '../../../sim/isa/operation.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';

const p = DEFAULT_PARAMETERS.cycles;

const conv = (o: Partial<ConvOperation>): ConvOperation => ({
  kind: 'conv',
  weights: 0,
  input: 0,
  output: 0,
  channels: 16,
  blocks: 1,
  pitch: 32,
  rows: 32,
  kernelWidth: 3,
  kernelHeight: 3,
  columnGroups: 2,
  outputRows: 32,
  stride: 1,
  padding: { horizontal: 1, deadColumns: 0, top: 1, bottom: 1 },
  shift: 0,
  relu: false,
  ...o,
});

const dense = (inputLines: number, blocks: number): DenseOperation => ({
  kind: 'dense',
  weights: 0,
  input: 0,
  output: 0,
  inputLines,
  blocks,
  shift: 0,
  relu: false,
});

const sum: SumOperation = { kind: 'sum', inputA: 0, inputB: 0, output: 0, lines: 1024, shift: 0 };

describe('other arrays (what if): several blocks of 16 channels and groups of 16 columns together', () => {
  it.each([
    // 4 blocks x 2 groups of the first conv below: 8 * (16 * 5 * 94 + 23 * 32) / 2 = 8 * 8256
    ['DIANA', 16, 16, 66048],
    ['twice the channels', 32, 16, 33024],
    ['twice the columns', 16, 32, 33024],
    ['three blocks at once: two passes over four', 48, 16, 33024],
    ['more than there is', 256, 256, 8256],
  ])('%s: a conv of 64 channels on 32 columns', (_, channels, columns, cycles) =>
    expect(convCycles(conv({ blocks: 4 }), p, { channels, columns })).toBe(cycles),
  );
  it('a dense layer of 7 lines and 3 blocks: 2 passes of 4 lines and 23', () =>
    expect(denseCycles(dense(7, 3), p, { channels: 32, columns: 32 })).toBe(54));
  it('one that takes an input a cycle gains nothing by columns', () =>
    expect(denseCycles(dense(7, 2), COST_MODELS.odimo.cycles, { channels: 16, columns: 64 })).toBe(224));
  it('a sum of 1024 lines', () => expect(sumCycles(sum, p, { channels: 16, columns: 64 })).toBe(791));
  it('lanes that idle are issued: 48 channels on 32 are two passes', () =>
    expect(issuedMacs(dense(1, 3), { channels: 32, columns: 16 })).toBe(1024));
});

describe('cycle model (hardware.md section 7, worked out by hand)', () => {
  it.each([
    [32, 72],
    [1024, 134],
    [16416, 1096],
  ])('a copy of %i bytes takes %i cycles', (bytes, cycles) => expect(copyCycles(bytes, p)).toBe(cycles));

  it('a load of 2,368 bytes of weights takes 148 cycles', () => expect(weightCycles(2368, p)).toBe(148));

  it.each([
    // 16->16 3x3 on 32x32: 94 of 96 kernel rows on data, x 2 column groups: 2 * (16 * 5 * 94 + 23 * 32)
    ['a 16 to 16 conv, 3x3 on 32x32', {}, 16512],
    ['twice the output channels cost twice as much', { blocks: 2 }, 33024],
    // 1x1: 2 * (16 * 3 * 32 + 23 * 32)
    [
      'a 1x1 conv',
      { kernelWidth: 1, kernelHeight: 1, padding: { horizontal: 0, deadColumns: 0, top: 0, bottom: 0 } },
      4544,
    ],
    // stride 2: 16 output rows, only the first one meets padding: 1 * (16 * 5 * 47 + 23 * 16)
    [
      'stride 2',
      {
        stride: 2,
        columnGroups: 1,
        outputRows: 16,
        padding: { horizontal: 1, deadColumns: 0, top: 1, bottom: 0 },
      } as const,
      4128,
    ],
    // a tile of rows 8..16 with its halo has no padding: 2 * (16 * 5 * 24 + 23 * 8)
    [
      'a tile from the middle',
      { rows: 10, outputRows: 8, padding: { horizontal: 1, deadColumns: 0, top: 0, bottom: 0 } },
      4208,
    ],
    ['one channel, as a depthwise job', { channels: 1 }, 2412],
  ] as [string, Partial<ConvOperation>, number][])('%s', (_, o, cycles) =>
    expect(convCycles(conv(o), p)).toBe(cycles),
  );

  it('kernel rows on data: 2 at the edges, 3 inside', () =>
    expect([0, 1, 30, 31].map((y) => kernelRowsOnData(y, conv({})))).toEqual([2, 3, 3, 2]));

  it.each([
    [1, 27], // 64/16 + 23
    [3, 81],
  ])('FC: 64 inputs and %i blocks of 16 outputs take %i cycles', (blocks, cycles) =>
    expect(denseCycles(dense(4, blocks), p)).toBe(cycles),
  );

  it('a sum of 16,384 elements takes 3 * 1024 + 23 cycles', () => expect(sumCycles(sum, p)).toBe(3095));

  it.each([
    ['a conv', conv({}), 16512],
    ['FC', dense(4, 3), 81],
    ['a sum', sum, 3095],
  ] as const)('%s costs what its formula says', (_, o, cycles) => expect(operationCycles(o, p)).toBe(cycles));

  it.each([
    // 256 lanes x blocks x column groups x channels x kernel columns x kernel rows on data
    ['a conv: rows on data only', conv({}), 256 * 1 * 2 * 16 * 3 * 94],
    ['a conv of several blocks', conv({ blocks: 3 }), 256 * 3 * 2 * 16 * 3 * 94],
    ['a strided conv', conv({ stride: 2, columnGroups: 1, outputRows: 16 }), 256 * 1 * 1 * 16 * 3 * 47],
    // 256 lanes x blocks x lines of 16 inputs
    ['FC of one block', dense(4, 1), 1024],
    ['FC of three blocks', dense(4, 3), 3072],
    ['a sum: it multiplies nothing', sum, 0],
  ] as const)('issued MACs count all 256 lanes: %s', (_, o, macs) => expect(issuedMacs(o)).toBe(macs));
});

describe('cost models (docs/hardware-model.md, worked out by hand)', () => {
  const { odimo, zigzag, dory } = COST_MODELS;
  // 16->16 3x3 on 32x32, every kernel row: 1 block x 2 column groups x 32 rows x 16 channels x 9 taps.
  it.each([
    ['odimo', odimo.cycles, 9216],
    ['zigzag', zigzag.cycles, 9216],
    ['dory', dory.cycles, 9216],
  ])('%s: a 16 to 16 conv, 3x3 on 32x32', (_, cycles, want) =>
    expect(convCycles(conv({}), cycles)).toBe(want),
  );

  it.each([
    ['odimo', odimo.cycles, 128],
    ['zigzag', zigzag.cycles, 128],
    ['dory', dory.cycles, 138],
  ])('%s: a copy of 1,024 bytes', (_, cycles, want) => expect(copyCycles(1024, cycles)).toBe(want));

  it.each([
    ['odimo', odimo.cycles, 0],
    ['zigzag', zigzag.cycles, 296],
    ['dory', dory.cycles, 296],
  ])('%s: a load of 2,368 bytes of weights', (_, cycles, want) =>
    expect(weightCycles(2368, cycles)).toBe(want),
  );

  // 640 inputs, 128 outputs: 8 blocks of 640 cycles where a vector fills one column of the array, of 40 at its peak.
  it.each([
    ['odimo', odimo.cycles, 5120],
    ['zigzag', zigzag.cycles, 5120],
    ['dory', dory.cycles, 320],
  ])('%s: 640 to 128 fully connected', (_, cycles, want) =>
    expect(
      denseCycles(
        { kind: 'dense', weights: 0, input: 0, output: 0, inputLines: 40, blocks: 8, shift: 0, relu: false },
        cycles,
      ),
    ).toBe(want),
  );
});
