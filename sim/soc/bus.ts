import { hex } from '../../src/base/units.js';
import type { Memory } from '../core/memory.js';
import { AccessError } from '../rv32/faults.js';
import type { LinearMemory } from '../rv32/linear-memory.js';
import type { Platform } from '../rv32/platform.js';
import { ALIAS_BYTES } from './load.js';
import { JobError } from './peripherals/accelerator-job.js';
import { type InterruptController, IRQ } from './peripherals/interrupts.js';
import { NEVER, type Peripheral } from './peripherals/peripheral.js';
import type { SocControl } from './peripherals/small.js';
import type { ReferenceClock } from './peripherals/timer.js';

/** Half-open address ranges that hold code. */
export type CodeRanges = readonly { readonly start: number; readonly end: number }[];

/** Cycles that one access to a peripheral takes beyond the instruction: in `DEFAULT_WAIT_STATES`, as the core charges it. */
export interface BusParts {
  readonly l2: Memory;
  /** Holds the bytes of `l2`. */
  readonly linear: LinearMemory;
  readonly interrupts: InterruptController;
  readonly control: SocControl;
  readonly referenceClock: ReferenceClock;
  /** Every block on the bus, those above included. */
  readonly peripherals: readonly Peripheral[];
  readonly code: CodeRanges;
}

const FIX = 'Look at the pointer, or at the memory map in docs/soc.md.';

/** The SoC around the host core: decodes addresses, keeps the devices' time, presents one interrupt. */
export class Bus implements Platform {
  readonly linear: LinearMemory;
  readonly ramBase: number;
  readonly #parts: BusParts;

  constructor(parts: BusParts) {
    this.#parts = parts;
    this.linear = parts.linear;
    this.ramBase = parts.l2.base;
  }

  get exitStatus(): number | undefined {
    return this.#parts.control.exitStatus;
  }

  alias(address: number): number {
    return address < ALIAS_BYTES ? address : -1;
  }

  executable(address: number): boolean {
    return this.#parts.code.some(({ start, end }) => address >= start && address < end);
  }

  #find(address: number, bytes: number, verb: string): Peripheral {
    for (const p of this.#parts.peripherals) if (address >= p.base && address < p.base + p.bytes) return p;
    const place = near(address, this.#parts.l2);
    throw new AccessError(
      address,
      `${verb} of ${bytes} bytes at ${hex(address)}: nothing is there${place}`,
      FIX,
    );
  }

  read(address: number, bytes: 1 | 2 | 4, now: number): number {
    const p = this.#find(address, bytes, 'read');
    const word = this.#guard(address, () => p.read((address - p.base) & ~3, now));
    if (word === undefined || (address & 3) + bytes > 4)
      throw new AccessError(
        address,
        `read of ${bytes} bytes at ${hex(address)}: the ${p.name} has no such register`,
        FIX,
      );
    return (word >>> (8 * (address & 3))) & (bytes === 4 ? -1 : 2 ** (8 * bytes) - 1);
  }

  write(address: number, bytes: 1 | 2 | 4, value: number, now: number): void {
    const p = this.#find(address, bytes, 'write');
    const whole = (bytes === 4 && (address & 3) === 0) || p.narrowWrites === true;
    if (!whole)
      throw new AccessError(
        address,
        `write of ${bytes} bytes at ${hex(address)}: registers of the ${p.name} are written as whole words`,
        'Use a volatile uint32_t pointer.',
      );
    if (!this.#guard(address, () => p.write((address - p.base) & ~3, value, now)))
      throw new AccessError(
        address,
        `write of ${hex(value)} at ${hex(address)}: the ${p.name} has no such register, or not this value`,
        FIX,
      );
  }

  #guard<T>(address: number, access: () => T): T {
    try {
      return access();
    } catch (error) {
      if (error instanceof JobError)
        throw new AccessError(address, error.message, 'Look at the registers written before.');
      throw error;
    }
  }

  advance(now: number): number {
    const { peripherals, referenceClock, interrupts } = this.#parts;
    const listening = ((interrupts.mask >>> IRQ.referenceClock) & 1) === 1;
    let next = referenceClock.advance(now, listening);
    for (const p of peripherals) next = Math.min(next, p.advance?.(now) ?? NEVER);
    return next;
  }

  interrupt(): number {
    return this.#parts.interrupts.pending();
  }

  acknowledge(id: number): void {
    this.#parts.interrupts.acknowledge(id);
  }
}

/** What a wrong address probably meant. */
function near(address: number, l2: Memory): string {
  if (address >= l2.base + l2.size && address < l2.base + 2 * l2.size)
    return ` (L2 ends at ${hex(l2.base + l2.size)})`;
  return '';
}
