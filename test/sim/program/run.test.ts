import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { COST_MODELS } from '../../../sim/isa/cost-models.js';
import { encode } from '../../../sim/isa/instruction.js';
import { packDenseWeights } from '../../../sim/isa/weights.js';
import { ProgramFault, where } from '../../../sim/program/fault.js';
import { programSteps, runProgram } from '../../../sim/program/run.js';
import type { HeldTensor, RunOptions } from '../../../sim/program/run-options.js';
import { UserError } from '../../../src/base/errors.js';
import { type Tensor, tensor } from '../../../src/base/tensor.js';
import type { Program, Step } from '../../../src/program/types.js';
import { A, IMAGE, STEPS, SUM, smallProgram } from './small-program.js';

const a = Array.from({ length: 16 }, (_, i) => i);
const b = Array.from({ length: 16 }, (_, i) => 2 * i - 20);
const sum = Array.from({ length: 16 }, (_, i) => 3 * i - 20);
const inputs = (more: Record<string, Tensor> = {}): Map<string, Tensor> =>
  new Map(Object.entries({ a: tensor([1, 16], 'int8', a), b: tensor([1, 16], 'int8', b), ...more }));
const run = (program: Program = smallProgram(), options: RunOptions = {}) =>
  runProgram(program, inputs(), options);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The steps with step `index` changed. */
const changed = (index: number, change: object): Program =>
  smallProgram(STEPS.map((s, i) => (i === index ? ({ ...s, ...change } as Step) : s)));

