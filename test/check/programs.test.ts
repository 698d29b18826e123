import { describe, expect, it } from 'vitest';
import { StoppedByFinding } from '../../sim/check/finding-log.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { runProgram } from '../../sim/program/run.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { overrideMemories } from '../../src/program/hardware-overrides.js';
import type { Program } from '../../src/program/types.js';
import type { FindingKind } from '../../src/results/finding.js';
import { convAndDepthwise } from '../verify/models.js';
import { jobsOf, registerOf, withField, without, withRegister } from '../verify/plant.js';

/** conv1 in six tiles, then a depthwise conv: see test/verify/planted-faults.test.ts. */
const model = convAndDepthwise();
const hardware = overrideMemories(DEFAULT_PARAMETERS, { l1: 8192, wmem: 1216 });
const program = compile(model, { ...DEFAULT_OPTIONS, hardware });
const found = (p: Program) => runProgram(p, builtinInput(model), { check: true }).findings!;
const one = (layer: string, note: string) => jobsOf(program, layer, note)[0]!;
/** The same with room to spare: one tile. */
const whole = compile(model, DEFAULT_OPTIONS);
const inWhole = (note: string) => jobsOf(whole, 'conv1', note)[0]!;

const PLANTED: readonly (readonly [string, () => Program, FindingKind, RegExp])[] = [
  [
    'weights shorter than the instruction',
    () => withRegister(program, one('conv1', 'compute channels 16..32 rows 10..20').step, 'WT_CONV_N', 288),
    'inconsistent-sizes',
    /^job \d+ loads 1152 bytes of weights, its instruction reads 1216/,
  ],
  [
    'more input channels than weights',
    () => withField(whole, inWhole('compute').step, 'c', 9),
    'inconsistent-sizes',
    /^job \d+ loads 3648 bytes of weights, its instruction reads 4080/,
  ],
  [
    'a copy that was left out',
    () => without(program, one('conv1', 'copy in channel 2 rows 0..11').step),
    'stale-data',
    /^element \d+ of tensor %4 is at .* \(input channel 2, row \d+, column \d+\), which job \d+ copied in and job \d+ used/,
  ],
  [
    'the first copy that was left out',
    () => without(program, one('conv1', 'copy in channel 2 rows 9..20').step),
    'undefined-data',
    /^element \d+ of tensor %4 .* \(input channel 2, row \d+, column \d+\), which nothing has written/,
  ],
  [
    'a copy too long',
    () =>
      withRegister(
        whole,
        inWhole('copy in').step,
        'MEMCPY_N',
        registerOf(inWhole('copy in').job, 'MEMCPY_N') + 256,
      ),
    'outside-object',
    /^the copy to L1 of job \d+ reads \d+ bytes past the end of buffer /,
  ],
];

describe('a fault planted in a Program', () => {
  it('none without one', () => expect(found(program)).toEqual([]));

  it.each(PLANTED)('%s', (_, plant, kind, what) => {
    const [first] = found(plant());
    expect(first?.kind).toBe(kind);
    expect(first?.what).toMatch(what);
    expect(first?.fix).toMatch(/^[A-Z].*\.$/);
    expect(first?.first.instruction ?? 'mode=1').toMatch(/^mode=1/);
  });

  it('names step, layer and tile', () => {
    const [first] = found(PLANTED[0]![1]());
    expect(first?.first).toMatchObject({
      at: expect.stringMatching(
        /^step \d+, conv1 \(tvmgen_default_soma_dory_main_0\) tile 1, compute channels/,
      ),
      tile: '1',
      registers: { WT_CONV_N: 288 },
      instruction: expect.stringContaining('fx=3 fy=3'),
      bytes: [
        { memory: 'WMEM', address: 1152, bytes: 64 },
        { memory: 'L2', owner: expect.stringMatching(/^buffer .*weights\+0x4c0$/) },
      ],
      writtenBy: 'the load of the program',
      stack: [],
    });
  });

  it('ends at the first finding when asked to', () =>
    expect(() => runProgram(PLANTED[0]![1](), builtinInput(model), { check: 'stop' })).toThrow(
      StoppedByFinding,
    ));
});
