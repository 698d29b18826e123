import { CSR } from './csr-names.js';

/** Bits of mstatus. The core stays in machine mode; MPP always reads 3. */
const MIE = 1 << 3;
const MPIE = 1 << 7;
const MPP = 3 << 11;
/** Interrupt bit of mcause. */
const INTERRUPT = 0x80000000 | 0;
const COUNTERS = 31;

/** What the registers hang on outside themselves. */
export interface CsrPort {
  /** L: start, end, count of loop 0, then of loop 1. */
  readonly loops: Int32Array;
  /** Cycles and instructions retired so far. */
  cycles(): number;
  instructions(): number;
}

/** Event numbers of the performance counters. Source: RI5CY's PCER. */
export const EVENT = {
  cycles: 0,
  instructions: 1,
  loadUse: 2,
  jumpRegister: 3,
  loads: 5,
  stores: 6,
  jumps: 7,
  branches: 8,
  taken: 9,
  compressed: 10,
} as const;

/** The control and status registers of the core. An unknown register reads 0 and ignores writes, as on RI5CY. */
export class CsrFile {
  /** Interrupts enabled. */
  mie = false;
  #mpie = false;
  #mtvec = 0;
  #scratch = 0;
  #mepc = 0;
  #mcause = 0;
  readonly #port: CsrPort;
  readonly #pccr = new Float64Array(COUNTERS);
  #pcer = 0;
  #pcmr = 3;
  /** Cycles and instructions up to which counters 0 and 1 are up to date. */
  #cyclesSeen = 0;
  #instructionsSeen = 0;
  /** mtvec was written: traps have somewhere to go. */
  vectorsSet = false;

  constructor(port: CsrPort) {
    this.#port = port;
  }

  /** Base of the vector table: 256-byte aligned. */
  get vectors(): number {
    return this.#mtvec;
  }

  /** Whether an event beyond cycles and instructions is counted, which takes a look at every instruction. */
  get countsEvents(): boolean {
    return (this.#pcmr & 1) !== 0 && this.#pcer >>> 2 !== 0;
  }

  count(event: number, times = 1): void {
    if ((this.#pcer >>> event) & this.#pcmr & 1) this.#pccr[event] = (this.#pccr[event] ?? 0) + times;
  }

  read(number: number): number {
    const loop = loopSlot(number);
    if (loop !== undefined) return this.#port.loops[loop] ?? 0;
    if (number >= CSR.pccr0 && number < CSR.pccr0 + COUNTERS) return this.#counter(number - CSR.pccr0);
    switch (number) {
      case CSR.mstatus:
        return MPP | (this.mie ? MIE : 0) | (this.#mpie ? MPIE : 0);
      case CSR.misa:
        return 0x40901104;
      case CSR.mtvec:
        return this.#mtvec | 1;
      case CSR.mscratch:
        return this.#scratch;
      case CSR.mepc:
        return this.#mepc;
      case CSR.mcause:
        return this.#mcause;
      case CSR.privilege:
        return 3;
      // Cluster 31, core 0: the fabric controller. The run-time skips its set-up for any other.
      case CSR.mhartid:
      case CSR.uhartid:
        return 0x3e0;
      case CSR.pcer:
      case CSR.pcerAlias:
        return this.#pcer;
      case CSR.pcmr:
      case CSR.pcmrAlias:
        return this.#pcmr;
      default:
        return 0;
    }
  }

  write(number: number, value: number): void {
    const loop = loopSlot(number);
    if (loop !== undefined) this.#port.loops[loop] = value;
    else if (number >= CSR.pccr0 && number < CSR.pccr0 + COUNTERS)
      this.#setCounter(number - CSR.pccr0, value);
    else this.#writeNamed(number, value);
  }

  #writeNamed(number: number, value: number): void {
    switch (number) {
      case CSR.mstatus:
        this.mie = (value & MIE) !== 0;
        this.#mpie = (value & MPIE) !== 0;
        break;
      case CSR.mtvec:
        this.#mtvec = value & ~0xff;
        this.vectorsSet = true;
        break;
      case CSR.mscratch:
        this.#scratch = value;
        break;
      case CSR.mepc:
        this.#mepc = value & ~1;
        break;
      case CSR.mcause:
        this.#mcause = value & (INTERRUPT | 31);
        break;
      case CSR.pccrAll:
        for (let i = 0; i < COUNTERS; i++) this.#setCounter(i, value);
        break;
      case CSR.pcer:
      case CSR.pcerAlias:
        this.#sync();
        this.#pcer = value & 0x1ffff;
        break;
      case CSR.pcmr:
      case CSR.pcmrAlias:
        this.#sync();
        this.#pcmr = value & 3;
        break;
    }
  }

  /** Enters a trap: saves the state and returns where to go. */
  enterTrap(pc: number, cause: number, interrupt: boolean): number {
    this.#mepc = pc & ~1;
    this.#mcause = interrupt ? INTERRUPT | cause : cause;
    this.#mpie = this.mie;
    this.mie = false;
    return interrupt ? this.#mtvec + 4 * cause : this.#mtvec;
  }

  /** Leaves a trap: restores the interrupt enable and returns where to go. */
  leaveTrap(): number {
    this.mie = this.#mpie;
    this.#mpie = true;
    return this.#mepc;
  }

  /** Brings counters 0 and 1 up to date; they follow the core's own counts while they are enabled. */
  #sync(): void {
    const cycles = this.#port.cycles();
    const instructions = this.#port.instructions();
    this.count(EVENT.cycles, cycles - this.#cyclesSeen);
    this.count(EVENT.instructions, instructions - this.#instructionsSeen);
    this.#cyclesSeen = cycles;
    this.#instructionsSeen = instructions;
  }

  #counter(index: number): number {
    this.#sync();
    const value = this.#pccr[index] ?? 0;
    // PCMR bit 1: counters stop at their greatest value instead of wrapping.
    return this.#pcmr & 2 ? Math.min(value, 0xffffffff) | 0 : (value % 2 ** 32) | 0;
  }

  #setCounter(index: number, value: number): void {
    this.#sync();
    this.#pccr[index] = value >>> 0;
  }
}

/** Slot of a hardware-loop register in the core's array, or undefined for another register. */
function loopSlot(number: number): number | undefined {
  if (number >= CSR.lpstart0 && number <= CSR.lpcount0) return number - CSR.lpstart0;
  if (number >= CSR.lpstart1 && number <= CSR.lpcount1) return number - CSR.lpstart1 + 3;
  return undefined;
}
