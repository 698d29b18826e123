import { describe, expect, it } from 'vitest';
import type { CoreOptions } from '../../sim/rv32/core.js';
import { BACKENDS, BASE, FINISH, machine } from './machine.js';

const tiers: readonly CoreOptions[] = BACKENDS.map((backend) => ({ backend }));

function result(lines: readonly string[], options: CoreOptions, registers: Record<number, number> = {}) {
  const m = machine([...lines, ...FINISH], options);
  for (const [r, value] of Object.entries(registers)) m.core.x[Number(r)] = value;
  m.core.run(1e6);
  return m;
}

describe.each(tiers)('branches %j', (options) => {
  // a0 = number of passes out of 64 in which the branch was taken, by the low bits of the pass.
  const taken = (branch: string, a1: string): number =>
    result(
      [
        'addi s0, zero, 64',
        `andi a1, s0, ${a1}`,
        'addi a1, a1, -2',
        'addi a2, zero, 1',
        branch,
        'addi a0, a0, 1',
        'addi s0, s0, -1',
        'bne s0, zero, -24',
      ],
      options,
    ).platform.exitStatus ?? -1;

  // a1 runs through -2, -1, 0, 1 sixteen times; a2 is 1. The branch skips the count.
  it.each([
    ['beq a1, a2, 8', 48],
    ['bne a1, a2, 8', 16],
    ['blt a1, a2, 8', 16],
    ['bge a1, a2, 8', 48],
    ['bltu a1, a2, 8', 48], // only 0 is below 1
    ['bgeu a1, a2, 8', 16],
    ['p.beqimm a1, -2, 8', 48],
    ['p.bneimm a1, -2, 8', 16],
    ['p.beqimm a1, 1, 8', 48],
    ['p.bneimm a1, -1, 8', 16],
  ])('%s falls through %i times', (branch, count) => expect(taken(branch, '3')).toBe(count));
});

describe.each(tiers)('jumps %j', (options) => {
  it('jal links the next address and c.jal likewise', () => {
    expect(result(['jal ra, 4', 'addi a0, ra, 0'], options).platform.exitStatus).toBe(BASE + 4);
    expect(result(['c.jal 2', 'c.mv a0, ra'], options).platform.exitStatus).toBe(BASE + 2);
  });

  it('jalr reads its base before it links', () => {
    const m = result(['auipc ra, 0x0', 'jalr ra, 12(ra)', 'addi a0, zero, 99', 'addi a0, ra, 0'], options);
    expect(m.platform.exitStatus).toBe(BASE + 8);
  });

  it('calls and returns keep the list of calls', () => {
    const loop = ['addi s0, zero, 100', 'jal ra, 16', 'addi s0, s0, -1', 'bne s0, zero, -8', 'jal zero, 12'];
    const callee = ['addi a0, a0, 1', 'jalr zero, 0(ra)'];
    const m = result([...loop, ...callee], options);
    expect([m.platform.exitStatus, m.core.calls.depth]).toEqual([100, 0]);
  });

  it('a jump to an odd address is an error, or drops the bit when asked to', () => {
    const lines = ['auipc a1, 0x0', 'jalr zero, 9(a1)', ...FINISH];
    expect(() => machine(lines, options).core.run(1e5)).toThrow(/odd address 0x1c000009/);
    expect(machine(lines, { ...options, oddJumps: 'clear' }).core.run(1e5)).toBe('exit');
  });
});

