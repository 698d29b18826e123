import { describe, expect, it } from 'vitest';
import { DigitalCore } from '../../../sim/core/digital-core.js';
import { Memory, PRELOADED } from '../../../sim/core/memory.js';
import { TypedArrayPeArray } from '../../../sim/core/typed-array-pe-array.js';
import { encode } from '../../../sim/isa/instruction.js';
import { type Operation, toFields } from '../../../sim/isa/operation.js';
import { DEFAULT_PARAMETERS } from '../../../sim/isa/parameters.js';
import { packConvWeights, packDenseWeights } from '../../../sim/isa/weights.js';

const L2 = 0x1c00_0000;
const INSTRUCTIONS = L2 + 0x100;
const CONFIGURATION = L2 + 0x400;
const WEIGHTS = L2 + 0x1000;

const words = (values: ArrayLike<number>): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

/** A core whose L1 holds 256 bytes of 1, set for a job of the given operations. Offsets from hardware.md section 2. */
function setUp(operations: readonly Operation[], weights: Uint8Array = new Uint8Array()) {
  const l2 = new Memory('L2', L2, 0x10000);
  const core = new DigitalCore(l2, DEFAULT_PARAMETERS, new TypedArrayPeArray());
  core.l1.write(0, new Uint8Array(256).fill(1), PRELOADED, 'test');
  const instructions = [...operations.map(toFields), { stop: 1 }].flatMap((f) => [...encode(f)]);
  l2.write(INSTRUCTIONS, words(instructions), PRELOADED, 'test');
  const configuration = operations[0]!.kind === 'conv' ? [0x800, 0xf] : [0, 0];
  l2.write(CONFIGURATION, words([...configuration, ...new Array(14).fill(0)]), PRELOADED, 'test');
  l2.write(WEIGHTS, weights, PRELOADED, 'test');
  const [address, length] = operations[0]!.kind === 'conv' ? [0x40, 0x44] : [0x48, 0x4c];
  for (const [offset, value] of [
    [0x60, CONFIGURATION],
    [0x64, 16],
    [0x50, INSTRUCTIONS],
    [0x54, instructions.length],
    [address, WEIGHTS],
    [length, weights.length / 4],
  ] as const)
    core.write(offset, value);
  const outputs = (at: number, n: number) =>
    Array.from({ length: n }, (_, e) => (core.l1.read(at, 16, 'test')[e ^ 3]! << 24) >> 24);
  return { l2, core, run: () => core.write(0x00, 1), outputs };
}

/** 1 channel, 1x1, one row of 16 columns, 16 output channels at byte 1024. */
const conv = (more: object = {}): Operation => ({
  kind: 'conv',
  weights: 0,
  input: 0,
  output: 1024,
  channels: 1,
  blocks: 1,
  pitch: 16,
  rows: 1,
  kernelWidth: 1,
  kernelHeight: 1,
  columnGroups: 1,
  outputRows: 1,
  stride: 1,
  padding: { horizontal: 0, deadColumns: 0, top: 0, bottom: 0 },
  shift: 0,
  relu: false,
  ...more,
});
const dense = (more: object = {}): Operation => ({
  kind: 'dense',
  weights: 0,
  input: 0,
  output: 1024,
  inputLines: 1,
  blocks: 1,
  shift: 0,
  relu: false,
  ...more,
});

