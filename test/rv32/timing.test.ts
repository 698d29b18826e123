import { describe, expect, it } from 'vitest';
import type { Backend } from '../../sim/rv32/core.js';
import { assembleProgram } from './assembler.js';
import { BACKENDS, BASE, FINISH, machine } from './machine.js';

/**
 * Cycles of short sequences against the fact sheet's rules, by every backend. Each case is repeated forty times in a loop whose
 * own cost is known: addi 1, taken bne 3 (the last one 1).
 */
const REPEATS = 40;

/** Cycles of one pass of `lines`; the loop's bne is at an even word, so that its target costs nothing extra. */
function cost(lines: readonly string[], backend: Backend, registers: Record<number, number>): number {
  const bytes = lines.reduce((sum, l) => sum + (l.startsWith('c.') ? 2 : 4), 0);
  const program = [
    'lui s1, 0x1c004',
    `addi s0, zero, ${REPEATS}`,
    ...lines,
    'addi s0, s0, -1',
    `bne s0, zero, ${-bytes - 4}`,
  ];
  const m = machine([...program, ...FINISH], { backend });
  for (const [r, value] of Object.entries(registers)) m.core.x[Number(r)] = value;
  m.core.run(1e6);
  // lui, addi; the loop; lui, and the store to a peripheral with its 4 wait states.
  const around = 2 + REPEATS * 4 - 2 + 1 + 5;
  return (m.core.now() - around) / REPEATS;
}

const A1 = { 11: 0x1c004000 };

describe.each([
  // sequence, registers, cycles
  [['add a0, a1, a2'], {}, 1],
  [['mul a0, a1, a2'], {}, 1],
  [['p.mac a0, a1, a2'], {}, 1],
  [['pv.sdotsp.b a0, a1, a2'], {}, 1],
  [['mulh a0, a1, a2'], {}, 5],
  [['mulhsu a0, a1, a2'], {}, 5],
  [['mulhu a0, a1, a2'], {}, 5],
  [['divu a0, a1, a2'], { 12: 1 }, 3 + 31],
  [['divu a0, a1, a2'], { 12: 0 }, 3 + 32],
  [['divu a0, a1, a2'], { 12: -1 }, 3],
  [['remu a0, a1, a2'], { 12: 0x10000 }, 3 + 15],
  [['div a0, a1, a2'], { 12: -1 }, 3 + 31], // 32 leading ones, less 1
  [['rem a0, a1, a2'], { 12: -0x80000000 }, 3], // one leading one
  [['div a0, a1, a2'], { 12: 7 }, 3 + 29],
  [['lw a0, 0(s1)', 'add a2, a3, a4'], {}, 2],
  [['lw a0, 0(s1)', 'add a2, a0, a4'], {}, 3],
  [['lw a0, 0(s1)', 'addi a0, a3, 1'], {}, 3], // writes the loaded register
  [['lw a0, 0(s1)', 'sw a0, 4(s1)'], {}, 3],
  [['lw a0, 0(s1)', 'lw a0, 4(s1)', 'addi a3, a3, 0'], {}, 3], // a second load into it does not wait
  [['lw zero, 0(s1)', 'add a2, zero, a4'], {}, 2], // x0 is never waited for
  [['p.lw a0, 0(a1!)', 'add a2, a1, a4'], A1, 2], // the incremented base is there at once
  [['p.lw a0, 0(a1!)', 'p.mac a0, a3, a4'], A1, 3], // rd is an operand too
  [['lw a0, 1(s1)', 'add a2, a3, a4'], {}, 3], // misaligned word
  [['lh a0, 1(s1)', 'add a2, a3, a4'], {}, 2], // a half inside a word
  [['lh a0, 3(s1)', 'add a2, a3, a4'], {}, 3], // a half across two words
  [['sw a0, 2(s1)'], {}, 2],
  [['jal zero, 4'], {}, 2],
  [['auipc a0, 0x0', 'addi a2, a2, 0', 'jalr zero, 12(a0)'], {}, 4],
  [['addi a2, a2, 0', 'auipc a0, 0x0', 'jalr zero, 8(a0)'], {}, 5], // the base comes from the ALU just before
  [
    ['auipc a2, 0x0', 'addi a2, a2, 16', 'sw a2, 0(s1)', 'lw a0, 0(s1)', 'jalr zero, 4(a0)'],
    {},
    1 + 1 + 1 + 1 + 2 + 2,
  ],
  [['beq s0, zero, 8'], {}, 1],
  [['beq zero, zero, 4'], {}, 3],
  [['p.beqimm zero, 0, 4'], {}, 3],
  [['beq zero, zero, 4', 'c.addi a0, 0', 'c.addi a0, 0'], {}, 5],
  [['c.addi a0, 0', 'beq zero, zero, 4', 'c.addi a2, 0'], {}, 5], // to a 16-bit instruction at a half-word: no extra
  [['c.addi a0, 0', 'jal zero, 4', 'addi a2, a2, 0', 'c.addi a0, 0'], {}, 6], // to a 32-bit one there: +1
  [['c.addi a0, 0', 'beq zero, zero, 4', 'addi a2, a2, 0', 'c.addi a0, 0'], {}, 7],
  [['fence'], {}, 4],
  [[`csrrs a0, ${0x340}, zero`], {}, 1],
  [[`csrrw zero, ${0x340}, a1`], {}, 1],
  [[`csrrw zero, ${0x300}, zero`], {}, 4],
] as const)('%j with %j', (lines, registers, cycles) => {
  it.each(BACKENDS)(`takes ${cycles} cycles, %s`, (backend) =>
    expect(cost(lines, backend, registers)).toBe(cycles),
  );
});

