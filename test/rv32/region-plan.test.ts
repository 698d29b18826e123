import { describe, expect, it } from 'vitest';
import { discover as discoverJavaScript } from '../../sim/rv32/region-plan.js';
import { discover as discoverWasm } from '../../sim/rv32/wasm/plan.js';
import { assembleProgram } from './assembler.js';
import { BASE, FINISH, type Machine, machine } from './machine.js';

/** Programs that have run to their end, so that all of their instructions are known; nothing is translated. */
function ran(lines: readonly string[], more: Readonly<Record<number, readonly string[]>> = {}): Machine {
  const m = machine(lines, { backend: 'interpreter' });
  for (const [at, part] of Object.entries(more)) m.platform.ram.set(assembleProgram(part), Number(at));
  m.core.x[9] = BASE + 0x4000;
  m.core.run(1e6);
  expect(m.platform.exitStatus).toBeDefined();
  return m;
}

/** Blocks as [offset, instructions], in the order of their numbers. */
const javascript = (m: Machine, from = 0) =>
  discoverJavaScript(BASE + from, m.core.cache).blocks.map((b) => [b.pc - BASE, b.instructions.length]);
function wasm(m: Machine, from = 0) {
  const { blocks, entries } = discoverWasm(BASE + from, m.core.cache);
  expect(blocks.map((b) => b.number)).toEqual(blocks.map((_, i) => i));
  return {
    blocks: blocks.map((b) => [b.pc - BASE, b.instructions.length]),
    entries: entries.map((b) => b.pc - BASE),
  };
}