describe('a run', () => {
  it('computes c = a + b on the core and casts it on the host', () => {
    const { outputs, result } = run();
    expect([...outputs.keys()]).toEqual(['output']);
    expect([...outputs.get('output')!.data]).toEqual(sum);
    expect(result.outputs).toEqual({ output: sha256(new Uint8Array(Int32Array.from(sum).buffer)) });
    expect(result.layers.map((l) => l.checksum)).toEqual([
      sha256(new Uint8Array(Int8Array.from(sum).buffer)),
      result.outputs.output,
    ]);
  });

  it('counts the turns of the tile loop under the other models, too: match`s driver takes 500 cycles', () => {
    const program = smallProgram();
    const { manifest } = program;
    const hardware = { ...manifest.hardware, cycles: COST_MODELS.odimo.cycles };
    const { layers } = run({ ...program, manifest: { ...manifest, hardware } }).result;
    expect(layers.map((l) => [l.cycles.tileLoop, l.otherModels?.match?.tileLoop])).toEqual([
      [0, 500],
      [0, 0],
    ]);
  });

  it('spends every cycle with a reason, layer by layer', () => {
    const { result } = run();
    // copies of 32 bytes 72 each; configuration and instructions 64 + 256 bytes; a line 3 + 23; a cast 9 an element
    expect(result.layers.map((l) => [l.cycles, l.totalCycles, l.tiles, l.jobs])).toEqual([
      [
        {
          copyIn: 144,
          copyOut: 72,
          weights: 0,
          instructions: 20,
          compute: 26,
          launch: 70,
          tileLoop: 500,
          host: 0,
        },
        832,
        1,
        { copies: 3, compute: 1 },
      ],
      [
        {
          copyIn: 0,
          copyOut: 0,
          weights: 0,
          instructions: 0,
          compute: 0,
          launch: 0,
          tileLoop: 0,
          host: 144,
        },
        144,
        0,
        { copies: 0, compute: 0 },
      ],
    ]);
    expect(result.layers.map((l) => l.bytes)).toEqual([
      { l2ToL1: 64, l1ToL2: 32, weights: 0, instructions: 320, hostRead: 0, hostWritten: 0 },
      { l2ToL1: 0, l1ToL2: 0, weights: 0, instructions: 0, hostRead: 16, hostWritten: 64 },
    ]);
    expect(result.layers.map((l) => l.tiling?.length)).toEqual([1, undefined]);
    expect(result.totals).toMatchObject({
      cycles: {
        copyIn: 144,
        copyOut: 72,
        weights: 0,
        instructions: 20,
        compute: 26,
        launch: 70,
        tileLoop: 500,
        host: 144,
      },
      totalCycles: 976,
      jobs: { copies: 3, compute: 1 },
      tiles: 1,
      usefulMacs: 7,
      issuedMacs: 0,
      bytes: { l2ToL1: 64, l1ToL2: 32, weights: 0, instructions: 320, hostRead: 16, hostWritten: 64 },
      overflows: 0,
      macPerCycle: 7 / 976,
      utilization: 7 / 976 / 256,
      milliseconds: 976 / 260_000,
    });
  });

  it('lays slices on the clock one behind the other', () => {
    const { timeline } = run().result;
    expect(timeline.map((s) => [s.start, s.cycles, s.reason, s.step, s.layer, s.tile, s.label])).toEqual([
      [0, 500, 'tileLoop', 0, 0, 0, 'tile loop'],
      [500, 72, 'copyIn', 1, 0, 0, 'copy in a'],
      [572, 72, 'copyIn', 2, 0, 0, 'copy in b'],
      [644, 70, 'launch', 3, 0, 0, 'launch'],
      [714, 20, 'instructions', 3, 0, 0, 'configuration and instructions'],
      [734, 26, 'compute', 3, 0, 0, 'add'],
      [760, 72, 'copyOut', 4, 0, 0, 'copy out'],
      [832, 144, 'host', 5, 1, undefined, 'cast'],
    ]);
    expect(timeline.map((s) => s.fields).filter((f) => f !== undefined)).toEqual([
      { mode: 3, weight_memory_pointer: 32, output_memory_pointer: 64, c: 1 },
    ]);
    expect(Object.keys(timeline[7]!)).not.toContain('tile');
  });

  it('knows how long each buffer lives, in cycles', () =>
    expect(run().result.buffers.map((l) => [l.name, l.role, l.from, l.to])).toEqual([
      ['a', 'input', 0, 572],
      ['b', 'input', 0, 644],
      ['c', 'activation', 760, 976],
      ['out', 'output', 832, 976],
    ]));

  it('tells peaks beside limits', () =>
    expect(run().result.memory).toEqual({
      l2: 1000,
      l2Limit: 458_752,
      l1: 96,
      l1Limit: 262_144,
      weightMemory: 48,
      weightMemoryLimit: 65_536,
    }));

  it('hands out each tensor as it is complete, with the step that wrote each element', () => {
    const held: HeldTensor[] = [];
    const origins: unknown[] = [];
    const layers: string[] = [];
    run(smallProgram(), {
      onTensor: (t) => {
        held.push(t);
        origins.push([t.buffer.name, t.layer, t.writerOf(0), t.writerOf(15)]);
      },
      onLayer: (layer, of) => layers.push(`${layer} of ${of}`),
    });
    expect(origins).toEqual([
      ['c', 0, 4, 4],
      ['out', 1, 5, 5],
    ]);
    expect([...held[0]!.tensor.data]).toEqual(sum);
    expect(() => held[0]!.writerOf(0)).toThrow('L2 of a run that is over');
    expect(layers).toEqual(['0 of 2', '1 of 2']);
  });

  it('tells of each job with its start on the clock', () => {
    const jobs: unknown[] = [];
    run(smallProgram(), { onJob: ({ step, start, report }) => jobs.push([step, start, report.kind]) });
    expect(jobs).toEqual([
      [1, 500, 'copyIn'],
      [2, 572, 'copyIn'],
      [3, 644, 'compute'],
      [4, 760, 'copyOut'],
    ]);
  });

  it('comes back before each step', () => {
    const steps = programSteps(smallProgram(), inputs());
    let turns = 0;
    let next = steps.next();
    for (; next.done !== true; next = steps.next()) turns++;
    expect(turns).toBe(6);
    expect([...next.value.outputs.get('output')!.data]).toEqual(sum);
  });
});

it('counts weights, MACs and the wanted outputs whose accumulators wrapped', () => {
  // FC over a in place of the sum: its 16 inputs add up to 120; a bias of 2^31 - 1 makes output 0 wrap.
  const weights = packDenseWeights(new Int8Array(16).fill(1), [0x7fff_ffff], [1, 16]);
  const program = smallProgram(
    STEPS.map((s, i) =>
      i === 3 && s.kind === 'job'
        ? { ...s, stores: [], writes: [[0x48, IMAGE + 0x400], [0x4c, weights.length / 4], ...s.writes] }
        : s,
    ),
  );
  const image = new Uint8Array(0x400 + weights.length);
  const fields = { output_memory_pointer: 64, c: 1, k: 1, write_l2_l1: 2, dilation: 1 };
  image.set(new Uint8Array(Uint32Array.from([...encode(fields), ...encode({ stop: 1 })]).buffer));
  image.set(weights, 0x400);
  const { result, outputs } = run({ ...program, image });
  expect([...outputs.get('output')!.data]).toEqual([-128, ...new Array(15).fill(0)]);
  const counted = { issuedMacs: 256, overflows: 1, bytes: { weights: 512 }, cycles: { weights: 32 } };
  expect(result.layers[0]).toMatchObject(counted);
  expect(result.totals).toMatchObject(counted);
});

