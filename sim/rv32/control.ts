import { hex } from '../../src/base/units.js';
import { type CallList, isLink } from './calls.js';
import type { CodeCache } from './code-cache.js';
import { CSR } from './csr-names.js';
import { type CsrFile, EVENT } from './csrs.js';
import { MachineFault } from './faults.js';
import type { Fuel } from './fuel.js';
import type { CoreOptions } from './options.js';
import type { Platform } from './platform.js';
import type { Operands } from './step-tier.js';
import { STALLS } from './timing.js';

/** What jumps, traps and system instructions work on. */
export interface ControlParts {
  readonly x: Int32Array;
  readonly cache: CodeCache;
  readonly csrs: CsrFile;
  readonly fuel: Fuel;
  readonly calls: CallList;
  readonly platform: Platform;
  readonly options: CoreOptions;
}

/** Jumps, traps, CSR accesses and system instructions: what changes where the program goes. */
export class Control {
  /** The core executed wfi and waits. */
  asleep = false;
  readonly #parts: ControlParts;
  readonly #halves: Uint16Array;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    const { ram } = parts.platform.linear;
    this.#halves = new Uint16Array(ram.buffer, ram.byteOffset, ram.byteLength / 2);
  }

  /** +1 cycle when a jump goes to a 32-bit instruction that is not word-aligned. */
  targetStall(target: number): number {
    if ((target & 2) === 0) return 0;
    return (this.#halves[this.#parts.cache.half(target)]! & 3) === 3 ? STALLS.misalignedTarget.cycles : 0;
  }

  evenTarget(target: number, pc: number): number {
    if ((target & 1) !== 0 && this.#parts.options.oddJumps !== 'clear')
      throw new MachineFault(
        'odd jump',
        pc,
        `a jump to the odd address ${hex(target)}`,
        'Instructions lie at even addresses; look at the function pointer or return address.',
      );
    return (target & ~1) >>> 0;
  }

  jump(d: Operands, pc: number, target: number): number {
    const { x, fuel, calls } = this.#parts;
    const back = pc + d.bytes;
    if (d.rd !== 0) x[d.rd] = back;
    fuel.spend(this.targetStall(target));
    if (isLink(d.rd)) calls.called(pc, target, back);
    else if (d.row.effect.kind === 'jumpRegister' && isLink(d.rs1)) calls.returned(target);
    else this.branched(pc, target);
    if (target === pc) this.#endless(pc);
    return target;
  }

  /** A taken branch or a jump that neither calls nor returns. */
  branched(pc: number, target: number): void {
    const { csrs, cache, options } = this.#parts;
    if (csrs.countsEvents && cache.at(pc).row.effect.kind === 'branch') csrs.count(EVENT.taken);
    const { observer, sameFunction } = options;
    if (observer !== undefined && sameFunction?.(pc, target) === false) observer.leave(pc, target);
  }

  /** `j .` can only end by an interrupt. */
  #endless(pc: number): void {
    const { csrs, platform, fuel } = this.#parts;
    const coming = platform.advance(fuel.now()) !== Number.POSITIVE_INFINITY || platform.interrupt() >= 0;
    if (csrs.mie && coming) return;
    throw new MachineFault(
      'endless loop',
      pc,
      'the program jumps to itself and no interrupt can end it',
      'A default handler or the end of a program without exit was reached.',
    );
  }

  csr(d: Operands, operand: number): void {
    const { effect } = d.row;
    if (effect.kind !== 'csr') return;
    const { x, csrs } = this.#parts;
    const old = csrs.read(d.imm);
    // Set and clear with x0 or 0 only read.
    const writes = effect.action === 'write' || (effect.source === 'rs1' ? d.rs1 : d.imm2) !== 0;
    if (writes)
      this.#write(d.imm, { write: operand, set: old | operand, clear: old & ~operand }[effect.action]);
    if (d.rd !== 0) x[d.rd] = old;
  }

  #write(number: number, value: number): void {
    const { csrs, cache, fuel } = this.#parts;
    csrs.write(number, value);
    if (number === CSR.lpend0 || number === CSR.lpend1) cache.markEnd(value >>> 0);
    if (number === CSR.mstatus) fuel.spend(STALLS.statusWrite.cycles);
    if (csrs.countsEvents) cache.dropAll();
    fuel.raise(0, 0);
  }

  system(op: 'ecall' | 'ebreak' | 'mret' | 'wfi' | 'fence' | 'fence.i', d: Operands, pc: number): number {
    switch (op) {
      case 'ecall':
        return this.#trap(pc, 11, 'ecall');
      case 'ebreak':
        return this.#trap(pc, 3, 'ebreak');
      case 'mret': {
        this.#parts.fuel.raise(0, 0);
        const target = this.#parts.csrs.leaveTrap() >>> 0;
        this.#parts.options.observer?.trapReturn(target);
        return target;
      }
      case 'wfi':
        this.asleep = true;
        this.#parts.fuel.raise(0, 0);
        return pc + d.bytes;
      default:
        return pc + d.bytes;
    }
  }

  /** An illegal instruction does not retire. */
  illegal(d: Operands, pc: number): number {
    this.#parts.fuel.raise(0, 1);
    return this.#trap(pc, 2, `illegal instruction 0x${d.word.toString(16).padStart(d.bytes * 2, '0')}`);
  }

  /** Goes to vector 0 with a cause. */
  #trap(pc: number, cause: number, what: string): number {
    const { csrs, options, fuel } = this.#parts;
    if (!csrs.vectorsSet && options.earlyTraps !== 'take')
      throw new MachineFault(
        'unhandled trap',
        pc,
        `${what} before the program has set up its trap vectors`,
        'Write mtvec first, or look why the program came here.',
      );
    const target = csrs.enterTrap(pc, cause, false) >>> 0;
    options.observer?.trap(pc, target);
    fuel.raise(0, 0);
    return target;
  }

  /** Takes an interrupt that came before the instruction at `pc`. */
  interrupt(pc: number, id: number): number {
    const { csrs, options, fuel, platform } = this.#parts;
    platform.acknowledge(id);
    const target = csrs.enterTrap(pc, id, true) >>> 0;
    options.observer?.trap(pc, target);
    fuel.spend(STALLS.interrupt.cycles);
    return target;
  }
}
