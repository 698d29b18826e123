import { describe, expect, it } from 'vitest';
import type { ComputeReport, JobReport } from '../../sim/core/digital-core.js';
import { DigitalCore } from '../../sim/core/digital-core.js';
import { Memory } from '../../sim/core/memory.js';
import { TypedArrayPeArray } from '../../sim/core/typed-array-pe-array.js';
import { encode } from '../../sim/isa/instruction.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { DigitalJob } from '../../sim/soc/peripherals/accelerator-job.js';
import { DigitalPort, jobCycles } from '../../sim/soc/peripherals/digital-port.js';
import { NEVER } from '../../sim/soc/peripherals/peripheral.js';

// Offsets of the register port, typed from hardware.md section 2.
const TRIGGER = 0x00;
const FINISHED = 0x08;
const STATUS = 0x0c;
const RUNNING_JOB = 0x10;
const L2 = 0x1c00_0000;

/** A port whose registers are set for a copy of 32 bytes from L2 to line 0 of L1: 70 + 2 cycles. */
function setUp() {
  const l2 = new Memory('L2', L2, 0x1000);
  l2.write(L2, new Uint8Array(0x800), -1, 'test');
  const core = new DigitalCore(l2, DEFAULT_PARAMETERS, new TypedArrayPeArray());
  const events: number[] = [];
  const wrote: JobReport[] = [];
  const state = { listening: true, pc: 0x1c000080 };
  const jobs: DigitalJob[] = [];
  const port = new DigitalPort(core, {
    jobs,
    raise: (id) => events.push(id),
    listening: () => state.listening,
    wrote: (report) => wrote.push(report),
    pc: () => state.pc,
  });
  const setCopy = (): void => {
    port.write(0xa0, 2, 0); // MEMCPY_OP: L2 to L1
    port.write(0xa4, L2, 0);
    port.write(0xa8, 8, 0);
    port.write(0xac, 0, 0);
  };
  const status = (now: number) => [STATUS, RUNNING_JOB, FINISHED].map((at) => port.read(at, now));
  return { l2, core, port, jobs, events, wrote, state, setCopy, status };
}

describe('the register port on the bus', () => {
  it('is busy for the cycles of a job; RUNNING_JOB counts jobs from 1', () => {
    const { port, setCopy, status } = setUp();
    setCopy();
    expect(status(0)).toEqual([0, 0, 0]);
    expect(port.write(TRIGGER, 1, 1000)).toBe(true);
    expect(status(1071)).toEqual([1, 1, 0]);
    expect(status(1072)).toEqual([0, 0, 1]);
    port.write(TRIGGER, 1, 2000);
    expect([status(2000), status(2072)]).toEqual([
      [1, 2, 1],
      [0, 0, 2],
    ]);
  });

  it('reads back what was written, and knows no other offsets', () => {
    const { port, setCopy } = setUp();
    setCopy();
    expect([port.read(0xa8, 0), port.read(0x20, 0), port.write(0x20, 1, 0)]).toEqual([8, undefined, false]);
  });

  it('raises event 140 once, at the end of the job', () => {
    const { port, events, setCopy } = setUp();
    expect(port.advance(0)).toBe(NEVER);
    setCopy();
    port.write(TRIGGER, 1, 1000);
    expect([port.advance(1000), port.advance(1071), events]).toEqual([1072, 1072, []]);
    expect([port.advance(1072), events]).toEqual([NEVER, [140]]);
    expect([port.advance(5000), events]).toEqual([NEVER, [140]]);
  });

  it('is no event to come when nobody listens, but still raises it', () => {
    const { port, events, setCopy, state } = setUp();
    state.listening = false;
    setCopy();
    port.write(TRIGGER, 1, 1000);
    expect([port.advance(1000), port.advance(1072), events]).toEqual([NEVER, NEVER, [140]]);
  });

  it('refuses a trigger while a job runs', () => {
    const { port, setCopy } = setUp();
    setCopy();
    port.write(TRIGGER, 1, 1000);
    expect(() => port.write(TRIGGER, 1, 1071)).toThrow(
      'TRIGGER written while job 0 runs until cycle 1072; poll STATUS first',
    );
    expect(port.write(TRIGGER, 1, 1072)).toBe(true);
  });

  it('says which job could not be run, and why', () => {
    const { port, setCopy } = setUp();
    setCopy();
    port.write(TRIGGER, 1, 0);
    port.write(0xa8, 0, 100);
    expect(() => port.write(TRIGGER, 1, 100)).toThrow(
      'job 1 of the digital core: register MEMCPY_N is 0; must be at least 1 word.',
    );
    expect(() => port.write(STATUS, 1, 100)).toThrow('job 1 of the digital core: write to register STATUS');
  });

  it('records each job: cycles, the instruction that started it, the registers written for it', () => {
    const { core, port, jobs, wrote, setCopy, state } = setUp();
    setCopy();
    port.write(TRIGGER, 1, 1000);
    state.pc = 0x1c000090;
    port.write(0xac, 1, 1100);
    port.write(TRIGGER, 1, 1200);
    expect(jobs.map(({ report, ...job }) => [job, report.kind])).toEqual([
      [
        {
          core: 'digital',
          index: 0,
          start: 1000,
          end: 1072,
          pc: 0x1c000080,
          writes: [
            { register: 'MEMCPY_OP', value: 2 },
            { register: 'MEMCPY_ADDR', value: L2 },
            { register: 'MEMCPY_N', value: 8 },
            { register: 'L1ADDR', value: 0 },
          ],
        },
        'copyIn',
      ],
      [
        {
          core: 'digital',
          index: 1,
          start: 1200,
          end: 1272,
          pc: 0x1c000090,
          writes: [{ register: 'L1ADDR', value: 1 }],
        },
        'copyIn',
      ],
    ]);
    expect(wrote.length).toBe(2);
    expect([core.l1.writerOf(0), core.l1.writerOf(16)]).toEqual([0, 1]);
  });

  it('weights count too, and a part of a cycle is a whole one', () => {
    const cycles = { launch: 70, instructions: 20.25, weights: 5, compute: 26 };
    expect(jobCycles({ kind: 'compute', cycles } as ComputeReport)).toBe(52);
  });

  it('a compute job is busy for everything but the launch', () => {
    const { l2, core, port, jobs, setCopy, status } = setUp();
    setCopy();
    port.write(TRIGGER, 1, 0);
    // a sum of lines 0 and 1 into line 2: configuration 4 + instructions 16 + computing 3 + 23 cycles
    const words = [...encode({ mode: 3, weight_memory_pointer: 16, output_memory_pointer: 32, c: 1 })];
    const image = new Uint8Array(Uint32Array.from([...words, ...encode({ stop: 1 })]).buffer);
    l2.write(L2 + 0x100, image, -1, 'test');
    for (const [offset, value] of [
      [0xa0, 0],
      [0x60, L2 + 0x400],
      [0x64, 16],
      [0x50, L2 + 0x100],
      [0x54, 64],
    ] as const)
      port.write(offset, value, 100);
    port.write(TRIGGER, 1, 100);
    expect(jobCycles(jobs[1]!.report)).toBe(46);
    expect([status(145)[0], status(146)[0]]).toEqual([1, 0]);
    expect(core.l1.writerOf(32)).toBe(1);
  });
});
