import { describe, expect, it } from 'vitest';
import { decode, NARROW, WIDE } from '../../sim/rv32/decode.js';
import { disassemble } from '../../sim/rv32/disassemble.js';
import { readsRegister, writtenRegisters } from '../../sim/rv32/operands.js';
import { extractFields, insertFields, parsePattern } from '../../sim/rv32/pattern.js';

const text = (word: number): string | undefined => {
  const d = decode(word);
  return d === undefined ? undefined : disassemble(d, 0x1000);
};

describe('words put together by hand from the fact sheet', () => {
  it.each([
    [0xf265b5b3, 'p.bclri a1, a1, 25, 6'], // from the SDK's own libraries
    [0x040686b3, 'p.abs a3, a3'], // likewise
    [0x0045a50b, 'p.lw a0, 4(a1!)'],
    [0x20c5f50b, 'p.lw a0, a2(a1!)'],
    [0x40c5f503, 'p.lbu a0, a2(a1)'],
    [0xfea5ae2b, 'p.sw a0, -4(a1!)'],
    [0x00a5c62b, 'p.sb a0, a2(a1!)'],
    [0x00a5d623, 'p.sh a0, a2(a1)'],
    [0x004640fb, 'lp.setup x1, a2, 0x00001008'],
    [0x0643507b, 'lp.setupi x0, 100, 0x0000100c'],
    [0x0050307b, 'lp.counti x0, 5'],
    [0x01d52463, 'p.beqimm a0, -3, 0x00001008'],
    [0x14859533, 'p.clip a0, a1, 8'],
    [0x06c5e55b, 'p.addRN a0, a1, a2, 3'],
    [0xc0c5b55b, 'p.subuNr a0, a1, a2'],
    [0xdec5d55b, 'p.machhsRN a0, a1, a2, 15'],
    [0x42c58533, 'p.mac a0, a1, a2'],
    [0x1005b533, 'p.cnt a0, a1'],
    [0xce859533, 'p.extractui a0, a1, 7, 8'],
    [0x00c58557, 'pv.add.h a0, a1, a2'],
    [0xb8c59557, 'pv.sdotsp.b a0, a1, a2'],
    [0x03f5f557, 'pv.add.sci.b a0, a1, -1'],
    [0x7a05e557, 'pv.extract.h a0, a1, 1'],
    [0xf035f557, 'pv.shuffleI2.sci.b a0, a1, 6'],
    [0x30047073, 'csrrci zero, mstatus, 8'],
    [0x780027f3, 'csrrs a5, pccr0, zero'],
    [0x781027f3, 'csrrs a5, pccr1, zero'],
    [0x79e027f3, 'csrrs a5, pccr30, zero'],
    [0x79f027f3, 'csrrs a5, pccrAll, zero'],
    [0x7b0027f3, 'csrrs a5, 0x7b0, zero'],
    [0x30200073, 'mret'],
    [0x10500073, 'wfi'],
    [0x00100073, 'ebreak'],
    [0x0ff0000f, 'fence'],
    [0x0000100f, 'fence.i'],
    [0x8082, 'c.jr ra'],
    [0x1141, 'c.addi sp, -16'],
    [0xc606, 'c.swsp ra, 12(sp)'],
    [0x40b2, 'c.lwsp ra, 12(sp)'],
    [0x7139, 'c.addi16sp sp, -64'],
    [0x0808, 'c.addi4spn a0, sp, 16'],
    [0x6785, 'c.lui a5, 0x1'],
    [0x852e, 'c.mv a0, a1'],
    [0x9782, 'c.jalr a5'],
    [0x9002, 'c.ebreak'],
    [0xa001, 'c.j 0x00001000'],
  ])('word %i is %s', (word, expected) => expect(text(word)).toBe(expected));
});

describe('words that are no instruction', () => {
  it.each([
    [0x0000, 'the all-zero half'],
    [0x2000, 'c.fld: no floating point'],
    [0x6001, 'c.lui with an immediate of 0'],
    [0x4002, 'c.lwsp into x0'],
    [0x8002, 'c.jr through x0'],
    [0x9101, 'c.srli by 32 or more'],
    [0xffffffff, 'all ones'],
    [0x00000053, 'fadd.s: no floating point'],
    [0x0000202f, 'lr.w: no atomics'],
    [0x02001013, 'slli by 32'],
    [0x40001033, 'funct7 of sub with funct3 of sll'],
    [0xfe00705b, 'an Xpulp opcode with a free code'],
  ])('word %i, %s, is illegal', (word) => expect(text(word)).toBeUndefined());
});