describe.each(tiers)('hardware loops %j', (options) => {
  it.each([
    ['lp.setup x0, s0, 12', { 8: 50 }, 50],
    ['lp.setup x1, s0, 12', { 8: 50 }, 50],
    ['lp.setupi x0, 50, 12', {}, 50],
    ['lp.setupi x1, 4095, 12', {}, 4095],
    ['lp.setup x0, s0, 12', { 8: 1 }, 1],
    ['lp.setup x0, s0, 12', { 8: 0 }, 1], // a count of 0 runs the body once
  ])('%s with %j runs its body %i times', (setup, registers, times) => {
    const m = result([setup, 'addi a0, a0, 1', 'addi a1, a1, 1', 'addi a2, a2, 1'], options, registers);
    expect([m.core.x[10], m.core.x[11], m.core.x[12]]).toEqual([times, times, times]);
  });

  it('start, end and count one by one', () => {
    const m = result(
      [
        'lp.starti x0, 12',
        'lp.endi x0, 12',
        'lp.counti x0, 77',
        'addi a0, a0, 1',
        'addi a1, a1, 2',
        'addi a2, a2, 4',
      ],
      options,
    );
    expect([m.core.x[10], m.core.x[11], m.core.x[12]]).toEqual([77, 154, 4]);
    const n = result(
      [
        'lp.starti x1, 12',
        'lp.endi x1, 12',
        'lp.count x1, s0',
        'addi a0, a0, 1',
        'addi a1, a1, 0',
        'addi a2, a2, 0',
      ],
      options,
      { 8: 33 },
    );
    expect(n.core.x[10]).toBe(33);
  });

  it('nest, the inner one in set 0', () => {
    const m = result(
      [
        'lp.setupi x1, 20, 16', // body +4..+16
        'lp.setupi x0, 30, 8', // +4: body +8..+12
        'addi a0, a0, 1', // +8
        'addi a1, a1, 1', // +12: end of loop 0
        'addi a2, a2, 1', // +16: end of loop 1
      ],
      options,
    );
    expect([m.core.x[10], m.core.x[11], m.core.x[12]]).toEqual([600, 600, 20]);
  });

  it('with one end for both, set 0 goes first', () => {
    const m = result(
      ['lp.setupi x1, 3, 12', 'lp.setupi x0, 5, 8', 'addi a0, a0, 1', 'addi a1, a1, 1'],
      options,
    );
    // The inner loop is set up anew in each pass of the outer one.
    expect([m.core.x[10], m.core.x[11]]).toEqual([15, 15]);
  });

  it('end on a compressed instruction and start at a half-word', () => {
    const m = result(
      ['c.addi a3, 1', 'lp.setupi x0, 40, 8', 'c.addi a0, 1', 'c.addi a1, 1', 'addi a2, a2, 1'],
      options,
    );
    // pc + 8 is the second compressed instruction after one of 4 bytes: +4 c.addi, +6 c.addi, +8 addi.
    expect([m.core.x[10], m.core.x[11], m.core.x[12]]).toEqual([40, 40, 40]);
  });

  it('leave their registers alone when a branch leaves the body', () => {
    const m = result(
      [
        'lp.setupi x0, 50, 12',
        'addi a0, a0, 1',
        'p.beqimm a0, 7, 12',
        'addi a1, a1, 1',
        'addi a2, zero, 1',
        `csrrs a0, ${0x7c2}, zero`,
      ],
      options,
    );
    // Six back jumps were made: 50 - 6 are left.
    expect([m.platform.exitStatus, m.core.x[11], m.core.x[12]]).toEqual([44, 6, 0]);
  });

  it('leave 1 in the counter', () => {
    expect(
      result(['lp.setupi x0, 9, 8', 'addi a1, a1, 1', 'addi a2, a2, 1', `csrrs a0, ${0x7c2}, zero`], options)
        .platform.exitStatus,
    ).toBe(1);
  });

  it('end with a load or store, whose stall belongs to the way taken', () => {
    const lines = [
      'lui s1, 0x1c004',
      'lp.setupi x0, 50, 8',
      'addi a1, a0, 0',
      'lw a0, 0(s1)',
      'addi a2, zero, 0',
    ];
    const m = result(lines, options);
    // lui, setup; 50 x (addi + lw); 49 stalls on the way back, none on the way out; addi; lui, sw with 4 wait states.
    expect(m.core.now()).toBe(2 + 100 + 49 + 1 + 1 + 1 + 4);
  });

  it('end with a load that only what follows the loop waits for', () => {
    const lines = [
      'lui s1, 0x1c004',
      'lp.setupi x0, 50, 8',
      'addi a1, a1, 1',
      'lw a0, 0(s1)',
      'addi a2, a0, 0',
    ];
    // lui, setup; 50 x (addi + lw); one stall on the way out; addi; lui, sw with 4 wait states.
    expect(result(lines, options).core.now()).toBe(2 + 100 + 1 + 1 + 1 + 1 + 4);
  });
});

