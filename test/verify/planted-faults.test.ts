import { beforeAll, describe, expect, it } from 'vitest';
import { type Backend, openBackend } from '../../golden/index.js';
import { describeMismatch } from '../../reports/describe.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { ProgramFault } from '../../sim/program/fault.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { verifyRun } from '../../src/library/verified-run.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';
import { convAndDepthwise } from './models.js';
import { fieldOf, jobsOf, registerOf, withBytes, withField, without, withRegister } from './plant.js';

/**
 * conv1 (tensor %4): tiles 0..2 make channels 0..16, 16..32, 32..40 of rows 10..20, tiles 3..5 the same of rows 0..10. dw2
 * (tensor output): tiles 0..9 make four channels each of rows 10..20, tiles 10..19 the same of rows 0..10. Rows have 20 columns
 * in a pitch of 32 bytes. A block of conv1's weights: 8*3*3*16 = 1152 bytes, then 64 of bias.
 */
const model = convAndDepthwise();
const hardware = overrideMemories(DEFAULT_PARAMETERS, { l1: 8192, wmem: 1216 });
const program = compile(model, { ...DEFAULT_OPTIONS, hardware });
const input = builtinInput(model);
const PITCH = 32;
const BLOCK = 1216;
const WEIGHTS = 'tvmgen_default_soma_dory_main_0_weights';

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('cpu');
});

const run = (p: Program) => verifyRun(p, model, input, backend, { seed: '0', run: 0 }).verdict;
const only = (layer: string, note: string) => {
  const found = jobsOf(program, layer, note);
  if (found.length !== 1) throw new Error(`${found.length} jobs "${note}"`);
  return found[0]!;
};

/** What the report says of the first tensor that differs. */
function mismatch(p: Program): string {
  const first = run(p).tensors.find((t) => t.differing > 0);
  return first === undefined ? 'no difference' : describeMismatch(first);
}

const conv = (note: string) => only('conv1', note);
const depthwise = (note: string) => only('dw2', note);
const UPPER = 'channels 16..32 rows 0..10';
const LOWER = 'channels 16..32 rows 10..20';

const shifted = (job: ReturnType<typeof only>, bytes: number) =>
  withRegister(program, job.step, 'MEMCPY_ADDR', registerOf(job.job, 'MEMCPY_ADDR') + bytes);
const field = (
  job: ReturnType<typeof only>,
  name: Parameters<typeof fieldOf>[2],
  change: (v: number) => number,
) => withField(program, job.step, name, change(fieldOf(program, job.job, name)));

it('without a fault every tensor is equal', () => {
  const { ok, tensors } = run(program);
  expect(ok).toBe(true);
  expect(tensors.map((t) => t.tensor)).toEqual(['input', '%4', 'output']);
});

/** [fault, the program, tensor, coordinates, where it was written] */
type Row = readonly [string, () => Program, string, string, string];