it('charges the wait states of the memories', () => {
  const m = machine(['lui s1, 0x1c004', 'lw a0, 0(s1)', 'sw a0, 4(s1)', ...FINISH], {
    waits: { fetch: 1, data: 10, peripheral: 100 },
  });
  m.core.run(1e5);
  // Five fetches at 2 cycles; a load-use stall; two data accesses; one peripheral access.
  expect(m.core.now()).toBe(5 * 2 + 1 + 2 * 10 + 100);
});

describe.each(BACKENDS)('interrupts, %s', (backend) => {
  // A loop counts in a0; the handler at vector 3 (+0x10c) saves mepc and mcause and leaves by a store to the exit register.
  const program = [
    'lui a1, 0x1c000',
    `csrrw zero, ${0x305}, a1`,
    'csrrsi zero, 768, 8',
    'addi a0, a0, 1',
    'addi a0, a0, 1',
    'addi a0, a0, 1',
    'jal zero, -12',
  ];
  const start = (irqAt: number, irq = 3) => {
    const m = machine([...Array.from({ length: 64 }, () => 'jal zero, 0'), ...program], { backend });
    const handler = machine([`csrrs s0, ${0x341}, zero`, `csrrs s1, ${0x342}, zero`, ...FINISH]).platform.ram;
    // Vector n jumps to itself unless it is the one; the handler lies over vectors 3..6.
    m.platform.ram.set(handler.subarray(0, 16), 12);
    m.platform.irqAt = irqAt;
    m.platform.irq = irq;
    m.core.pc = BASE + 256;
    m.core.run(1e5);
    return m;
  };

  it.each([200, 201, 202, 203, 204, 205])(
    'are taken at the first instruction that starts at or after cycle %i',
    (at) => {
      const m = start(at);
      // Set-up: lui, csrrw, csrrsi of mstatus (4) = 6 cycles; then passes of 3 + 2.
      const phase = (at - 6) % 5;
      // The jump takes two cycles: an interrupt in its second waits for the next pass.
      const done = phase <= 3 ? phase : 0;
      const passes = Math.floor((at - 6) / 5) + (phase === 4 ? 1 : 0);
      expect(m.core.x[10]).toBe(3 * passes + done);
      expect(m.core.x[8]).toBe(BASE + 256 + 12 + 4 * done);
      expect(m.core.x[9]).toBe(0x80000003 | 0);
    },
  );
});

