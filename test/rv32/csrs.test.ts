import { describe, expect, it } from 'vitest';
import { CSR } from '../../sim/rv32/csr-names.js';
import { CsrFile, EVENT } from '../../sim/rv32/csrs.js';

/** Registers by themselves, with cycles and instructions at hand. */
function file() {
  const port = { loops: new Int32Array(6), at: 0, retired: 0 };
  const csrs = new CsrFile({
    loops: port.loops,
    cycles: () => port.at,
    instructions: () => port.retired,
  });
  return { csrs, port };
}

describe('performance counters', () => {
  it('0 and 1 follow cycles and instructions while their bits of PCER are set', () => {
    const { csrs, port } = file();
    port.at = 10;
    port.retired = 4;
    csrs.write(CSR.pcer, 0b01);
    port.at = 25;
    port.retired = 9;
    expect([csrs.read(CSR.pccr0), csrs.read(CSR.pccr0 + 1)]).toEqual([15, 0]);
    csrs.write(CSR.pcer, 0b10);
    port.at = 50;
    port.retired = 16;
    expect([csrs.read(CSR.pccr0), csrs.read(CSR.pccr0 + 1)]).toEqual([15, 7]);
  });

  it('stand still where bit 0 of PCMR is 0', () => {
    const { csrs, port } = file();
    csrs.write(CSR.pcer, 0x1ffff);
    csrs.write(CSR.pcmr, 2);
    port.at = 100;
    csrs.count(EVENT.loads);
    expect([csrs.read(CSR.pccr0), csrs.read(CSR.pccr0 + EVENT.loads)]).toEqual([0, 0]);
    csrs.write(CSR.pcmr, 1);
    port.at = 130;
    csrs.count(EVENT.loads, 3);
    expect([csrs.read(CSR.pccr0), csrs.read(CSR.pccr0 + EVENT.loads)]).toEqual([30, 3]);
  });

  it('stop at their greatest value, or wrap where bit 1 of PCMR is 0', () => {
    const { csrs } = file();
    const counter = CSR.pccr0 + EVENT.stores;
    csrs.write(CSR.pcer, 1 << EVENT.stores);
    csrs.write(counter, -2);
    expect(csrs.read(counter)).toBe(-2);
    csrs.count(EVENT.stores, 5);
    expect(csrs.read(counter)).toBe(-1);
    csrs.write(CSR.pcmr, 1);
    expect(csrs.read(counter)).toBe(3);
  });

  it('are all written at once by the register behind them, which reads 0', () => {
    const { csrs } = file();
    csrs.write(CSR.pccrAll, 9);
    expect([0, 1, 17, 30].map((i) => csrs.read(CSR.pccr0 + i))).toEqual([9, 9, 9, 9]);
    expect(csrs.read(CSR.pccrAll)).toBe(0);
  });

  it.each([
    [0b11, 3, false], // cycles and instructions take no look at each instruction
    [0b100, 3, true],
    [0b100, 1, true],
    [0b100, 2, false],
    [0, 3, false],
    [1 << 16, 3, true],
    [1 << 17, 3, false], // PCER has 17 bits
  ])('PCER %i with PCMR %i asks to look at every instruction: %s', (pcer, pcmr, looks) => {
    const { csrs } = file();
    csrs.write(CSR.pcer, pcer);
    csrs.write(CSR.pcmr, pcmr);
    expect(csrs.countsEvents).toBe(looks);
  });

  it('have a second address for their enables', () => {
    const { csrs } = file();
    csrs.write(CSR.pcerAlias, -1);
    csrs.write(CSR.pcmrAlias, 0xd);
    expect([CSR.pcer, CSR.pcerAlias, CSR.pcmr, CSR.pcmrAlias].map((n) => csrs.read(n))).toEqual([
      0x1ffff, 0x1ffff, 1, 1,
    ]);
  });
});

describe('traps', () => {
  it('save where and why, and forbid interrupts until they are left', () => {
    const { csrs } = file();
    csrs.write(CSR.mtvec, 0x1c0001ff);
    csrs.write(CSR.mstatus, 8);
    expect([csrs.mie, csrs.read(CSR.mstatus), csrs.vectors]).toEqual([true, 0x1808, 0x1c000100]);
    expect(csrs.enterTrap(0x1c000123, 5, true)).toBe(0x1c000100 + 4 * 5);
    expect([csrs.mie, csrs.read(CSR.mstatus)]).toEqual([false, 0x1880]);
    expect([csrs.read(CSR.mepc), csrs.read(CSR.mcause)]).toEqual([0x1c000122, 0x80000005 | 0]);
    expect(csrs.leaveTrap()).toBe(0x1c000122);
    expect([csrs.mie, csrs.read(CSR.mstatus)]).toEqual([true, 0x1888]);
  });
  it('exceptions go to vector 0', () => {
    const { csrs } = file();
    csrs.write(CSR.mtvec, 0x1c000100);
    expect(csrs.enterTrap(0x1c000200, 11, false)).toBe(0x1c000100);
    expect([csrs.read(CSR.mcause), csrs.leaveTrap(), csrs.mie]).toEqual([11, 0x1c000200, false]);
  });
  it('mstatus keeps MIE and MPIE of what is written; mcause bit 31 and the code', () => {
    const { csrs } = file();
    csrs.write(CSR.mstatus, 0x80);
    expect([csrs.mie, csrs.read(CSR.mstatus)]).toEqual([false, 0x1880]);
    csrs.write(CSR.mstatus, ~0x88);
    expect(csrs.read(CSR.mstatus)).toBe(0x1800);
    csrs.write(CSR.mcause, -1);
    expect(csrs.read(CSR.mcause)).toBe(0x8000001f | 0);
  });
  it('vectors are set once mtvec is written', () => {
    const { csrs } = file();
    expect(csrs.vectorsSet).toBe(false);
    csrs.write(CSR.mscratch, 1);
    expect(csrs.vectorsSet).toBe(false);
    csrs.write(CSR.mtvec, 0);
    expect(csrs.vectorsSet).toBe(true);
  });
});

it('the registers of the hardware loops: start, end and count of loop 0, then of loop 1', () => {
  const { csrs, port } = file();
  [0x7c0, 0x7c1, 0x7c2, 0x7c4, 0x7c5, 0x7c6].forEach((number, i) => {
    csrs.write(number, 100 + i);
    expect(csrs.read(number)).toBe(100 + i);
  });
  expect([...port.loops]).toEqual([100, 101, 102, 103, 104, 105]);
  // Between and behind them lies nothing.
  for (const number of [0x7bf, 0x7c3, 0x7c7]) {
    csrs.write(number, 7);
    expect(csrs.read(number)).toBe(0);
  }
  expect([...port.loops]).toEqual([100, 101, 102, 103, 104, 105]);
});
