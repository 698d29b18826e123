import type { Instruction, TimingClass } from './types.js';

/** RV32I, M, Zicsr, Zifencei and the machine-mode instructions. Source: the RISC-V unprivileged and privileged manuals. */

const I = 'simm[11:0] rs1';
const S = (f3: string): string => `simm[11:5] rs2 rs1 ${f3} simm[4:0] 0100011`;
const B = (f3: string): string => `simm[12|10:5] rs2 rs1 ${f3} simm[4:1|11] 1100011`;

const immediate = (name: string, f3: string, expr: string): Instruction => ({
  name,
  pattern: `${I} ${f3} rd 0010011`,
  operands: 'rd, rs1, imm',
  effect: { kind: 'value', expr },
  timing: 'single',
  extension: 'I',
});

const shift = (name: string, f7: string, f3: string, expr: string): Instruction => ({
  ...immediate(name, f3, expr),
  pattern: `${f7} uimm[4:0] rs1 ${f3} rd 0010011`,
});

const register = (
  name: string,
  f7: string,
  f3: string,
  expr: string,
  timing: TimingClass = 'single',
): Instruction => ({
  name,
  pattern: `${f7} rs2 rs1 ${f3} rd 0110011`,
  operands: 'rd, rs1, rs2',
  effect: { kind: 'value', expr },
  timing,
  extension: f7 === '0000001' ? 'M' : 'I',
});

const load = (name: string, f3: string, bytes: 1 | 2 | 4, signed: boolean): Instruction => ({
  name,
  pattern: `${I} ${f3} rd 0000011`,
  operands: 'rd, imm(rs1)',
  effect: { kind: 'load', bytes, signed, address: 'rs1 + imm' },
  timing: 'load',
  extension: 'I',
});

const store = (name: string, f3: string, bytes: 1 | 2 | 4): Instruction => ({
  name,
  pattern: S(f3),
  operands: 'rs2, imm(rs1)',
  effect: { kind: 'store', bytes, address: 'rs1 + imm' },
  timing: 'store',
  extension: 'I',
});

const branch = (name: string, f3: string, when: string): Instruction => ({
  name,
  pattern: B(f3),
  operands: 'rs1, rs2, target',
  effect: { kind: 'branch', when },
  timing: 'branch',
  extension: 'I',
});

const csr = (name: string, f3: string, action: 'write' | 'set' | 'clear'): Instruction => ({
  name,
  pattern: f3.startsWith('1') ? `uimm[11:0] uimm2[4:0] ${f3} rd 1110011` : `uimm[11:0] rs1 ${f3} rd 1110011`,
  operands: f3.startsWith('1') ? 'rd, csr, imm2' : 'rd, csr, rs1',
  effect: { kind: 'csr', action, source: f3.startsWith('1') ? 'imm2' : 'rs1' },
  timing: 'csr',
  extension: 'Zicsr',
});