const ROWS: readonly Row[] = [
  [
    'left and right padding of one tile 0 instead of 1',
    () => field(conv(`compute ${UPPER}`), 'zero_padding', (v) => v & ~0xf),
    'conv1 (%4)',
    '[0, 16, 0, 0]',
    'conv1, tile 4, copy out channel 16 rows 0..10',
  ],
  [
    'a row of zeros above a tile that has none',
    () => field(conv(`compute ${LOWER}`), 'zero_padding', (v) => v | 0x100),
    'conv1 (%4)',
    '[0, 16, 10, 0]',
    'conv1, tile 1, copy out channel 16 rows 10..20',
  ],
  [
    'the row of zeros above a tile is missing',
    () => field(conv(`compute ${UPPER}`), 'zero_padding', (v) => v & ~0xf00),
    'conv1 (%4)',
    '[0, 16, 0, 0]',
    'conv1, tile 4, copy out channel 16 rows 0..10',
  ],
  [
    'weights of the block before',
    () => {
      const { step, job } = conv(`compute ${LOWER}`);
      return withRegister(program, step, 'WT_CONV_ADDR', registerOf(job, 'WT_CONV_ADDR') - BLOCK);
    },
    'conv1 (%4)',
    '[0, 16, 10, 0]',
    'conv1, tile 1, copy out channel 16 rows 10..20',
  ],
  [
    'planes 0 and 1 of the last block of biases swapped',
    () =>
      withBytes(program, WEIGHTS, (bytes) => {
        const biases = 2 * BLOCK + 1152;
        const plane = bytes.slice(biases, biases + 16);
        bytes.copyWithin(biases, biases + 16, biases + 32);
        bytes.set(plane, biases + 16);
      }),
    'conv1 (%4)',
    '[0, 32, 0, 0]',
    'conv1, tile 5, copy out channel 32 rows 0..10',
  ],
  [
    "a tile's output address in L1 off by one row",
    () => field(conv(`compute ${LOWER}`), 'output_memory_pointer', (v) => v + PITCH),
    'conv1 (%4)',
    '[0, 16, 10, 0]',
    'conv1, tile 1, copy out channel 16 rows 10..20',
  ],
  [
    "a tile's output address in L2 off by one row, over an older tensor's bytes",
    () => shifted(conv('copy out channel 0 rows 0..10'), PITCH),
    'conv1 (%4)',
    '[0, 0, 0, 0]',
    'conv1, tile 3, never written there: bytes of the image or an input are left',
  ],
  [
    'the shift of one tile off by one',
    () => field(conv(`compute ${UPPER}`), 'shift_fixed_point', (v) => v + 1),
    'conv1 (%4)',
    '[0, 16, 0, 0]',
    'conv1, tile 4, copy out channel 16 rows 0..10',
  ],
  [
    'a copy in that is missing where an older tile lies in L1',
    () => without(program, conv('copy in channel 2 rows 0..11').step),
    'conv1 (%4)',
    '[0, 0, 0, 0]',
    'conv1, tile 3, copy out channel 0 rows 0..10',
  ],
  [
    'a copy out that is missing where an older tensor lies in L2',
    () => without(program, depthwise('copy out channel 4 rows 0..10').step),
    'dw2 (output)',
    '[0, 4, 0, 0]',
    'dw2, tile 11, never written there: bytes of step 0 (input) are left',
  ],
  [
    'one dead column too few: the core reads what it left beyond the row',
    () => field(depthwise('compute channel 5 rows 0..10'), 'zero_padding', (v) => v - 0x10),
    'dw2 (output)',
    '[0, 5, 0, 19]',
    'dw2, tile 11, copy out channel 5 rows 0..10',
  ],
  [
    'one dead column too many: the last column reads as zero',
    () => field(depthwise('compute channel 5 rows 0..10'), 'zero_padding', (v) => v + 0x10),
    'dw2 (output)',
    '[0, 5, 0, 18]',
    'dw2, tile 11, copy out channel 5 rows 0..10',
  ],
  [
    'the instruction word stored for one depthwise channel: its neighbour’s input',
    () => field(depthwise('compute channel 6 rows 10..20'), 'input_memory_pointer', (v) => v - 11 * PITCH),
    'dw2 (output)',
    '[0, 6, 10, 0]',
    'dw2, tile 1, copy out channel 6 rows 10..20',
  ],
  [
    'the weights of the next depthwise channel',
    () => {
      const { step, job } = depthwise('compute channel 6 rows 10..20');
      return withRegister(program, step, 'WT_CONV_ADDR', registerOf(job, 'WT_CONV_ADDR') + 4);
    },
    'dw2 (output)',
    '[0, 6, 10, 0]',
    'dw2, tile 1, copy out channel 6 rows 10..20',
  ],
  [
    'the 16 planes of a depthwise channel over the next channel, computed before it',
    () => field(depthwise('compute channel 7 rows 10..20'), 'output_memory_pointer', (v) => v - 10 * PITCH),
    'dw2 (output)',
    '[0, 6, 10, 0]',
    'dw2, tile 1, copy out channel 6 rows 10..20',
  ],
];

