/** A block of registers behind the SoC's peripheral bus. Offsets are multiples of 4 from its base. */
export interface Peripheral {
  readonly name: string;
  readonly base: number;
  /** Bytes of address space. */
  readonly bytes: number;
  /** Whether stores of one or two bytes are taken; peripheral registers are written whole. */
  readonly narrowWrites?: boolean;
  /** Undefined where there is no register. */
  read(offset: number, now: number): number | undefined;
  /** Returns false where there is no register. */
  write(offset: number, value: number, now: number): boolean;
  /** Does what is due by cycle `now`; returns the cycle of the next event that the host could notice, Infinity for none. */
  advance?(now: number): number;
}

/** Raises an interrupt of the interrupt controller. */
export type RaiseInterrupt = (id: number) => void;
/** Raises an event of the SoC's event unit. */
export type RaiseEvent = (id: number) => void;

export const NEVER = Number.POSITIVE_INFINITY;

/** Registers that only keep what was written: enough for blocks that start-up code configures and nothing reads back. */
export class RegisterFile {
  readonly #values = new Map<number, number>();
  readonly #bytes: number;
  constructor(bytes: number, reset: Readonly<Record<number, number>> = {}) {
    this.#bytes = bytes;
    for (const [offset, value] of Object.entries(reset)) this.#values.set(Number(offset), value);
  }
  get(offset: number): number {
    return this.#values.get(offset) ?? 0;
  }
  set(offset: number, value: number): void {
    this.#values.set(offset, value >>> 0);
  }
  has(offset: number): boolean {
    return offset >= 0 && offset < this.#bytes;
  }
}
