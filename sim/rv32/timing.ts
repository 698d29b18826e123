import type { TimingClass } from './table/index.js';

/** One rule of the pipeline: what it costs and where that is written. */
export interface TimingRule {
  readonly cycles: number;
  readonly doc: string;
  /** `rtl`: RI5CY and its manual agree. `ours`: the public record is silent or divided. */
  readonly source: 'rtl' | 'ours';
}

const rtl = (cycles: number, doc: string): TimingRule => ({ cycles, doc, source: 'rtl' });
const ours = (cycles: number, doc: string): TimingRule => ({ cycles, doc, source: 'ours' });

/** Cycles of an instruction by class, before stalls. */
export const CLASS_CYCLES: Readonly<Record<TimingClass, TimingRule>> = {
  single: rtl(1, 'ALU, multiply, multiply-accumulate, dot product, hardware-loop set-up'),
  multiplyHigh: rtl(5, 'mulh, mulhsu, mulhu'),
  divide: rtl(3, 'div, rem: plus the steps that the divisor needs, 0..32'),
  load: rtl(1, 'load, aligned'),
  store: rtl(1, 'store, aligned'),
  branch: rtl(1, 'branch not taken'),
  jump: rtl(2, 'jal'),
  jumpRegister: rtl(2, 'jalr'),
  csr: rtl(1, 'CSR access'),
  fence: ours(4, 'fence, fence.i: flush and fetch again'),
  return: ours(5, 'mret'),
  trap: ours(5, 'ecall, ebreak, illegal instruction: entry of the trap'),
  sleep: ours(2, 'wfi, without the time asleep'),
};

/** What comes on top of an instruction's class. */
export const STALLS = {
  loadUse: rtl(1, 'the next instruction reads the loaded register, or an ALU instruction writes it'),
  jumpAfterAlu: rtl(1, 'jalr through a register that the instruction before wrote'),
  jumpAfterLoad: rtl(2, 'jalr through a register that the instruction before loaded'),
  branchTaken: rtl(2, 'a taken branch'),
  misalignedTarget: rtl(1, 'a jump to a 32-bit instruction that is not word-aligned'),
  misalignedAccess: rtl(1, 'a word not word-aligned, or a half that crosses a word'),
  statusWrite: rtl(3, 'a write of mstatus flushes the pipeline'),
  interrupt: ours(5, 'entry of an interrupt'),
} as const satisfies Record<string, TimingRule>;

/** Wait states of the memories, in cycles an access; parameters, as DIANA's numbers are not public. [ours] */
export interface WaitStates {
  /** Every instruction fetch from L2. */
  readonly fetch: number;
  /** Every load or store in L2. */
  readonly data: number;
  /** Every access to a peripheral. */
  readonly peripheral: number;
}

export const DEFAULT_WAIT_STATES: WaitStates = { fetch: 0, data: 0, peripheral: 4 };

/** The most cycles that one divide or misaligned access can add: the bound on a block's length in time. */
export const MAX_DIVIDE_STEPS = 32;