describe('what a region covers', () => {
  const CALLING = [
    'addi s0, zero, 3',
    'addi a0, a0, 1', // +4
    'addi s0, s0, -1',
    'bne s0, zero, -8', // +12
    'jal ra, 48', // +16: to +64
    ...FINISH, // +20, +24
  ];
  const calling = () => ran(CALLING, { 64: ['addi a1, a1, 1', 'jalr zero, 0(ra)'] });

  it('begins where it is asked to, and ends blocks at branches, calls and what they lead to', () =>
    expect(javascript(calling())).toEqual([
      [0, 1],
      [4, 3],
      [16, 1],
      [20, 2],
    ]));
  it('in WebAssembly takes in the function called; one comes in at the start and at jumps back', () =>
    expect(wasm(calling())).toEqual({
      blocks: [
        [0, 1],
        [4, 3],
        [16, 1],
        [20, 2],
        [64, 2],
      ],
      entries: [0, 4],
    }));
  it('of a function is that function', () => {
    const m = calling();
    expect(javascript(m, 64)).toEqual([[64, 2]]);
    expect(wasm(m, 64)).toEqual({ blocks: [[64, 2]], entries: [64] });
  });

  it('leaves out what has not run', () => {
    const m = ran(['beq zero, zero, 12', 'addi a0, a0, 1', 'addi a0, a0, 1', ...FINISH]);
    expect(javascript(m)).toEqual([
      [0, 1],
      [12, 2],
    ]);
    expect(wasm(m).blocks).toEqual(javascript(m));
  });

  it('goes on where a jump leads, not behind it', () => {
    const m = ran([
      'jal zero, 12',
      'addi a0, a0, 1',
      'jal zero, 12',
      'jal zero, -8',
      'addi a0, a0, 1',
      ...FINISH,
    ]);
    // What lies behind the jump at +8 has run, before it.
    const jump = [
      [8, 1],
      [20, 2],
    ];
    expect(javascript(m, 8)).toEqual(jump);
    expect(wasm(m, 8)).toEqual({ blocks: jump, entries: [8] });
  });

  it('leaves system instructions and CSRs to the step tier, and goes on behind them', () => {
    const m = ran(['addi a1, a1, 1', `csrrs a2, ${0x340}, zero`, 'addi a1, a1, 1', 'fence', ...FINISH]);
    expect(javascript(m)).toEqual([
      [0, 1],
      [8, 1],
      [16, 2],
    ]);
    expect(wasm(m)).toEqual({ blocks: javascript(m), entries: [0, 8, 16] });
  });

  it('ends a block where a hardware loop ends; the start leads one. WebAssembly leaves the end register to the step tier', () => {
    const m = ran(['lp.setupi x0, 5, 8', 'addi a1, a1, 1', 'addi a2, a2, 1', 'addi a3, a3, 1', ...FINISH]);
    expect(javascript(m)).toEqual([
      [0, 1],
      [4, 2],
      [12, 3],
    ]);
    expect(wasm(m)).toEqual({
      blocks: [
        [4, 2],
        [12, 3],
      ],
      entries: [4],
    });
  });

  it('follows a jump through a register only to where it links back', () => {
    const m = ran(['auipc a1, 0x0', 'jalr a2, 32(a1)', 'addi a0, a0, 1', ...FINISH], {
      32: ['jalr zero, 0(a2)'],
    });
    expect(javascript(m)).toEqual([
      [0, 2],
      [8, 3],
    ]);
    expect(wasm(m)).toEqual({ blocks: javascript(m), entries: [0, 8] });
  });

  it('has blocks of at most 64 instructions', () => {
    const m = ran([...new Array<string>(150).fill('addi a1, a1, 1'), ...FINISH]);
    expect(wasm(m).blocks).toEqual([
      [0, 64],
      [256, 64],
      [512, 24],
    ]);
  });

  it('has at most 400 instructions in JavaScript, 600 in WebAssembly', () => {
    // Ten branches that are never taken cut 1000 instructions into runs.
    const run = [...new Array<string>(19).fill('addi a1, a1, 1'), 'bne zero, zero, 4'];
    const m = ran([...Array.from({ length: 50 }, () => run).flat(), ...FINISH]);
    const total = (blocks: readonly (readonly number[])[]) => blocks.reduce((sum, b) => sum + b[1]!, 0);
    expect([total(javascript(m)), total(wasm(m).blocks)]).toEqual([400, 600]);
  });

  it('depends on its words and on the one behind the last instruction, whose stall counts', () => {
    const m = ran(['addi a1, a1, 1', 'lw a2, 0(s1)', 'jal zero, 4', ...FINISH]);
    const first = (words: ReadonlySet<number>) => [...words].sort((a, b) => a - b);
    expect(first(discoverJavaScript(BASE, m.core.cache).words)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(first(discoverWasm(BASE, m.core.cache).words)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('calls that WebAssembly takes in', () => {
  it('three deep; the fourth comes back to the run loop', () => {
    // Five functions of three instructions; each saves ra in a register of its own and calls the next.
    const level = (i: number) => [`addi s${i}, ra, 0`, `jal ra, ${64 - 4}`, `jalr zero, 0(s${i})`];
    const m = ran(['jal ra, 64', ...FINISH], {
      64: level(2),
      128: level(3),
      192: level(4),
      256: level(5),
      320: ['jalr zero, 0(ra)'],
    });
    expect(wasm(m)).toEqual({
      blocks: [
        [0, 1],
        [4, 2],
        [64, 2],
        [72, 1],
        [128, 2],
        [136, 1],
        [192, 2],
        [200, 1],
      ],
      entries: [0],
    });
  });

  it('not those that call themselves: the run loop comes back behind them', () => {
    const m = ran(['addi a1, zero, 3', 'jal ra, 60', ...FINISH], {
      // t0 holds return addresses too: the call within leaves ra for the way back to +8.
      64: ['addi a1, a1, -1', 'bge zero, a1, 8', 'jal t0, -8', 'jalr zero, 0(ra)'],
    });
    expect(wasm(m)).toEqual({
      blocks: [
        [0, 2],
        [8, 2],
      ],
      entries: [0, 8],
    });
  });
});