describe('compute jobs', () => {
  it('a conv loads its weights, computes and reports what it spent', () => {
    const weights = packConvWeights([3, -5], [10, 0], [2, 1, 1, 1]);
    const { run, outputs, core } = setUp([conv()], weights);
    core.writer = 7;
    expect(run()).toMatchObject({
      kind: 'compute',
      // 16 words of configuration and 64 of instructions, 80 bytes of weights; 1 * (1 + 2) + 23
      cycles: { launch: 70, instructions: 4 + 16, weights: 5, compute: 26 },
      weightBytes: 80,
      instructionBytes: 64 + 256,
      issuedMacs: 256,
      overflows: 0,
    });
    expect([outputs(1024, 16), outputs(1040, 16), outputs(1056, 16)]).toEqual([
      new Array(16).fill(13),
      new Array(16).fill(-5),
      new Array(16).fill(0),
    ]);
    expect(core.l1.writerOf(1024)).toBe(7);
  });

  it('FC loads its own pair of weight registers', () => {
    const weights = packDenseWeights(new Int8Array(16).fill(2), [-40], [1, 16]);
    const { run, outputs } = setUp([dense()], weights);
    // 256 bytes of weights and 256 of biases; 1 + 23 cycles
    expect(run()).toMatchObject({
      cycles: { weights: 32, compute: 24 },
      weightBytes: 512,
      issuedMacs: 256,
      overflows: 0,
    });
    expect(outputs(1024, 2)).toEqual([16 * 2 - 40, 0]);
  });

  it('several instructions of a job share its launch and weights; computing and MACs add up', () => {
    const weights = packConvWeights([1], [0], [1, 1, 1, 1]);
    const { run, outputs } = setUp([conv(), conv({ output: 2048, input: 16, shift: 1 })], weights);
    expect(run()).toMatchObject({
      instructions: [{ operation: { output: 1024 } }, { operation: { output: 2048 } }],
      cycles: { launch: 70, instructions: 4 + 24, weights: 5, compute: 52 },
      issuedMacs: 512,
    });
    expect([outputs(1024, 1), outputs(2048, 1)]).toEqual([[1], [0]]);
  });

  it('what follows the instruction with stop = 1 is not looked at', () => {
    const { core, l2, run } = setUp([conv()], packConvWeights([1], [0], [1, 1, 1, 1]));
    l2.write(INSTRUCTIONS + 256, words(new Array(32).fill(0xffff_ffff)), PRELOADED, 'test');
    core.write(0x54, 96);
    expect(run()).toMatchObject({ kind: 'compute', cycles: { instructions: 4 + 24 } });
  });

  it.each([
    // 0x7fffffff + 1 is -2^31; a channel has 16 columns, FC one output
    ['conv', [conv()], packConvWeights([1], [0x7fff_ffff], [1, 1, 1, 1]), 16],
    ['FC', [dense()], packDenseWeights([1], [0x7fff_ffff], [1, 1]), 1],
    ['conv twice', [conv(), conv({ output: 2048 })], packConvWeights([1], [0x7fff_ffff], [1, 1, 1, 1]), 32],
  ] as const)('%s: accumulators wrap in int32 and are counted', (_, operations, weights, overflows) => {
    const { core, run, outputs } = setUp(operations, weights);
    expect(run()).toMatchObject({ overflows });
    expect(outputs(1024, 1)).toEqual([-128]);
    // each marks its byte: element e lies at e ^ 3
    const marked = Array.from({ length: 16 }, (_, e) => core.l1.countWrapped(1, () => 1024 + (e ^ 3)));
    expect(marked.reduce((a, b) => a + b)).toBe(Math.min(16, overflows));
    expect(marked[0]).toBe(1);
  });

  it('the weight memory forgets what an earlier job loaded', () => {
    const { core, run } = setUp([conv()], packConvWeights([1], [0], [1, 1, 1, 1]));
    run();
    core.write(0x44, 16); // 64 bytes: the last bias plane is missing
    expect(run).toThrow('conv weights: weight memory byte 0x00000040 is never written');
  });

  it('a sum loads no weights, whatever the registers say', () => {
    const { core, run } = setUp([{ kind: 'sum', inputA: 0, inputB: 16, output: 1024, lines: 1, shift: 0 }]);
    core.write(0x48, 1);
    core.write(0x4c, 99_999);
    expect(run()).toMatchObject({ weightBytes: 0, cycles: { weights: 0, compute: 26 } });
  });

  it('the weight memory can be filled to its last byte', () => {
    const { core, l2, run } = setUp([dense()], packDenseWeights([1], [0], [1, 1]));
    l2.write(L2 + 0x1200, new Uint8Array(0xee00), PRELOADED, 'test');
    core.write(0x48, L2);
    core.write(0x4c, 16_384);
    expect(run).not.toThrow('at most');
  });
});