describe('faults that change values', () => {
  it.each(ROWS)('%s', (_, plant, tensor, at, origin) => {
    const said = mismatch(plant());
    expect(said.startsWith(`${tensor}: `)).toBe(true);
    expect(said).toContain(`first at ${at}: expected `);
    expect(said.slice(said.indexOf('(', said.indexOf('expected')))).toBe(`(${origin})`);
  });
});

/** What stops the run: the fault's line. */
function fault(p: Program): string {
  try {
    run(p);
  } catch (e) {
    if (e instanceof ProgramFault) return e.message;
    throw e;
  }
  return 'no fault';
}

describe('faults that the simulated chip refuses', () => {
  it('a shift beyond 31', () =>
    expect(fault(field(conv(`compute ${UPPER}`), 'shift_fixed_point', () => 32))).toBe(
      'step 82, conv1 (tvmgen_default_soma_dory_main_0) tile 4, compute channels 16..32 rows 0..10: field shift_fixed_point ' +
        'is 32; must be 0..31 bits.',
    ));

  it('a copy in that is missing before anything lies in L1', () =>
    expect(fault(without(program, conv('copy in channel 2 rows 9..20').step))).toBe(
      // The output's 16 planes of 10 rows of 32 bytes and 32 of slack come first; channel 2 of 11 rows starts 704 bytes later.
      'step 9, conv1 (tvmgen_default_soma_dory_main_0) tile 0, compute channels 0..16 rows 10..20: conv input: L1 byte ' +
        '0x000016e0 is never written; must be written before it is read. Look for a missing copy or a wrong address.',
    ));

  it('a copy out that is missing where nothing lies in L2', () =>
    expect(fault(without(program, conv('copy out channel 17 rows 0..10').step))).toBe(
      'step 107, conv1 (tvmgen_default_soma_dory_main_0) tile 5, copy out channel 39 rows 0..10: tensor %4 should be ' +
        'complete here, but element [0, 17, 0, 0] is never written; must be written by conv1 tile 4, steps 81..97. Look ' +
        'for a missing copy or a wrong address there.',
    ));

  it("a tile's output address in L2 off by one row", () =>
    expect(fault(shifted(conv('copy out channel 17 rows 10..20'), PITCH))).toContain(
      'tensor %4 should be complete here, but element [0, 17, 10, 0] is never written; must be written by conv1 tile 1, ' +
        'steps 27..44.',
    ));

  it('an output address in L1 beyond its end', () =>
    expect(fault(field(conv(`compute ${UPPER}`), 'output_memory_pointer', () => 8192 - PITCH))).toBe(
      // 16 planes of 10 rows of 32 bytes: 5120 bytes from 8160 on.
      'step 82, conv1 (tvmgen_default_soma_dory_main_0) tile 4, compute channels 16..32 rows 0..10: conv output: access to ' +
        'L1 is 0x00001fe0..0x000033e0; must be inside 0x00000000..0x00002000. Look at the address and the tile plan of this layer.',
    ));

  it('weights longer than the weight memory', () =>
    expect(fault(withRegister(program, conv(`compute ${LOWER}`).step, 'WT_CONV_N', 608))).toBe(
      'step 28, conv1 (tvmgen_default_soma_dory_main_0) tile 1, compute channels 16..32 rows 10..20: register WT_CONV_N is ' +
        '608 words; must be at most 304 (the weight memory).',
    ));
});

describe('a tensor that stays in L1', () => {
  const whole = compile(model);
  it('is compared there, and the compute job is named', () => {
    const jobs = jobsOf(whole, 'conv1', 'copy out');
    expect(jobs).toEqual([]);
    const { step, job } = jobsOf(whole, 'conv1', 'compute channels 0..40 rows 0..20')[0]!;
    const p = withField(whole, step, 'shift_fixed_point', fieldOf(whole, job, 'shift_fixed_point') - 1);
    const said = mismatch(p);
    expect(said).toContain('conv1 (%4): ');
    expect(said).toContain('first at [0, 0, 0, 0]: expected ');
    expect(said).toContain(`written by step ${step} (conv1, tile 0, compute channels 0..40 rows 0..20)`);
  });
});
