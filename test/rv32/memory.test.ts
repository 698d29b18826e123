import { describe, expect, it } from 'vitest';
import { Core } from '../../sim/rv32/core.js';
import { WIDE } from '../../sim/rv32/decode.js';
import { insertFields } from '../../sim/rv32/pattern.js';
import { assembleProgram } from './assembler.js';
import { BACKENDS, BASE, FINISH, machine, TestPlatform } from './machine.js';

/** 16 bytes with every sign, at 0x1c004000. */
const DATA = [0x80, 0x7f, 0xff, 0x01, 0x92, 0xa3, 0x34, 0xc5, 0x11, 0x22, 0x33, 0x44, 0xf5, 0xe6, 0xd7, 0xc8];
const TABLE = BASE + 0x4000;
const memoryRows = WIDE.filter(({ row }) => row.effect.kind === 'load' || row.effect.kind === 'store');

/** Bytes of a mnemonic: p.lbu 1, sh 2. */
const width = (name: string): 1 | 2 | 4 =>
  ({ b: 1, h: 2, w: 4 })[/^(?:p\.)?e?[ls]([bhw])/.exec(name)?.[1] ?? 'w'] as 1 | 2 | 4;

function little(bytes: readonly number[], signed: boolean): number {
  const value = bytes.reduceRight((sum, b) => sum * 256 + b, 0);
  return signed && value >= 2 ** (8 * bytes.length - 1) ? value - 2 ** (8 * bytes.length) : value;
}

/** Where the access goes and what rs1 becomes, from the spelling of the operands alone. */
function expectation(operands: string, base: number, imm: number, register: number) {
  const by = operands.includes('imm') ? imm : register;
  return operands.includes('!') ? { address: base, after: base + by } : { address: base + by, after: base };
}

const A0 = 10;
const A1 = 11;
const A2 = 12;

describe.each(memoryRows.map(({ row, layout }) => ({ title: `${row.name} ${row.operands}`, row, layout })))(
  '$title',
  ({ row, layout }) => {
    const carried = new Set<string>(layout.pieces.map((p) => p.field));
    const isLoad = row.name.replace('p.', '').replace('e', '').startsWith('l');
    const word = (imm: number): number => {
      // Loads: a0 <- a1 by a2. Stores: a0 -> a1, by a2, which stands in rs3.
      const all = { rd: A0, rs1: A1, rs2: isLoad ? A2 : A0, rs3: A2, imm };
      return insertFields(layout, Object.fromEntries(Object.entries(all).filter(([k]) => carried.has(k))));
    };

    it.each(BACKENDS)('at every alignment, %s', (backend) => {
      for (const offset of [0, 1, 3])
        for (const by of [2, -1, 3]) {
          // The same access over and over: the last pass decides, by then translated code runs.
          const m = machine(
            [
              'addi s0, zero, 40',
              'addi a1, s1, 0',
              `.word ${word(by)}`,
              'addi s0, s0, -1',
              'bne s0, zero, -12',
              ...FINISH,
            ],
            { backend },
          );
          m.platform.ram.set(DATA, TABLE - BASE);
          m.core.x[9] = TABLE + 4 + offset;
          m.core.x[A2] = by;
          m.core.x[A0] = 0x8badf00d | 0;
          m.core.run(1e5);
          const { address, after } = expectation(row.operands, TABLE + 4 + offset, by, by);
          const bytes = width(row.name);
          const at = address - TABLE;
          if (isLoad) {
            const signed = !row.name.endsWith('u');
            expect(m.core.x[A0]).toBe(little(DATA.slice(at, at + bytes), signed) | 0);
          } else {
            const expected = [...DATA];
            for (let i = 0; i < bytes; i++) expected[at + i] = [0x0d, 0xf0, 0xad, 0x8b][i]!;
            expect([...m.platform.ram.subarray(TABLE - BASE, TABLE - BASE + 16)]).toEqual(expected);
          }
          expect(m.core.x[A1]! - TABLE).toBe(after - TABLE);
        }
    });
  },
);

it('there are the loads and stores that the sheets list', () => {
  // lb lh lw lbu lhu, sb sh sw; of Xpulp each load and store in three forms, and p.elw.
  expect(memoryRows).toHaveLength(5 + 3 + 3 * (5 + 3) + 1);
  expect(memoryRows.filter(({ row }) => row.effect.kind === 'load')).toHaveLength(5 + 3 * 5 + 1);
});

