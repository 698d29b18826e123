import type { Decoded } from './decode.js';
import {
  type Binding,
  emitLoad,
  emitLoop,
  emitStore,
  emitValue,
  type MemoryShape,
  substitute,
} from './emit.js';
import { evaluate, type Scope } from './scope.js';
import type { Instruction } from './table/index.js';
import { STALLS } from './timing.js';

/** Runs one decoded instruction at `pc` and returns the address of the next one, hardware loops not yet looked at. */
export type Execute = (d: Operands, pc: number) => number;

/** A decoded instruction as the step tier keeps it. */
export interface Operands extends Decoded {
  readonly execute: Execute;
  /** Cycles with its successor's stall. */
  readonly cycles: number;
  /** Cycles of that stall, which a jump takes back. */
  readonly stall: number;
}

const binding: Binding = {
  read: (field) => `x[d.${field}]`,
  write: (field, value) => `x[d.${field}] = ${value}; x[0] = 0;`,
  imm: (field) => `d.${field}`,
  loop: 'd.l',
  pc: 'pc',
  rest: ', 0, 0',
  leave: '',
};

// The cycles of the jump belong to the function that it leaves: they are paid before an observer hears of it.
const taken = `F[0] -= ${STALLS.branchTaken.cycles} - d.stall + control.targetStall(t); control.branched(pc, t); return t;`;

function body(row: Instruction, memory: MemoryShape): string {
  const { effect } = row;
  const next = 'return pc + d.bytes;';
  switch (effect.kind) {
    case 'value':
      return `${emitValue({ row }, binding)} if (d.rd === 2 && movesStack(d)) stack.moved(d.imm, pc); ${next}`;
    case 'load':
      return `${emitLoad({ row }, binding, memory)} ${next}`;
    case 'store':
      return `${emitStore({ row }, binding, memory)} ${next}`;
    case 'loop':
      return `${emitLoop({ row }, binding)} ${next}`;
    case 'branch':
      return `if (${substitute(effect.when, binding)}) { const t = pc + d.imm; ${taken} } ${next}`;
    case 'jump':
      return `return control.jump(d, pc, pc + d.imm);`;
    case 'jumpRegister':
      return `return control.jump(d, pc, control.evenTarget(x[d.rs1] + d.imm | 0, pc));`;
    case 'csr':
      return `control.csr(d, ${effect.source === 'rs1' ? 'x[d.rs1]' : 'd.imm2'}); ${next}`;
    default:
      return `return control.system('${effect.op}', d, pc);`;
  }
}

/** One function a row of the table, made when a program first has the row. */
export class StepTier {
  readonly #built = new Map<Instruction, Execute>();
  readonly #scope: Scope;
  readonly #memory: MemoryShape;

  constructor(scope: Scope, memory: MemoryShape) {
    this.#scope = scope;
    this.#memory = memory;
  }

  get(row: Instruction): Execute {
    let execute = this.#built.get(row);
    if (execute === undefined) {
      execute = evaluate<Execute>(this.#scope, `return function step(d, pc) { ${body(row, this.#memory)} };`);
      this.#built.set(row, execute);
    }
    return execute;
  }
}
