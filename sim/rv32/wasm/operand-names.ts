import type { Operands } from '../step-tier.js';
import type { Registers } from './registers.js';
import type { Names } from './value.js';

/** The names in an instruction's expressions: registers in locals, everything else known. */
export class OperandNames implements Names {
  /** The instruction at hand and its address. */
  d: Operands | undefined;
  pc = 0;
  readonly #registers: Registers;

  constructor(registers: Registers) {
    this.#registers = registers;
  }

  known(name: string): number | undefined {
    if (name === 'pc') return this.pc;
    const field = this.d![name as 'rs1'];
    return name === 'imm' || name === 'imm2' || field === 0 ? field : undefined;
  }

  local(name: string): number {
    return this.#registers.local(this.d![name as 'rs1']);
  }
}
