import type { CodeCache } from './code-cache.js';
import { AccessError, MachineFault } from './faults.js';
import type { Fuel } from './fuel.js';
import type { Platform } from './platform.js';
import { STALLS, type WaitStates } from './timing.js';

type Width = 1 | 2 | 4;

/** Looks at what is read and written in L2, when that is asked for. */
export interface MemoryCheck {
  /** A sentence when the bytes must not be read. */
  readonly load: (address: number, bytes: number, pc: number) => string | undefined;
  readonly stored: (address: number, bytes: number, pc: number) => void;
}

/**
 * Accesses that generated code does not do itself: peripherals, misaligned ones, aliases, stores to decoded code. In all
 * methods `restCycles` and `restInstructions` are what the block has paid for after the calling instruction.
 */
export class MemoryPath {
  /** The instruction whose access to a peripheral is under way. */
  pc = 0;
  readonly #platform: Platform;
  readonly #cache: CodeCache;
  readonly #fuel: Fuel;
  readonly #waits: WaitStates;
  readonly #check: MemoryCheck | undefined;

  constructor(parts: {
    readonly platform: Platform;
    readonly cache: CodeCache;
    readonly fuel: Fuel;
    readonly waits: WaitStates;
    readonly check: MemoryCheck | undefined;
  }) {
    this.#platform = parts.platform;
    this.#cache = parts.cache;
    this.#fuel = parts.fuel;
    this.#waits = parts.waits;
    this.#check = parts.check;
  }

  /** Returns the value, extended to 32 bits. */
  load(
    address: number,
    bytes: Width,
    signed: boolean,
    pc: number,
    restCycles: number,
    restInstructions: number,
  ): number {
    const offset = this.#offset(address, bytes);
    const value =
      offset < 0
        ? this.#outside(
            pc,
            restCycles,
            restInstructions,
            (now) => this.#platform.read(address >>> 0, bytes, now) | 0,
          )
        : this.#loadL2(offset, bytes, pc);
    return signed ? (value << (32 - 8 * bytes)) >> (32 - 8 * bytes) : value;
  }

  #loadL2(offset: number, bytes: Width, pc: number): number {
    const forbidden = this.#check?.load(this.#platform.ramBase + offset, bytes, pc);
    if (forbidden !== undefined)
      throw new MachineFault(
        'uninitialised read',
        pc,
        forbidden,
        'Initialise the variable, or run without the check.',
      );
    this.#misaligned(offset, bytes);
    const { ram } = this.#platform.linear;
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8) | ram[offset + i]!;
    return value;
  }

  store(
    address: number,
    bytes: Width,
    value: number,
    pc: number,
    restCycles: number,
    restInstructions: number,
  ): void {
    const offset = this.#offset(address, bytes);
    if (offset < 0) {
      const data = bytes === 4 ? value >>> 0 : value & (2 ** (8 * bytes) - 1);
      this.#outside(pc, restCycles, restInstructions, (now) => {
        this.#platform.write(address >>> 0, bytes, data, now);
        return 0;
      });
      return;
    }
    this.#misaligned(offset, bytes);
    const { ram } = this.#platform.linear;
    for (let i = 0; i < bytes; i++) ram[offset + i] = value >>> (8 * i);
    this.#check?.stored(this.#platform.ramBase + offset, bytes, pc);
    if (this.#cache.memoryChanged(offset, bytes)) this.#fuel.raise(restCycles, restInstructions);
  }

  /** Offset in L2 of an access, or -1 for one elsewhere. */
  #offset(address: number, bytes: number): number {
    const size = this.#platform.linear.ram.length;
    const direct = (address - this.#platform.ramBase) >>> 0;
    if (direct + bytes <= size) return direct;
    const alias = this.#platform.alias(address >>> 0);
    return alias >= 0 && alias + bytes <= size ? alias : -1;
  }

  #misaligned(offset: number, bytes: number): void {
    if ((bytes === 4 && (offset & 3) !== 0) || (bytes === 2 && (offset & 3) === 3))
      this.#fuel.spend(STALLS.misalignedAccess.cycles + this.#waits.data);
  }

  /** An access to a peripheral happens at its own time; what comes after it in the block waits for a look outside. */
  #outside(
    pc: number,
    restCycles: number,
    restInstructions: number,
    access: (now: number) => number,
  ): number {
    this.pc = pc;
    this.#fuel.raise(restCycles, restInstructions);
    this.#fuel.spend(this.#waits.peripheral - this.#waits.data);
    try {
      return access(this.#fuel.now());
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      throw new MachineFault('access', pc, error.message, error.fix);
    }
  }
}