describe.each(tiers)('control and status registers %j', (options) => {
  const csr = (lines: string[], registers: Record<number, number> = {}): number | undefined =>
    result(lines, options, registers).platform.exitStatus;

  it.each([
    ['mhartid: cluster 31, core 0', [`csrrs a0, ${0xf14}, zero`], 0x3e0],
    ['its user copy', [`csrrs a0, ${0x014}, zero`], 0x3e0],
    ['misa', [`csrrs a0, ${0x301}, zero`], 0x40901104],
    ['privilege', [`csrrs a0, ${0xc10}, zero`], 3],
    ['mstatus at reset', [`csrrs a0, ${0x300}, zero`], 0x1800],
    [
      'mtvec keeps bits 31:8 and reads 1 below',
      [`csrrw zero, ${0x305}, a1`, `csrrs a0, ${0x305}, zero`],
      0x12345601,
    ],
    ['mscratch', [`csrrw zero, ${0x340}, a1`, `csrrs a0, ${0x340}, zero`], 0x12345678],
    [
      'mepc drops bit 0',
      [`csrrw zero, ${0x341}, a1`, `csrrsi zero, ${0x341}, 1`, `csrrs a0, ${0x341}, zero`],
      0x12345678,
    ],
    ['mcause keeps bit 31 and the code', [`csrrw zero, ${0x342}, a1`, `csrrs a0, ${0x342}, zero`], 0x18],
    [
      'set then clear',
      [
        `csrrw zero, ${0x340}, a1`,
        `csrrsi zero, ${0x340}, 7`,
        `csrrci a2, ${0x340}, 10`,
        `csrrs a0, ${0x340}, zero`,
      ],
      0x12345675,
    ],
    ['the old value comes back', [`csrrw zero, ${0x340}, a1`, `csrrwi a0, ${0x340}, 3`], 0x12345678],
    [
      'an unknown register reads 0 and takes writes',
      [`csrrw a0, ${0x7a1}, a1`, `csrrs a0, ${0x7a1}, zero`],
      0,
    ],
    ['a loop register', [`csrrw zero, ${0x7c4}, a1`, `csrrs a0, ${0x7c4}, zero`], 0x12345678],
  ])('%s', (_, lines, expected) => expect(csr(lines, { 11: 0x12345678 })).toBe(expected));

  it('counts cycles and instructions where PCER asks for them', () => {
    const lines = [
      `csrrwi zero, ${0xcc0}, 3`,
      `csrrw zero, ${0x79f}, zero`,
      'lw a1, 512(zero)',
      'addi a1, a1, 1', // waits for the load
      `csrrs s0, ${0x780}, zero`,
      `csrrs s1, ${0x781}, zero`,
    ];
    const m = result(lines, options);
    // From the clearing write on: it, the load, its stall, the add, the read itself.
    expect([m.core.x[8], m.core.x[9]]).toEqual([4, 4]);
  });

  it('counts loads, stores, branches and stalls', () => {
    const lines = [
      'addi a5, zero, -1',
      `csrrw zero, ${0xcc0}, a5`,
      'addi s0, zero, 30',
      'lw a1, 512(zero)',
      'addi a1, a1, 1',
      'sw a1, 512(zero)',
      'addi s0, s0, -1',
      'bne s0, zero, -16',
      ...[2, 5, 6, 8, 9, 10].map((event, i) => `csrrs a${i}, ${0x780 + event}, zero`),
    ];
    const { x } = result(lines, options).core;
    // load-use stalls, loads, stores, branches, taken, compressed
    expect([x[10], x[11], x[12], x[13], x[14], x[15]]).toEqual([30, 30, 30, 30, 29, 0]);
  });

  it('counts jumps, compressed instructions and what a jump waits for its register', () => {
    const lines = [
      'auipc s1, 0x0',
      'addi s1, s1, 36', // the way on
      'sw s1, 0(a4)',
      'addi a5, zero, -1',
      `csrrw zero, ${0xcc0}, a5`,
      'c.addi a1, 1',
      'c.addi a1, 1',
      'jal zero, 4',
      'lw a2, 0(a4)', // +28
      'jalr zero, 0(a2)', // waits for the load
      ...[2, 3, 7, 10].map((event, i) => `csrrs a${i}, ${0x780 + event}, zero`), // +36
    ];
    const { x } = result(lines, options, { 14: 0x1c004000 }).core;
    // No load-use stall; the jump waits two cycles for the load; two jumps; two compressed ones.
    expect([x[10], x[11], x[12], x[13]]).toEqual([0, 2, 2, 2]);
  });

  it('counts events of code that was hot before it was asked to', () => {
    const lines = [
      'addi s0, zero, 200',
      'addi s0, s0, -1', // +4
      'bne s0, zero, -4',
      'bne s1, zero, 20', // +12: the second time, out
      `csrrw zero, ${0xcc0}, a5`,
      'addi s1, zero, 1',
      'addi s0, zero, 30',
      'jal zero, -24', // +28: to +4
      `csrrs a0, ${0x780 + 8}, zero`, // +32
      `csrrs a1, ${0x780 + 9}, zero`,
    ];
    const { x } = result(lines, options, { 15: -1 }).core;
    // 30 branches of the loop, 29 taken, and the one that leads out.
    expect([x[10], x[11]]).toEqual([31, 30]);
  });
});
