/**
 * One row of the host core's instruction table. Everything else (decoder, encoder, disassembler, every backend,
 * timing, documentation) derives from rows.
 *
 * `pattern` is read from the most significant bit to the least, tokens divided by blanks:
 * - `0`/`1` runs are fixed bits;
 * - `rd`, `rs1`, `rs2`, `rs3` are 5-bit register numbers, `rd'`, `rs1'`, `rs2'` 3-bit ones that mean x8..x15,
 *   `rd/rs1` and `rd/rs1'` name one register that is both;
 * - `simm[11:0]`, `uimm[5|4:2]`, `simm2[4:0]` are bits of an immediate, signed or unsigned by the first letter; an
 *   immediate may be spread over several tokens; the highest bit named anywhere is the sign;
 * - `l` is the number of a hardware loop;
 * - `-` repeated is bits that the core ignores.
 */
export interface Instruction {
  /** The mnemonic as the assembler of the core's tool chain spells it. */
  readonly name: string;
  readonly pattern: string;
  /** How the operands are written: `rd, simm(rs1!)`. `target` is pc + immediate. */
  readonly operands: string;
  readonly effect: Effect;
  readonly timing: TimingClass;
  readonly extension: Extension;
  /** What a reader of the documentation needs beyond the effect. */
  readonly note?: string;
}

export type Extension = 'I' | 'M' | 'C' | 'Zicsr' | 'Zifencei' | 'Machine' | 'Xpulp';

/** The classes of the core's timing rules; `timing.ts` holds what each costs. */
export type TimingClass =
  | 'single'
  | 'multiplyHigh'
  | 'divide'
  | 'load'
  | 'store'
  | 'branch'
  | 'jump'
  | 'jumpRegister'
  | 'csr'
  | 'fence'
  | 'return'
  | 'trap'
  | 'sleep';

/**
 * What an instruction does. Expressions are JavaScript over int32 values: `rs1`, `rs2`, `rs3` and `rd` are register
 * contents before the instruction, `imm` and `imm2` immediates, `pc` its address; results wrap to 32 bits. The functions of
 * `arithmetic.ts` and `Math` are in scope. One text serves every backend and the documentation.
 */
export type Effect =
  | { readonly kind: 'value'; readonly expr: string }
  | MemoryEffect
  | { readonly kind: 'branch'; readonly when: string }
  | { readonly kind: 'jump' }
  | { readonly kind: 'jumpRegister' }
  | LoopEffect
  | { readonly kind: 'csr'; readonly action: 'write' | 'set' | 'clear'; readonly source: 'rs1' | 'imm2' }
  | { readonly kind: 'system'; readonly op: 'ecall' | 'ebreak' | 'mret' | 'wfi' | 'fence' | 'fence.i' };

export interface MemoryEffect {
  readonly kind: 'load' | 'store';
  readonly bytes: 1 | 2 | 4;
  /** Loads only: whether the value is sign-extended. */
  readonly signed?: boolean;
  /** The effective address. A store's value is `rs2`. */
  readonly address: string;
  /** What a post-increment writes back to rs1. */
  readonly post?: string;
}

/** What a hardware-loop instruction writes of loop `l`'s start, end and count. */
export interface LoopEffect {
  readonly kind: 'loop';
  readonly start?: string;
  readonly end?: string;
  readonly count?: string;
}

/** A 16-bit instruction: its own encoding and spelling, the semantics of the 32-bit row it expands to. */
export interface Compressed {
  readonly name: string;
  readonly pattern: string;
  readonly operands: string;
  /** Name of the row it expands to. */
  readonly expands: string;
  /** Fields of the expansion that the 16-bit word does not carry. */
  readonly fixed?: Partial<Record<'rd' | 'rs1' | 'rs2' | 'imm', number>>;
  /** Fields that must not be zero for the word to be this instruction. */
  readonly nonzero?: readonly ('rd' | 'rs1' | 'rs2' | 'imm')[];
}
