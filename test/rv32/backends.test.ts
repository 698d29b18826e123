import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Core } from '../../sim/rv32/core.js';
import { MachineFault } from '../../sim/rv32/faults.js';
import { LinearMemory } from '../../sim/rv32/linear-memory.js';
import type { CoreOptions } from '../../sim/rv32/options.js';
import { CODE, randomProgram } from '../soc/random-program.js';
import { assembleProgram } from './assembler.js';
import { BACKENDS, BASE, FINISH, type Machine, machine } from './machine.js';
import { DATA, type MixedProgram, mixedProgram, START } from './mixed-program.js';

/** Every backend runs the same program in the same slices; after each the machines must be alike in all that a program can see. */
const FULL = process.env.FULL_TESTS === '1';

function state({ core, platform }: Machine, end: string) {
  return {
    end,
    pc: core.pc >>> 0,
    x: [...core.x],
    cycles: core.now(),
    instructions: core.instructions,
    calls: core.calls.returnAddresses(),
    accesses: platform.accesses.slice(-20),
    ram: Buffer.from(platform.ram.subarray(DATA, DATA + 0x100)).toString('hex'),
  };
}

/** Runs a slice; a fault is an end like others. */
function slice(m: Machine, until: number): string {
  try {
    return m.core.run(until);
  } catch (error) {
    if (!(error instanceof MachineFault)) throw error;
    return error.message;
  }
}

function compare(machines: readonly Machine[], slices: readonly number[], irqEvery = 0): void {
  let until = 0;
  for (const cycles of slices) {
    until += cycles;
    const states = machines.map((m) => {
      if (irqEvery > 0 && !m.platform.raised) {
        m.platform.irq = 3;
        m.platform.irqAt = m.core.now() + irqEvery;
      }
      return state(m, slice(m, until));
    });
    for (const s of states) expect(s).toEqual(states[0]);
    if (states[0]!.end !== 'limit') return;
  }
}

/** Writes down what the core tells an observer, with what one can see then. */
function observed(log: string[]): { readonly options: CoreOptions; readonly watch: (m: Machine) => void } {
  let core: Machine['core'];
  const note = (...what: (string | number)[]): void => {
    log.push(`${what.join(' ')} at ${core.now()} ${core.instructions} ${core.x.join()}`);
  };
  return {
    options: {
      observer: {
        call: (pc, target, back) => note('call', pc, target, back),
        return: (target) => note('return', target),
        leave: (pc, target) => note('leave', pc, target),
        trap: (pc, target) => note('trap', pc, target),
        trapReturn: (target) => note('trap return', target),
      },
      sameFunction: (a, b) => a >>> 6 === b >>> 6,
    },
    watch: (m) => {
      core = m.core;
    },
  };
}

function mixed({ lines, handler }: MixedProgram, options: CoreOptions): Machine {
  const m = machine([], options);
  m.platform.ram.set(assembleProgram(lines), START);
  m.platform.ram.set(assembleProgram([`jal zero, ${handler - 0x10c}`]), 0x10c);
  m.core.pc = BASE + START;
  m.core.x[2] = BASE + 0x1000;
  return m;
}

describe('every backend does the same', () => {
  it('with random programs of all that the core can do', () =>
    fc.assert(
      fc.property(
        mixedProgram,
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 30, maxLength: 60 }),
        fc.integer({ min: 0, max: 900 }),
        fc.constantFrom(undefined, 0xfd0, 0xff0),
        fc.boolean(),
        (program, slices, irqEvery, low, watched) => {
          const stack = low === undefined ? undefined : { low: BASE + low, high: BASE + 0x1000 };
          const logs: string[][] = [];
          const machines = BACKENDS.map((backend) => {
            const log: string[] = [];
            logs.push(log);
            const { options, watch } = observed(log);
            const more = { ...(stack === undefined ? {} : { stack }), ...(watched ? options : {}) };
            const m = mixed(program, { backend, hot: 4, ...more });
            watch(m);
            return m;
          });
          compare(machines, [...slices, 1e6], irqEvery);
          for (const log of logs) expect(log).toEqual(logs[0]);
        },
      ),
      { numRuns: FULL ? 120 : 16, seed: 14 },
    ));

  it.each(Array.from({ length: FULL ? 16 : 3 }, (_, i) => i + 1))('with compressed code, seed %i', (seed) => {
    const { code, end } = randomProgram(seed, 120);
    const machines = BACKENDS.map((backend) => {
      const m = machine([], { backend, hot: 4, oddJumps: 'clear' });
      m.platform.ram.set(code, CODE - BASE);
      m.platform.ram.set(assembleProgram(FINISH), end - BASE);
      m.core.pc = CODE;
      return m;
    });
    compare(machines, [100, 977, 1500, 20, 1, 1, 1, 5000, 1e6]);
  });
});

