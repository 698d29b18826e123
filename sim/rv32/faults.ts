import { UserError } from '../../src/base/errors.js';
import { hex } from '../../src/base/units.js';

/** The kinds of ways in which a program can go wrong on the machine. */
export type FaultKind =
  | 'access'
  | 'fetch'
  | 'odd jump'
  | 'stack overflow'
  | 'unhandled trap'
  | 'deadlock'
  | 'endless loop'
  | 'uninitialised read';

/** A program did what the machine cannot answer. `pc` is the instruction; the SoC adds the symbol and the call stack. */
export class MachineFault extends UserError {
  override readonly name = 'MachineFault';
  readonly kind: FaultKind;
  readonly pc: number;
  /** The sentence without the place, for whoever prints the place better. */
  readonly what: string;
  readonly fix: string;
  constructor(kind: FaultKind, pc: number, what: string, fix: string, place = hex(pc)) {
    super(`${what} (pc ${place}). ${fix}`);
    this.kind = kind;
    this.pc = pc;
    this.what = what;
    this.fix = fix;
  }
}

/** Nothing answers at an address. Thrown by the platform; the core adds the pc and makes it a `MachineFault`. */
export class AccessError extends Error {
  readonly address: number;
  readonly fix: string;
  constructor(address: number, what: string, fix: string) {
    super(what);
    this.address = address;
    this.fix = fix;
  }
}