describe('inputs that do not fit', () => {
  it.each([
    [{ c: 0 }, 'a', undefined, 'input a is missing; the program needs a, b.'],
    [{}, 'b', tensor([1, 16], 'int32', b), 'input b is (1, 16) int32; must be (1, 16) int8.'],
    [{}, 'a', tensor([16], 'int8', a), 'input a is (16,) int8; must be (1, 16) int8.'],
  ])('%#', (_, name, value, message) => {
    const given = inputs();
    if (value === undefined) given.delete(name);
    else given.set(name, value);
    expect(() => runProgram(smallProgram(), given)).toThrow(UserError);
    expect(() => runProgram(smallProgram(), given)).toThrow(message);
  });
});

describe('what the chip cannot do names step, layer, tile and job', () => {
  it.each<[string, Program, string]>([
    [
      'a register value',
      changed(1, {
        writes: [
          [0xa0, 2],
          [0xa4, A],
          [0xa8, 0],
          [0xac, 0],
          [0, 1],
        ],
      }),
      'step 1, add1 (main_0) tile 0, copy in a: register MEMCPY_N is 0; must be at least 1 word.',
    ],
    [
      'a trigger before the other registers',
      changed(1, {
        writes: [
          [0xa0, 2],
          [0xa4, A],
          [0xa8, 8],
          [0, 1],
          [0xac, 0],
        ],
      }),
      'step 1, add1 (main_0) tile 0, copy in a: the job does not end with a write to TRIGGER.',
    ],
    [
      'no trigger',
      changed(1, { writes: [[0xa0, 2]] }),
      'step 1, add1 (main_0) tile 0, copy in a: the job does not end with a write to TRIGGER.',
    ],
    [
      'an instruction that was not stored',
      changed(3, { stores: [] }),
      'step 3, add1 (main_0) tile 0, add: field c is 0; must be at least 1.',
    ],
    [
      'a store outside L2',
      changed(3, { stores: [[0x1bff_fffc, 1]] }),
      'step 3, add1 (main_0) tile 0, add: store of an instruction word: access to L2 is 0x1bfffffc..0x1c000000',
    ],
    [
      'a tensor that is not complete',
      changed(4, {
        writes: [
          [0xa0, 1],
          [0xa4, SUM - 32],
          [0xa8, 8],
          [0xac, 4],
          [0, 1],
        ],
      }),
      'step 4, add1 (main_0) tile 0, copy out: tensor %0 should be complete here, but element [0, 0] is never ' +
        'written; must be written by add1 tile 0, steps 0..4.',
    ],
    [
      'a host kernel that reads what nothing wrote',
      smallProgram(STEPS.filter((_, i) => i === 0 || i === 5)),
      'step 1, main_1: c: L2 byte 0x1c010240 is never written',
    ],
  ])('%s', (_, program, message) => {
    expect(() => run(program)).toThrow(ProgramFault);
    expect(() => run(program)).toThrow(message);
  });

  it('the fault tells its step', () => {
    let fault: unknown;
    try {
      run(changed(3, { stores: [] }));
    } catch (e) {
      fault = e;
    }
    expect((fault as ProgramFault).step).toBe(3);
  });

  it('places a step of each kind', () =>
    expect([0, 1, 5].map((i) => where(smallProgram(), i))).toEqual([
      'step 0, add1 (main_0) tile 0',
      'step 1, add1 (main_0) tile 0, copy in a',
      'step 5, main_1',
    ]));

  it('half a tensor: the first element that is missing', () => {
    const late = changed(4, {
      writes: [
        [0xa0, 1],
        [0xa4, SUM - 8],
        [0xa8, 8],
        [0xac, 4],
        [0, 1],
      ],
    });
    expect(() => run(late)).toThrow('element [0, 8] is never written; must be written by add1 tile 0');
  });
});
