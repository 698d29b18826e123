import type { LinearMemory } from './linear-memory.js';

/** What the host core needs of the machine around it: memory beyond L2, time, interrupts. */
export interface Platform {
  /** L2 itself, which generated code reads and writes directly, with room for the core's state. */
  readonly linear: LinearMemory;
  readonly ramBase: number;
  /**
   * An access outside L2, or through an alias. `value` is an unsigned number of `bytes` bytes. Throws `AccessError` for an
   * address that nothing answers.
   */
  read(address: number, bytes: 1 | 2 | 4, now: number): number;
  write(address: number, bytes: 1 | 2 | 4, value: number, now: number): void;
  /** Offset in L2 of an address that is another name for L2, or -1. */
  alias(address: number): number;
  /** Brings the devices to `now`, in cycles, and returns the cycle of their next event, Infinity for none. */
  advance(now: number): number;
  /** The number of the interrupt that asks for service, or -1. */
  interrupt(): number;
  /** The core takes that interrupt. */
  acknowledge(id: number): void;
  /** Set by the program when it ends. */
  readonly exitStatus: number | undefined;
  /** Whether an instruction may be fetched from here. */
  executable(address: number): boolean;
}

/** Watches what the core does; every method may be left out of a run that does not need it. */
export interface Observer {
  /** A call from `pc` to `target` that will return to `back`. */
  call(pc: number, target: number, back: number): void;
  /** A return to `target`. */
  return(target: number): void;
  /** A jump or taken branch that leaves the function of `pc`. */
  leave(pc: number, target: number): void;
  /** A trap or interrupt from `pc` to `target`. */
  trap(pc: number, target: number): void;
  trapReturn(target: number): void;
}