describe('traps', () => {
  const vectors = ['lui a1, 0x1c000', `csrrw zero, ${0x305}, a1`, 'addi s2, zero, 5'];
  const run = (line: string) => {
    const handler = [
      `csrrs s0, ${0x341}, zero`,
      `csrrs s1, ${0x342}, zero`,
      `csrrs a0, ${0x300}, zero`,
      ...FINISH,
    ];
    const filler = Array.from({ length: 64 - handler.length }, () => 'addi zero, zero, 0');
    const m = machine([...handler, ...filler, ...vectors, 'csrrsi zero, 768, 8', line]);
    m.core.pc = BASE + 256;
    m.core.run(1e4);
    return { mepc: m.core.x[8], mcause: m.core.x[9], mstatus: m.core.x[10] };
  };
  const pc = BASE + 256 + 16;
  it.each([
    ['ecall', 11],
    ['ebreak', 3],
    ['c.ebreak', 3],
    ['.word 0', 2],
    ['.word 4294967295', 2],
  ])('%s goes to vector 0 with cause %i, MIE moved to MPIE', (line, cause) =>
    expect(run(line)).toEqual({ mepc: pc, mcause: cause, mstatus: 0x1880 }),
  );

  it('mret goes back and restores the interrupt enable', () => {
    const handler = [
      `csrrs s0, ${0x341}, zero`,
      'addi s0, s0, 4',
      `csrrw zero, ${0x341}, s0`,
      'addi a0, a0, 1',
      'mret',
    ];
    const filler = Array.from({ length: 64 - handler.length }, () => 'addi zero, zero, 0');
    const m = machine([
      ...handler,
      ...filler,
      ...vectors,
      'csrrsi zero, 768, 8',
      'ecall',
      'ecall',
      `csrrs a3, ${0x300}, zero`,
      ...FINISH,
    ]);
    m.core.pc = BASE + 256;
    m.core.run(1e4);
    expect([m.platform.exitStatus, m.core.x[13]]).toEqual([2, 0x1888]);
  });

  it('a trap before mtvec is written is an error', () => {
    const m = machine(['ebreak'], { earlyTraps: 'error' });
    expect(() => m.core.run(1e4)).toThrow(
      /ebreak before the program has set up its trap vectors \(pc 0x1c000000\)/,
    );
  });
});

describe('programs that never end', () => {
  it('a jump to itself with interrupts off', () =>
    expect(() => machine(['jal zero, 0']).core.run(1e6)).toThrow(/jumps to itself/));
  it('a jump to itself that an interrupt ends goes on; one that none can end is an error', () => {
    // Vector 3 lies at +12; the program at +256 sets mtvec, allows interrupts and waits.
    const waiting = (irqAt: number, allow: string) => {
      const m = machine([]);
      m.platform.ram.set(assembleProgram(['addi a0, zero, 5', ...FINISH]), 12);
      m.platform.ram.set(
        assembleProgram(['lui a1, 0x1c000', `csrrw zero, ${0x305}, a1`, allow, 'jal zero, 0']),
        256,
      );
      m.core.pc = BASE + 256;
      m.platform.irq = 3;
      m.platform.irqAt = irqAt;
      m.core.run(1e4);
      return m.platform.exitStatus;
    };
    const [on, off] = ['csrrsi zero, 768, 8', 'csrrci zero, 768, 8'];
    expect(waiting(500, on)).toBe(5);
    expect(() => waiting(500, off)).toThrow(/jumps to itself/);
    expect(() => waiting(Number.POSITIVE_INFINITY, on)).toThrow(/jumps to itself/);
  });
  it('wfi with nothing to wake it', () =>
    expect(() => machine(['wfi']).core.run(1e6)).toThrow(/sleeps for ever/));
  it('a longer loop reaches the limit', () => {
    const m = machine(['addi a0, a0, 1', 'jal zero, -4']);
    expect([m.core.run(1e6), m.core.now(), m.core.x[10]]).toEqual(['limit', 1000000, 333334]);
  });
  it('wfi wakes without taking the interrupt when MIE is 0', () => {
    const m = machine(['addi a0, zero, 7', 'wfi', ...FINISH]);
    m.platform.irqAt = 500;
    m.platform.irq = 3;
    m.core.run(1e5);
    // addi, wfi; asleep until 500; lui, store.
    expect([m.platform.exitStatus, m.core.now(), m.core.sleepCycles]).toEqual([7, 500 + 1 + 5, 497]);
  });
});