export const BASE: readonly Instruction[] = [
  {
    name: 'lui',
    pattern: 'simm[31:12] rd 0110111',
    operands: 'rd, upper',
    effect: { kind: 'value', expr: 'imm' },
    timing: 'single',
    extension: 'I',
  },
  {
    name: 'auipc',
    pattern: 'simm[31:12] rd 0010111',
    operands: 'rd, upper',
    effect: { kind: 'value', expr: 'pc + imm' },
    timing: 'single',
    extension: 'I',
  },
  {
    name: 'jal',
    pattern: 'simm[20|10:1|11|19:12] rd 1101111',
    operands: 'rd, target',
    effect: { kind: 'jump' },
    timing: 'jump',
    extension: 'I',
  },
  {
    name: 'jalr',
    pattern: `${I} 000 rd 1100111`,
    operands: 'rd, imm(rs1)',
    effect: { kind: 'jumpRegister' },
    timing: 'jumpRegister',
    extension: 'I',
  },
  branch('beq', '000', 'rs1 === rs2'),
  branch('bne', '001', 'rs1 !== rs2'),
  branch('blt', '100', 'rs1 < rs2'),
  branch('bge', '101', 'rs1 >= rs2'),
  branch('bltu', '110', 'rs1 >>> 0 < rs2 >>> 0'),
  branch('bgeu', '111', 'rs1 >>> 0 >= rs2 >>> 0'),
  load('lb', '000', 1, true),
  load('lh', '001', 2, true),
  load('lw', '010', 4, true),
  load('lbu', '100', 1, false),
  load('lhu', '101', 2, false),
  store('sb', '000', 1),
  store('sh', '001', 2),
  store('sw', '010', 4),
  immediate('addi', '000', 'rs1 + imm'),
  immediate('slti', '010', 'rs1 < imm ? 1 : 0'),
  immediate('sltiu', '011', 'rs1 >>> 0 < imm >>> 0 ? 1 : 0'),
  immediate('xori', '100', 'rs1 ^ imm'),
  immediate('ori', '110', 'rs1 | imm'),
  immediate('andi', '111', 'rs1 & imm'),
  shift('slli', '0000000', '001', 'rs1 << imm'),
  shift('srli', '0000000', '101', 'rs1 >>> imm'),
  shift('srai', '0100000', '101', 'rs1 >> imm'),
  register('add', '0000000', '000', 'rs1 + rs2'),
  register('sub', '0100000', '000', 'rs1 - rs2'),
  register('sll', '0000000', '001', 'rs1 << rs2'),
  register('slt', '0000000', '010', 'rs1 < rs2 ? 1 : 0'),
  register('sltu', '0000000', '011', 'rs1 >>> 0 < rs2 >>> 0 ? 1 : 0'),
  register('xor', '0000000', '100', 'rs1 ^ rs2'),
  register('srl', '0000000', '101', 'rs1 >>> rs2'),
  register('sra', '0100000', '101', 'rs1 >> rs2'),
  register('or', '0000000', '110', 'rs1 | rs2'),
  register('and', '0000000', '111', 'rs1 & rs2'),
  register('mul', '0000001', '000', 'Math.imul(rs1, rs2)'),
  register('mulh', '0000001', '001', 'mulh(rs1, rs2)', 'multiplyHigh'),
  register('mulhsu', '0000001', '010', 'mulhsu(rs1, rs2)', 'multiplyHigh'),
  register('mulhu', '0000001', '011', 'mulhu(rs1, rs2)', 'multiplyHigh'),
  register('div', '0000001', '100', 'div(rs1, rs2)', 'divide'),
  register('divu', '0000001', '101', 'divu(rs1, rs2)', 'divide'),
  register('rem', '0000001', '110', 'rem(rs1, rs2)', 'divide'),
  register('remu', '0000001', '111', 'remu(rs1, rs2)', 'divide'),
  system('fence', '------------ ----- 000 ----- 0001111', 'fence', 'fence', 'I'),
  system('fence.i', '------------ ----- 001 ----- 0001111', 'fence.i', 'fence', 'Zifencei'),
  system('ecall', '000000000000 00000 000 00000 1110011', 'ecall', 'trap', 'I'),
  system('ebreak', '000000000001 00000 000 00000 1110011', 'ebreak', 'trap', 'I'),
  system('mret', '001100000010 00000 000 00000 1110011', 'mret', 'return', 'Machine'),
  system('wfi', '000100000101 00000 000 00000 1110011', 'wfi', 'sleep', 'Machine'),
  csr('csrrw', '001', 'write'),
  csr('csrrs', '010', 'set'),
  csr('csrrc', '011', 'clear'),
  csr('csrrwi', '101', 'write'),
  csr('csrrsi', '110', 'set'),
  csr('csrrci', '111', 'clear'),
];

function system(
  name: string,
  pattern: string,
  op: 'ecall' | 'ebreak' | 'mret' | 'wfi' | 'fence' | 'fence.i',
  timing: TimingClass,
  extension: Instruction['extension'],
): Instruction {
  return { name, pattern, operands: '', effect: { kind: 'system', op }, timing, extension };
}
