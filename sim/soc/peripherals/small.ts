import { MEMORY_MAP } from '../../isa/geometry.js';
import { type Peripheral, RegisterFile } from './peripheral.js';

/** Blocks that start-up code touches and whose few rules fit in a few lines each. */

const FLL_CONF1_RESET = 0x452105f5;
/** Status, configuration 1 and 2 and the integrator of each clock generator. Locks at once: STATUS is the multiplier. [sdk] */
export class Fll implements Peripheral {
  readonly name = 'FLL';
  readonly base = MEMORY_MAP.fll;
  readonly bytes = 0x1000;
  readonly #registers = new RegisterFile(0x30, {
    4: FLL_CONF1_RESET,
    20: FLL_CONF1_RESET,
    36: FLL_CONF1_RESET,
  });
  read(offset: number): number | undefined {
    if (!this.#registers.has(offset)) return undefined;
    return (offset & 0xf) === 0 ? this.#registers.get(offset + 4) & 0xffff : this.#registers.get(offset);
  }
  write(offset: number, value: number): boolean {
    if (!this.#registers.has(offset)) return false;
    this.#registers.set(offset, value);
    return true;
  }
}

const GPIO = {
  direction: 0x00,
  enable: 0x04,
  in: 0x08,
  out: 0x0c,
  set: 0x10,
  clear: 0x14,
  last: 0x40,
} as const;
/**
 * General-purpose pins: inputs read what the chip's other blocks drive (`driven`), and the outputs that are driven; otherwise 0. [sdk]
 */
export class Gpio implements Peripheral {
  readonly name = 'GPIO';
  readonly base = MEMORY_MAP.gpio;
  readonly bytes = 0x1000;
  readonly #registers = new RegisterFile(GPIO.last);
  readonly #driven: () => number;

  constructor(driven: () => number = () => 0) {
    this.#driven = driven;
  }

  /** Levels of the pins that the program drives. */
  get outputs(): number {
    return this.#registers.get(GPIO.out) & this.#registers.get(GPIO.direction);
  }

  read(offset: number): number | undefined {
    if (!this.#registers.has(offset)) return undefined;
    if (offset === GPIO.in) {
      const direction = this.#registers.get(GPIO.direction);
      return (this.outputs | (this.#driven() & ~direction)) >>> 0;
    }
    return this.#registers.get(offset);
  }
  write(offset: number, value: number): boolean {
    if (!this.#registers.has(offset)) return false;
    const out = this.#registers.get(GPIO.out);
    if (offset === GPIO.set) this.#registers.set(GPIO.out, out | value);
    else if (offset === GPIO.clear) this.#registers.set(GPIO.out, out & ~value);
    else if (offset !== GPIO.in) this.#registers.set(offset, value);
    return true;
  }
}

const CONTROL = { jtag: 0x74, status: 0xa0, statusCopy: 0xc0, last: 0x100 } as const;
/**
 * SoC control: the program's end and what start-up code configures. A store with bit 31 to the status register ends the run
 * with bits 30:0 as the status, as a signed number. No debugger is ever connected. [sdk]
 */
export class SocControl implements Peripheral {
  readonly name = 'SoC control';
  readonly base = MEMORY_MAP.socControl;
  readonly bytes = 0x1000;
  exitStatus: number | undefined;
  readonly #registers = new RegisterFile(CONTROL.last);
  read(offset: number): number | undefined {
    if (!this.#registers.has(offset)) return undefined;
    if (offset === CONTROL.jtag) return this.#registers.get(offset) & 0xf;
    return this.#registers.get(offset === CONTROL.statusCopy ? CONTROL.status : offset);
  }
  write(offset: number, value: number): boolean {
    if (!this.#registers.has(offset) || offset === CONTROL.statusCopy) return false;
    this.#registers.set(offset, value);
    if (offset === CONTROL.status && value >>> 31 === 1) this.exitStatus = (value << 1) >> 1;
    return true;
  }
}

/** The virtual terminal: the low byte of every store is a character. [sdk] */
export class Stdout implements Peripheral {
  readonly name = 'stdout';
  readonly base = MEMORY_MAP.stdout;
  readonly bytes = 0x1000;
  readonly narrowWrites = true;
  readonly #put: (character: number) => void;
  constructor(put: (character: number) => void) {
    this.#put = put;
  }
  read(): number {
    return 0;
  }
  write(_offset: number, value: number): boolean {
    this.#put(value & 0xff);
    return true;
  }
}
