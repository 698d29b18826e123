import { hex } from '../../src/base/units.js';
import { csrName } from './csr-names.js';
import type { Decoded } from './decode.js';

/** The registers' names in the ABI, x0 first. */
export const REGISTER_NAMES =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(
    ' ',
  );

export const registerName = (n: number): string => REGISTER_NAMES[n] ?? `x${n}`;

const OPERAND = /\b(rd|rs1|rs2|rs3|imm2|imm|target2|target3|target|upper|csr|l)\b/g;

/** "p.lw a0, 4(a1!)": the instruction as the tool chain's assembler writes it; targets are absolute addresses. */
export function disassemble(
  d: Decoded,
  pc: number,
  symbol?: (address: number) => string | undefined,
): string {
  const named = (address: number): string => {
    const name = symbol?.(address >>> 0);
    return name === undefined ? hex(address) : `${hex(address)} <${name}>`;
  };
  const text: Readonly<Record<string, () => string>> = {
    rd: () => registerName(d.rd),
    rs1: () => registerName(d.rs1),
    rs2: () => registerName(d.rs2),
    rs3: () => registerName(d.rs3),
    imm: () => String(d.imm),
    imm2: () => String(d.imm2),
    target: () => named(pc + d.imm),
    target2: () => named(pc + d.imm * 2),
    target3: () => named(pc + d.imm2 * 2),
    upper: () => `0x${(d.imm >>> 12).toString(16)}`,
    csr: () => csrName(d.imm),
    l: () => `x${d.l}`,
  };
  const { name, operands } = d.compressed ?? d.row;
  const written = operands.replace(OPERAND, (key) => text[key]?.() ?? key);
  return written === '' ? name : `${name} ${written}`;
}