describe('registers', () => {
  it.each([
    [0x60, 0, 'register CONF_ADDR'],
    [0x50, 0, 'register IM_ADDR'],
    [0x40, 0, 'register WT_CONV_ADDR'],
  ])('an address off a word at 0x%x is refused', (offset, _, name) => {
    const { core, run } = setUp([conv()], packConvWeights([1], [0], [1, 1, 1, 1]));
    core.write(offset, core.read(offset) + 2);
    expect(run).toThrow(new RegExp(`^${name} is \\d+; must be a multiple of 4 bytes`));
  });

  it.each([
    [0, 0, 'configuration word 0 is 0x00000000; must be 0x00000800 for a conv job'],
    [1, 0xe, 'configuration word 1 is 0x0000000e; must be 0x0000000f for a conv job'],
    [15, 1, 'configuration word 15 is 0x00000001; must be 0x00000000 for a conv job'],
  ])('configuration word %i of %i is refused', (index, value, message) => {
    const { l2, run } = setUp([conv()], packConvWeights([1], [0], [1, 1, 1, 1]));
    l2.write(CONFIGURATION + 4 * index, words([value]), PRELOADED, 'test');
    expect(run).toThrow(message);
  });

  it.each([0x08, 0x0c, 0x10])('0x%x is read only and reads 0', (offset) => {
    const { core } = setUp([dense()]);
    expect(core.read(offset)).toBe(0);
    expect(() => core.write(offset, 5)).toThrow('must be to a writable register');
  });

  it('hold 32 bits', () => {
    const { core } = setUp([dense()]);
    core.write(0xa4, -1);
    expect(core.read(0xa4)).toBe(0xffff_ffff);
  });

  it('instructions in no whole number, or none, are refused', () => {
    for (const count of [0, 33]) {
      const { core, run } = setUp([dense()]);
      core.write(0x54, count);
      expect(run).toThrow(`register IM_N is ${count}; must be a positive multiple of 32 words`);
    }
  });
});

describe('copies of several banks', () => {
  /** MEMCPY_OP, MEMCPY_ADDR, MEMCPY_N, L1ADDR, MEMCPY_BANK_LENGTH, MEMCPY_ROW_LENGTH; L1 is four banks of 64 KiB. */
  const copy = (op: number, address: number, banks: number, lines: number) => {
    const { core, l2 } = setUp([dense()]);
    l2.write(
      WEIGHTS,
      Uint8Array.from({ length: 256 }, (_, i) => i),
      PRELOADED,
      'test',
    );
    for (const [offset, value] of [
      [0xa0, op],
      [0xa4, address],
      [0xa8, banks * lines * 4],
      [0xac, 0x40],
      [0xb0, banks],
      [0xb4, lines],
    ] as const)
      core.write(offset, value);
    return { core, l2, report: core.write(0x00, 1) };
  };

  it.each([
    [1, 1, 16],
    [1, 3, 48],
    [4, 1, 64],
    [4, 2, 128],
  ])('%i banks of %i lines move %i bytes and no more', (banks, lines, bytes) => {
    const { core, report } = copy(4, WEIGHTS, banks, lines);
    expect(report).toMatchObject({ kind: 'copyIn', bytes, oddities: [] });
    const last = (banks - 1) * 0x10000 + 0x400 + lines * 16;
    expect([core.l1.isWritten(last - 16, 16), core.l1.isWritten(last, 1)]).toEqual([true, false]);
  });

  it('back to L2: L1 stays as it is', () => {
    const { core, l2, report } = copy(3, L2 + 0x2000, 1, 1);
    expect(report).toMatchObject({ kind: 'copyOut', bytes: 16 });
    expect([core.l1.isWritten(0x400, 1), l2.writerOf(L2 + 0x2000)]).toEqual([false, 0]);
  });

  it.each([
    [WEIGHTS + 2, 1, 1, /^register MEMCPY_ADDR is \d+; must be a multiple of 4 bytes/],
    [WEIGHTS, 0, 1, /^register MEMCPY_BANK_LENGTH is 0; must be 1 to 4 banks/],
    [WEIGHTS, 1, 0, /^register MEMCPY_ROW_LENGTH is 0; must be at least 1 line a bank/],
  ])('%i, %i banks of %i lines are refused', (address, banks, lines, message) =>
    expect(() => copy(4, address, banks, lines)).toThrow(message),
  );

  it('a job before leaves no notes behind', () =>
    expect(copy(4, WEIGHTS, 4, 1).report!.oddities).toEqual([]));
});

it('instructions that nothing wrote are read as they lie where that is asked for', () => {
  const l2 = new Memory('L2', L2, 0x10000);
  const core = new DigitalCore(l2, DEFAULT_PARAMETERS, new TypedArrayPeArray(), 'read');
  core.write(0x50, INSTRUCTIONS);
  core.write(0x54, 32);
  // poison: 0xa5a5a5a5 is no flag
  expect(() => core.write(0x00, 1)).toThrow('field stop is 2779096485; must be 0 or 1');
});
