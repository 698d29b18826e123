import type { Compressed } from './types.js';

/** The 16-bit instructions of RV32C without the floating-point ones. Source: the RISC-V unprivileged manual. */
const row = (
  name: string,
  pattern: string,
  operands: string,
  expands: string,
  more: Pick<Compressed, 'fixed' | 'nonzero'> = {},
): Compressed => ({ name, pattern, operands, expands, ...more });

const x0 = { rd: 0 };
const ra = { rd: 1 };

export const COMPRESSED: readonly Compressed[] = [
  row('c.addi4spn', "000 uimm[5:4|9:6|2|3] rd' 00", 'rd, sp, imm', 'addi', {
    fixed: { rs1: 2 },
    nonzero: ['imm'],
  }),
  row('c.lw', "010 uimm[5:3] rs1' uimm[2|6] rd' 00", 'rd, imm(rs1)', 'lw'),
  row('c.sw', "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", 'rs2, imm(rs1)', 'sw'),
  row('c.addi', '000 simm[5] rd/rs1 simm[4:0] 01', 'rd, imm', 'addi'),
  row('c.jal', '001 simm[11|4|9:8|10|6|7|3:1|5] 01', 'target', 'jal', { fixed: ra }),
  row('c.li', '010 simm[5] rd simm[4:0] 01', 'rd, imm', 'addi', { fixed: { rs1: 0 } }),
  row('c.addi16sp', '011 simm[9] 00010 simm[4|6|8:7|5] 01', 'sp, imm', 'addi', {
    fixed: { rd: 2, rs1: 2 },
    nonzero: ['imm'],
  }),
  row('c.lui', '011 simm[17] rd simm[16:12] 01', 'rd, upper', 'lui', { nonzero: ['imm'] }),
  row('c.srli', "100 0 00 rd/rs1' uimm[4:0] 01", 'rd, imm', 'srli'),
  row('c.srai', "100 0 01 rd/rs1' uimm[4:0] 01", 'rd, imm', 'srai'),
  row('c.andi', "100 simm[5] 10 rd/rs1' simm[4:0] 01", 'rd, imm', 'andi'),
  row('c.sub', "100 0 11 rd/rs1' 00 rs2' 01", 'rd, rs2', 'sub'),
  row('c.xor', "100 0 11 rd/rs1' 01 rs2' 01", 'rd, rs2', 'xor'),
  row('c.or', "100 0 11 rd/rs1' 10 rs2' 01", 'rd, rs2', 'or'),
  row('c.and', "100 0 11 rd/rs1' 11 rs2' 01", 'rd, rs2', 'and'),
  row('c.j', '101 simm[11|4|9:8|10|6|7|3:1|5] 01', 'target', 'jal', { fixed: x0 }),
  row('c.beqz', "110 simm[8|4:3] rs1' simm[7:6|2:1|5] 01", 'rs1, target', 'beq', { fixed: { rs2: 0 } }),
  row('c.bnez', "111 simm[8|4:3] rs1' simm[7:6|2:1|5] 01", 'rs1, target', 'bne', { fixed: { rs2: 0 } }),
  row('c.slli', '000 0 rd/rs1 uimm[4:0] 10', 'rd, imm', 'slli'),
  row('c.lwsp', '010 uimm[5] rd uimm[4:2|7:6] 10', 'rd, imm(sp)', 'lw', {
    fixed: { rs1: 2 },
    nonzero: ['rd'],
  }),
  row('c.jr', '100 0 rs1 00000 10', 'rs1', 'jalr', { fixed: { rd: 0, imm: 0 }, nonzero: ['rs1'] }),
  row('c.mv', '100 0 rd rs2 10', 'rd, rs2', 'add', { fixed: { rs1: 0 }, nonzero: ['rs2'] }),
  row('c.ebreak', '100 1 00000 00000 10', '', 'ebreak'),
  row('c.jalr', '100 1 rs1 00000 10', 'rs1', 'jalr', { fixed: { rd: 1, imm: 0 }, nonzero: ['rs1'] }),
  row('c.add', '100 1 rd/rs1 rs2 10', 'rd, rs2', 'add', { nonzero: ['rs2'] }),
  row('c.swsp', '110 uimm[5:2|7:6] rs2 10', 'rs2, imm(sp)', 'sw', { fixed: { rs1: 2 } }),
];
