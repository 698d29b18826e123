import { describe, expect, it } from 'vitest';
import type { ProgramFault } from '../../sim/program/fault.js';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import type { JobStep, Program } from '../../src/program/types.js';
import type { FindingKind } from '../../src/results/finding.js';
import { type AnalogSpec, analogModel } from '../analog/random-analog-layer.js';
import { compileC, dataFile, gccPresent } from '../soc/toolchain.js';
import { jobsOf, withBytes, without } from '../verify/plant.js';

const spec: AnalogSpec = {
  inputs: 16,
  outputs: 16,
  height: 64,
  width: 48,
  kernel: [3, 3],
  stride: 1,
  gain: 20,
  shift: 2,
  relu: false,
  seed: 1,
};
/** Three tiles of rows, and the same layer on so few rows that one holds them. */
const model = analogModel(spec);
const program = compile(model, DEFAULT_OPTIONS);
const wholeModel = analogModel({ ...spec, height: 8, width: 8 });
const whole = compile(wholeModel, DEFAULT_OPTIONS);

// Offsets of the analog core's port, typed from analog.md.
const [WT_CONV_ADDR, WT_SIMD_ADDR, L1ADDR, MEMCPY_ROW_LENGTH] = [0x40, 0x44, 0x78, 0x80];

function withWrite(p: Program, step: number, offset: number, change: (value: number) => number): Program {
  const steps = p.manifest.steps.map((s, i) =>
    i === step && s.kind === 'job'
      ? {
          ...s,
          writes: s.writes.map(([at, v]): JobStep['writes'][number] => [at, at === offset ? change(v) : v]),
        }
      : s,
  );
  return { ...p, manifest: { ...p.manifest, steps } };
}

const one = (p: Program, note: string) => jobsOf(p, 'conv', note)[0]!.step;
const modelOf = (p: Program) =>
  p.manifest.buffers.find((b) => b.role === 'input')!.shape[2] === 8 ? wholeModel : model;
const found = (p: Program) => runProgram(p, builtinInput(modelOf(p)), { check: true }).findings!;

const PLANTED: readonly (readonly [string, () => Program, FindingKind, RegExp])[] = [
  [
    'a copy of banks that goes on behind its buffer',
    () => withWrite(whole, one(whole, 'copy in'), MEMCPY_ROW_LENGTH, (lines) => lines + 2),
    'outside-object',
    /^the copy to L1 of job \d+ reads 128 bytes past the end of buffer /,
  ],
  [
    'weights that begin too late',
    () => withWrite(whole, one(whole, 'compute'), WT_CONV_ADDR, (at) => at + 4096),
    'outside-object',
    /^the load of analog weights of job \d+ reads \d+ bytes past the end of buffer /,
  ],
  [
    'a batch norm that begins too late',
    () => withWrite(whole, one(whole, 'compute'), WT_SIMD_ADDR, (at) => at + 64),
    'outside-object',
    /^the load of batch-norm constants of job \d+ reads 64 bytes past the end of buffer /,
  ],
  [
    'the only copy that was left out',
    () => without(whole, one(whole, 'copy in')),
    'undefined-data',
    /^element 0 of tensor \S+ is at .* computed from L1 0x\w+ \(input channel 0, row 0, column 0\), which nothing has written/,
  ],
  [
    'a copy of a later tile that was left out',
    () => {
      const copies = jobsOf(program, 'conv', 'copy in');
      return without(program, copies.find(({ job }) => job.tile === copies.at(-1)!.job.tile)!.step);
    },
    'stale-data',
    /which job \d+ copied in and job \d+ used, before the rest of the input was copied in/,
  ],
  [
    'an output over its input',
    // Half-word 3 of the instruction is the output's line in each bank.
    // The copy follows it.
    () =>
      withWrite(
        withBytes(whole, instruction(whole), (bytes) => bytes.fill(0, 6, 8)),
        one(whole, 'copy out'),
        L1ADDR,
        () => 0,
      ),
    'stale-data',
    /^job \d+ writes its output over its own analog input, bytes 0x00000000\.\.0x00000400 of each bank/,
  ],
];

const instruction = (p: Program): string => p.manifest.buffers.find((b) => b.role === 'instructions')!.name;

describe('a fault planted in a Program of the analog core', () => {
  it('none without one', () => expect([found(program), found(whole)]).toEqual([[], []]));

  it.each(PLANTED)('%s', (_, plant, kind, what) => {
    const [first] = found(plant());
    expect([first?.kind, first?.fix]).toEqual([kind, expect.stringMatching(/^[A-Z].*\.$/)]);
    expect(first?.what).toMatch(what);
  });

  it('is told with the fault where the chip refuses a later step', () => {
    const elsewhere = withBytes(whole, instruction(whole), (bytes) => bytes.fill(0, 6, 8));
    const refused = () => runProgram(elsewhere, builtinInput(wholeModel), { check: true });
    expect(refused).toThrow(/output should be complete here, but element \[0, 0, 0, 0\] is never written/);
    try {
      refused();
    } catch (e) {
      expect((e as ProgramFault).findings[0]?.what).toMatch(
        /^job \d+ writes its output over its own analog input/,
      );
    }
  });

  it('names registers and instruction of the analog core', () => {
    const [first] = found(PLANTED[5]![1]());
    expect(first?.first.registers).toMatchObject({ ACT_N: 0, CONF_N: 16, IM_N: 32, MEMCPY_OP: 0 });
    expect(first?.first.instruction).toMatch(/^skips=63 .*c=16 k=16 cx=8 cy=8 /);
  });
});