describe('the registers that an instruction reads and writes', () => {
  it.each([
    [0x0045a50b, 'p.lw a0, 4(a1!)', [11], [10, 11]],
    [0x20c5f50b, 'p.lw a0, a2(a1!)', [11, 12], [10, 11]],
    [0x0045a503, 'lw a0, 4(a1)', [11], [10]],
    [0xfea5ae2b, 'p.sw a0, -4(a1!)', [10, 11], [11]],
    [0x00a5d623, 'p.sh a0, a2(a1)', [10, 11, 12], []],
    [0x00a5a023, 'sw a0, 0(a1)', [10, 11], []],
    [0x40c58533, 'sub a0, a1, a2', [11, 12], [10]],
    [0x00c58033, 'add zero, a1, a2', [11, 12], []],
    [0x42c58533, 'p.mac a0, a1, a2', [10, 11, 12], [10]],
    [0x00b50463, 'beq a0, a1, 0x00001008', [10, 11], []],
    [0x008000ef, 'jal ra, 0x00001008', [], [1]],
    [0x00058067, 'jalr zero, 0(a1)', [11], []],
    [0x004640fb, 'lp.setup x1, a2, 0x00001008', [12], []],
    [0x34059573, 'csrrw a0, mscratch, a1', [11], [10]],
    [0x30047073, 'csrrci zero, mstatus, 8', [], []],
    [0x30200073, 'mret', [], []],
  ] as const)('%i, %s: reads %j, writes %j', (word, spelled, reads, writes) => {
    const d = decode(word)!;
    expect(disassemble(d, 0x1000)).toBe(spelled);
    expect(Array.from({ length: 32 }, (_, r) => r).filter((r) => readsRegister(d, r))).toEqual(reads);
    expect(writtenRegisters(d)).toEqual(writes);
  });
});

describe('patterns', () => {
  it.each([
    ['01 wrong 0000', 'no meaning for "wrong"'],
    ['01 rd4 0000', 'no meaning for "rd4"'],
    ['000000000000 rs1 000 rd 00100', 'has 30 bits; must be 16 or 32'],
    ['000000000000 rs1 000 rd 001001111', 'has 34 bits; must be 16 or 32'],
  ])('%s: %s', (pattern, message) => {
    expect(() => parsePattern(pattern)).toThrow(`pattern "${pattern}"`);
    expect(() => parsePattern(pattern)).toThrow(message);
  });

  it('take an immediate apart from the top down, and sign it by its highest bit', () => {
    // The branches' immediate: bits 12 and 10:5 in 31:25, bits 4:1 and 11 in 11:7.
    const layout = parsePattern('simm[12|10:5] rs2 rs1 000 simm[4:1|11] 1100011');
    expect([layout.bits, layout.mask, layout.match]).toEqual([32, 0x707f, 0x63]);
    // beq a0, a1, -4
    expect(extractFields(layout, 0xfeb50ee3)).toMatchObject({ rs1: 10, rs2: 11, imm: -4, rd: 0 });
    expect(insertFields(layout, { rs1: 10, rs2: 11, imm: -4 })).toBe(0xfeb50ee3);
    expect(insertFields(layout, { imm: 4094 }) >>> 0).toBe(0x7e000fe3);
    expect(extractFields(layout, 0x7e000fe3).imm).toBe(4094);
  });

  it('short registers are x8 to x15', () => {
    const layout = parsePattern("100 011 rd/rs1' 11 rs2' 01");
    expect(extractFields(layout, 0x8d15)).toMatchObject({ rd: 10, rs1: 10, rs2: 13 });
    expect(insertFields(layout, { rd: 10, rs1: 10, rs2: 13 })).toBe(0x8d15 | 0x0060);
  });

  it.each([
    [{ imm: 3 }, 'imm = 3 does not fit; it would be read back as 2'],
    [{ imm: 4096 }, 'imm = 4096 does not fit; it would be read back as -4096'],
    [{ rs1: 32 }, 'rs1 = 32 does not fit; it would be read back as 0'],
  ])('%j does not fit', (fields, message) => {
    const layout = parsePattern('simm[12|10:5] rs2 rs1 000 simm[4:1|11] 1100011');
    expect(() => insertFields(layout, fields)).toThrow(message);
  });
});

it('no word matches two 32-bit rows', () => {
  for (const [i, a] of WIDE.entries())
    for (const b of WIDE.slice(i + 1)) {
      const common = a.layout.mask & b.layout.mask;
      expect(
        (a.layout.match & common) === (b.layout.match & common) && `${a.row.name} and ${b.row.name}`,
      ).toBe(false);
    }
});

it('has a row for everything the sheet lists', () => {
  // Loads and stores, loops, scalar, fields, opcode 0x5B, packed SIMD of six forms each, other packed SIMD. GVSoC counts 306:
  // it has a second name for eight products without a shift, and lacks pv.packh.
  const xpulp = 25 + 6 + 25 + 10 + 32 + 30 * 6 + 21;
  expect(xpulp).toBe(306 - 8 + 1);
  expect(WIDE.filter(({ row }) => row.extension === 'Xpulp')).toHaveLength(xpulp);
  expect(NARROW).toHaveLength(26);
  // RV32I with fence, ecall and ebreak; M; Zicsr; fence.i; mret and wfi.
  expect(WIDE.filter(({ row }) => row.extension !== 'Xpulp')).toHaveLength(40 + 8 + 6 + 1 + 2);
});