describe('the corners of memory', () => {
  it('reads rs2 before rd is written', () => {
    const m = machine(['p.lw a2, a2(a1!)', ...FINISH]);
    m.core.x[A1] = TABLE;
    m.core.x[A2] = 8;
    m.platform.ram.set(DATA, TABLE - BASE);
    m.core.run(1e5);
    expect([m.core.x[A2], m.core.x[A1]]).toEqual([0x01ff7f80, TABLE + 8]);
  });

  it('stores the base as it was before its own increment', () => {
    const m = machine(['p.sw a1, 4(a1!)', ...FINISH]);
    m.core.x[A1] = TABLE;
    m.core.run(1e5);
    expect(m.ram32[(TABLE - BASE) / 4]).toBe(TABLE);
    expect(m.core.x[A1]).toBe(TABLE + 4);
  });

  it('keeps the loaded data where the base is the destination', () => {
    const m = machine(['p.lw a1, 4(a1!)', ...FINISH]);
    m.core.x[A1] = TABLE;
    m.platform.ram.set(DATA, TABLE - BASE);
    m.core.run(1e5);
    expect(m.core.x[A1]).toBe(0x01ff7f80);
  });

  it('reaches L2 through its alias at address 0', () => {
    const m = machine(['lw a0, 512(zero)', 'sw a0, 516(zero)', ...FINISH]);
    m.ram32[128] = 0x12345678;
    m.core.run(1e5);
    expect([m.platform.exitStatus, m.ram32[129]]).toEqual([0x12345678, 0x12345678]);
  });

  it('the alias ends where L2 does', () => {
    // 2 KiB at 0, as the platform of these tests has it for all addresses below 0x1000.
    const run = (line: string) => {
      const platform = new TestPlatform(0x800);
      platform.ram.set(assembleProgram([line, ...FINISH]));
      platform.ram.set([0x78, 0x56, 0x34, 0x12], 0x7fc);
      const core = new Core(platform);
      core.pc = BASE;
      core.run(1e4);
      return platform.exitStatus;
    };
    expect([run('lw a0, 2044(zero)'), run('lbu a0, 2047(zero)')]).toEqual([0x12345678, 0x12]);
    // The first byte of the program: lbu's opcode.
    expect(run('lbu a0, 0(zero)')).toBe(0x03);
    expect(() => run('lw a0, 2046(zero)')).toThrow(expect.objectContaining({ kind: 'access', pc: BASE }));
    expect(() => run('sh a0, 2047(zero)')).toThrow(expect.objectContaining({ kind: 'access', pc: BASE }));
  });

  it.each([
    ['lw a0, 0(a1)', 0x1a200000, 'access'],
    ['sw a0, 0(a1)', 0x1a200000, 'access'],
    ['lw a0, 0(a1)', BASE + 0x10000, 'access'],
    ['lw a0, -1(a1)', BASE + 0x10000, 'access'],
    ['sh a0, -1(a1)', BASE + 0x10000, 'access'],
  ])('%s at %i is a fault that names the address', (line, address, kind) => {
    const m = machine([line]);
    m.core.x[A1] = address;
    expect(() => m.core.run(1e5)).toThrow(expect.objectContaining({ kind, pc: BASE }));
  });
});

describe('code that is written while it runs', () => {
  it.each(BACKENDS)('is decoded anew without fence.i, %s', (backend) => {
    // The loop adds 1 fifty times; then it changes its own addi to add 3 and goes round fifty times more.
    const m = machine(
      [
        'addi s0, zero, 50',
        'addi a0, a0, 1', // +4: becomes addi a0, a0, 3
        'addi s0, s0, -1', // +8
        'bne s0, zero, -8', // +12
        'bne s1, zero, 24', // +16
        'lw a1, 512(zero)', // +20
        'auipc a2, 0x0', // +24
        'sw a1, -20(a2)', // +28
        'addi s1, zero, 1', // +32
        'jal zero, -36', // +36
        ...FINISH, // +40
      ],
      { backend },
    );
    m.ram32[128] = 0x00350513;
    m.core.run(1e5);
    expect(m.platform.exitStatus).toBe(50 + 150);
  });

  it.each(BACKENDS)('is decoded anew when only its upper half changes, %s', (backend) => {
    // sh writes the immediate of an addi that starts two bytes before: +1 becomes +3 from the second pass on.
    const lines = [
      'addi s0, zero, 60',
      'addi a0, a0, 1',
      'sh a1, 2(a2)',
      'addi s0, s0, -1',
      'bne s0, zero, -12',
      ...FINISH,
    ];
    const m = machine(lines, { backend });
    m.core.x[A1] = 0x0035;
    m.core.x[A2] = BASE + 4;
    m.core.run(1e5);
    expect(m.platform.exitStatus).toBe(1 + 59 * 3);
  });

  it.each(BACKENDS)('changes the stall of the instruction before it, %s', (backend) => {
    // After a load comes addi a4, a3, 0, which waits for nothing, until a store makes it addi a4, a0, 0, which waits.
    const lines = [
      'addi s0, zero, 60',
      'lw a0, 512(zero)',
      'addi a4, a3, 0',
      'addi s0, s0, -1',
      'bne s0, zero, -12',
      'bne s1, zero, 20',
      'addi s1, zero, 1',
      'addi s0, zero, 60',
      'sw a1, 0(a2)',
      'jal zero, -32',
      ...FINISH,
    ];
    const m = machine(lines, { backend });
    m.core.x[A1] = 0x00050713;
    m.core.x[A2] = BASE + 8;
    m.core.run(1e5);
    // Each round of 60: addi, and 60 x (load, addi, addi, taken bne) - 2; the second has 60 stalls more.
    const round = 60 * 6 - 2;
    const between = 1 + 3 + 2;
    expect(m.core.now()).toBe(1 + round + between + round + 60 + 3 + 1 + 5);
  });

  it.each(BACKENDS)('takes effect on the very next instruction of the same block, %s', (backend) => {
    const lines = [
      'addi s0, zero, 60',
      'sw a1, 8(a2)', // +4: changes what comes next; a2 is +4 itself
      'addi a3, a3, 0', // +8: padding, so that the store is not next to its target
      'addi a0, a0, 1', // +12: becomes addi a0, a0, 3 the first time
      'addi s0, s0, -1',
      'bne s0, zero, -16',
      ...FINISH,
    ];
    const m = machine(lines, { backend });
    m.core.x[A1] = 0x00350513;
    m.core.x[A2] = BASE + 4;
    m.core.run(1e5);
    expect(m.platform.exitStatus).toBe(180);
  });
});