const HEADER = dataFile('accelerator.h') + dataFile('analog.h');
const main = (body: string): string => `${HEADER}
static s8 tensor[16 * 64] __attribute__((aligned(16))), out[16 * 64] __attribute__((aligned(16))), cells[CELL_BYTES] __attribute__((aligned(16)));
static uint32_t norm[32];
static s8 small[15 * 64] __attribute__((aligned(16)));
int main(void) {
  fill(tensor, sizeof tensor, 1);
  fill_cells(cells, norm);
  analog_boot();
  set_analog(0, 0x4000);
  ${body}
  return read_all(out, sizeof out) & 0;
}`;
const run = 'analog_start(analog_configuration, cells, norm); ANALOG_POLL();';
const IN = 'to_banks(tensor, 0, 16);';
const OUT = 'from_banks(out, 0x4000, 16);';

/** One mistake each, and what must be said of it; [] for a program that is right. */
const PROGRAMS: readonly (readonly [string, string, readonly (readonly [FindingKind, RegExp])[]])[] = [
  ['a job as it should be', `${IN} ${run} ${OUT}`, []],
  ['two jobs one after the other', `${IN} ${run} ${OUT} ${IN} ${run} ${OUT}`, []],
  [
    'no wait for a copy before the job',
    `banks(4, tensor, 0, 16); for (volatile int i = 0; i < 100; i++); ${run} ${OUT}`,
    [
      ['missing-wait', /^the host writes register MEMCPY_OP although it has not seen the end of job 1/],
      ['missing-wait', /^job 2 is started although the host has not seen the end of job 1/],
    ],
  ],
  [
    'results read while their copy runs',
    `${IN} ${run} banks(3, out, 0x4000, 16);`,
    [
      [
        'missing-wait',
        /^the host reads 0x\w+ <out> although it has not seen the end of job 3, which writes there/,
      ],
    ],
  ],
  [
    'fewer pixels copied in than the instruction reads',
    `to_banks(tensor, 0, 12); ${run} ${OUT}`,
    [
      [
        'inconsistent-sizes',
        /^the host reads .*, which job 2 computed from L1 0x\w+ \(input channel 0, row 3, column 0\), which job 2 takes for input, as its instruction reads 256 bytes from L1 0x00000003; only 192 were copied in/,
      ],
    ],
  ],
  [
    'cells that nothing has written',
    `${IN} analog_start(analog_configuration, (void *)0x1C060000, norm); ANALOG_POLL(); ${OUT}`,
    [
      [
        'undefined-data',
        /^the host reads .*, which job 2 computed with byte \d+ of its weights from 0x1c06\w+, which nothing has written/,
      ],
    ],
  ],
  [
    'a batch norm that nothing has written',
    `${IN} analog_start(analog_configuration, cells, (void *)0x1C060000); ANALOG_POLL(); ${OUT}`,
    [
      [
        'undefined-data',
        /^the host reads .*, which job 2 computed with the batch norm of output channel 0 from 0x1c060000, which nothing has written/,
      ],
    ],
  ],
  [
    'an output overwritten before it is copied out',
    `${IN} ${run} ${run} ${OUT}`,
    [['stale-data', /^the output of job 2 is overwritten by job 3 before anything was copied out of it/]],
  ],
  [
    'lines of an output that nobody copies out',
    `${IN} ${run} from_banks(out, 0x4000, 12);`,
    [
      [
        'inconsistent-sizes',
        /^job 2 made 4 lines that nobody copies out or computes with, the first one line 12 of bank 0/,
      ],
    ],
  ],
  [
    'a result copied out behind its variable',
    `${IN} ${run} from_banks(small, 0x4000, 16);`,
    [['outside-object', /^the copy to L2 of job 3 writes 64 bytes past the end of small/]],
  ],
  [
    // One row of 16 columns of a conv with write_l2_l1 = 1 are the 16 pixels of the analog job.
    'pixels that a digital job made for it',
    `static s8 planes[4 * 16], weights[CONV_BYTES(4, 16, 1, 1)];
  fill(planes, sizeof planes, 1); fill_weights(weights, 4, 16, 1, 4, 16);
  to_l1(planes, 0x8000, sizeof planes);
  set_conv((struct conv){0x8000, 0, 4, 16, 16, 1, 1, 1, 16, 1, 0, 4}); ((volatile uint32_t *)instruction)[15] = 1;
  start(weights, sizeof weights, 0); POLL();
  ${run} ${OUT}
  ((volatile uint32_t *)instruction)[3] = 0x100; start(weights, sizeof weights, 0); POLL();
  set_analog(0x100, 0x4000); ${run} ${OUT}`,
    [],
  ],
  [
    'planes of the digital core read as pixels',
    `static s8 planes[16 * 64], weights[CONV_BYTES(4, 16, 1, 1)];
  fill(planes, sizeof planes, 1); fill_weights(weights, 4, 16, 1, 4, 16);
  to_l1(planes, 0x8000, 4 * 4 * 16);
  conv((struct conv){0x8000, 0xC000, 4, 16, 16, 4, 1, 1, 16, 4, 0, 4}, weights, sizeof weights);
  to_l2(tensor, 0xC000, sizeof tensor);
  ${IN} ${run} ${OUT}`,
    [['memory-layout', /^job \d+ reads as channels of a pixel what job \d+ made as a row of a plane/]],
  ],
];

describe.skipIf(!gccPresent)('programs of the analog core with one mistake each, and right ones', () => {
  it.each(PROGRAMS)('%s', (_, body, finds) => {
    const { findings } = runElf(compileC(main(body), ['-O1']), { check: true, maxCycles: 10_000_000 });
    expect(findings.map(({ kind }) => kind)).toEqual(finds.map(([kind]) => kind));
    for (const [i, { what }] of findings.entries()) expect(what).toMatch(finds[i]![1]);
  });
});
