import { MEMORY_MAP } from '../../isa/geometry.js';
import { type Peripheral, type RaiseEvent, RegisterFile } from './peripheral.js';

/** Numbers of SoC events. [sdk] */
export const EVENT = { uartTransmit: 1, firstSoftware: 48, digitalCore: 140 } as const;

const SOFTWARE = 0x00;
const FIRST_MASK = 0x04;
const LAST = 0x8c;
const ALL_MASKED = 0xffffffff;

/**
 * The SoC event unit. A mask bit of 1 keeps its event from the fabric controller. Masks for the cluster and the
 * peripherals, and the timers' event selection, only keep what was written.
 */
export class EventUnit implements Peripheral {
  readonly name = 'event unit';
  readonly base = MEMORY_MAP.eventUnit;
  readonly bytes = 0x1000;
  readonly #registers: RegisterFile;
  readonly #deliver: RaiseEvent;

  constructor(deliver: RaiseEvent) {
    this.#deliver = deliver;
    const masks = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [FIRST_MASK + 4 * i, ALL_MASKED]));
    this.#registers = new RegisterFile(LAST, masks);
  }

  masked(event: number): boolean {
    return ((this.#registers.get(FIRST_MASK + 4 * (event >>> 5)) >>> (event & 31)) & 1) === 1;
  }

  raise(event: number): void {
    if (!this.masked(event)) this.#deliver(event);
  }

  read(offset: number): number | undefined {
    if (offset === SOFTWARE) return 0;
    return this.#registers.has(offset) ? this.#registers.get(offset) : undefined;
  }

  write(offset: number, value: number): boolean {
    if (!this.#registers.has(offset)) return false;
    if (offset !== SOFTWARE) this.#registers.set(offset, value);
    else for (let bit = 0; bit < 8; bit++) if ((value >>> bit) & 1) this.raise(EVENT.firstSoftware + bit);
    return true;
  }
}