describe('WebAssembly', () => {
  const regionAt = (m: Machine, pc: number) => m.core.cache.regions[m.core.cache.half(pc)]?.backend;
  const counting = [
    'addi s0, zero, 1000',
    'addi a0, a0, 1',
    'addi s0, s0, -1',
    'bne s0, zero, -8',
    ...FINISH,
  ];

  it('runs hot loops', () => {
    const m = machine(counting);
    m.core.run(1e6);
    expect([m.platform.exitStatus, regionAt(m, BASE + 4)]).toEqual([1000, 'webassembly']);
  });

  it('leaves a core that is watched to JavaScript', () => {
    const m = machine(counting, { memoryCheck: { load: () => undefined, stored: () => {} } });
    m.core.run(1e6);
    expect([m.platform.exitStatus, regionAt(m, BASE + 4)]).toEqual([1000, 'javascript']);
  });

  it.each([
    ['lw a1, 2049(zero)', 'an alias, misaligned'],
    ['lw a1, 1024(zero)', 'an alias'],
    ['lw a1, 1(s1)', 'a misaligned word'],
  ])('gives a loop back to JavaScript that leaves it for the step tier in every pass: %s', (access) => {
    const m = machine([
      'addi s0, zero, 2000',
      access.replace('2049', '1025'),
      'addi s0, s0, -1',
      'bne s0, zero, -8',
      ...FINISH,
    ]);
    m.core.x[9] = BASE + 0x800;
    m.core.run(1e6);
    expect(regionAt(m, BASE + 4)).toBe('javascript');
  });

  it.each([
    ['a call through the link register', ['auipc ra, 0x0', 'jalr ra, 60(ra)'], 'jalr zero, 0(ra)'],
    ['a jump through another register', ['auipc a1, 0x0', 'jalr zero, 60(a1)'], 'jal zero, -56'],
  ])('keeps a loop with %s, which is no return', (_, there, back) => {
    // The function, or what is jumped to, lies at +64; the loop goes on at +12.
    const m = machine(['addi s0, zero, 2000', ...there, 'addi s0, s0, -1', 'bne s0, zero, -12', ...FINISH]);
    m.platform.ram.set(assembleProgram(['addi a0, a0, 1', back]), 64);
    m.core.run(1e6);
    expect([m.platform.exitStatus, m.core.calls.depth]).toEqual([2000, 0]);
    expect(regionAt(m, BASE + 4)).toBe('webassembly');
  });

  it('goes into calls and comes back, also where a function calls itself', () => {
    // fib(15) in a0, by recursion; s0 counts the calls: 2 fib(16) - 1.
    const m = machine([
      'addi a0, zero, 15',
      'lui sp, 0x1c008',
      'jal ra, 20',
      'addi a0, a0, 0',
      ...FINISH,
      'jal zero, 0',
      // fib, at + 28
    ]);
    const fib = [
      'addi s0, s0, 1',
      'addi a1, zero, 2',
      'blt a0, a1, 56', // to the return
      'addi sp, sp, -16',
      'sw ra, 0(sp)',
      'sw a0, 4(sp)',
      'addi a0, a0, -1',
      'jal ra, -28',
      'sw a0, 8(sp)',
      'lw a0, 4(sp)',
      'addi a0, a0, -2',
      'jal ra, -44',
      'lw a1, 8(sp)',
      'add a0, a0, a1',
      'lw ra, 0(sp)',
      'addi sp, sp, 16',
      'jalr zero, 0(ra)',
    ];
    m.platform.ram.set(assembleProgram(fib), 28);
    m.core.run(1e7);
    expect([m.platform.exitStatus, m.core.x[8]]).toEqual([610, 2 * 987 - 1]);
    expect(m.core.calls.depth).toBe(0);
  });
});

describe('hot code', () => {
  const translated = (passes: number, options: CoreOptions) => {
    const m = machine([`addi s0, zero, ${passes}`, 'addi s0, s0, -1', 'bne s0, zero, -4', ...FINISH]);
    const core = new Core(m.platform, options);
    core.pc = BASE;
    core.run(1e6);
    return core.cache.regions[core.cache.half(BASE + 4)] !== undefined;
  };
  // The loop is passed once more than a jump arrives at it.
  it.each<readonly [number, CoreOptions]>([
    [20, { hot: 20 }],
    [5, { hot: 5, backend: 'javascript' }],
    [64, {}],
  ])('is what more than %i jumps arrive at: %j', (most, options) =>
    expect([translated(most + 1, options), translated(most + 2, options)]).toEqual([false, true]),
  );
  it('is never translated by the interpreter', () =>
    expect(translated(2000, { hot: 5, backend: 'interpreter' })).toBe(false));
});

describe('the memory that RAM and state share', () => {
  it('64 KiB of RAM, then the state in lines of 64 bytes: 1024 return addresses, a byte of marks a word of RAM', () => {
    const { at, pages, ram } = new LinearMemory(0x10000);
    expect(at).toEqual({
      x: 65536,
      left: 65664,
      retired: 65728,
      attention: 65792,
      loops: 65856,
      depth: 65920,
      returns: 65984,
      code: 70080,
    });
    // 70080 + 16384 bytes are less than two pages.
    expect([pages, ram.length]).toEqual([2, 65536]);
  });
  it('begins the state at a whole line', () => expect(new LinearMemory(100).at.x).toBe(128));
});
