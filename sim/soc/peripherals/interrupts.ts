import { MEMORY_MAP } from '../../isa/geometry.js';
import type { Peripheral } from './peripheral.js';

/** Interrupt numbers. [sdk] */
export const IRQ = {
  timerLow: 10,
  timerHigh: 11,
  referenceClock: 14,
  socEvent: 26,
  eventQueueError: 29,
} as const;

const REGISTER = {
  mask: 0x00,
  maskSet: 0x04,
  maskClear: 0x08,
  status: 0x0c,
  statusSet: 0x10,
  statusClear: 0x14,
  ack: 0x18,
  ackSet: 0x1c,
  ackClear: 0x20,
  fifo: 0x24,
} as const;
const FIFO_DEPTH = 4;

/** The fabric controller's interrupt controller: 32 lines, the highest pending unmasked one goes first. [pulp] */
export class InterruptController implements Peripheral {
  readonly name = 'interrupt controller';
  readonly base = MEMORY_MAP.interruptController;
  readonly bytes = 0x800;
  #mask = 0;
  #status = 0;
  #ack = 0;
  /** Events of the SoC's event unit that wait for interrupt 26. */
  readonly #fifo: number[] = [];
  #latched = 0;

  get mask(): number {
    return this.#mask;
  }

  raise(id: number): void {
    this.#status |= 1 << id;
  }

  /** An event that the event unit lets through. A full queue raises the error interrupt and drops it. */
  pushEvent(id: number): void {
    if (this.#fifo.length === FIFO_DEPTH) {
      this.raise(IRQ.eventQueueError);
      return;
    }
    this.#fifo.push(id);
    this.raise(IRQ.socEvent);
  }

  /** The interrupt that asks for service, or -1. */
  pending(): number {
    return 31 - Math.clz32(this.#status & this.#mask);
  }

  acknowledge(id: number): void {
    this.#status &= ~(1 << id);
    this.#ack |= 1 << id;
    if (id !== IRQ.socEvent) return;
    this.#latched = this.#fifo.shift() ?? 0;
    if (this.#fifo.length > 0) this.raise(IRQ.socEvent);
  }

  read(offset: number): number | undefined {
    switch (offset) {
      case REGISTER.mask:
        return this.#mask;
      case REGISTER.status:
        return this.#status;
      case REGISTER.ack:
        return this.#ack;
      case REGISTER.fifo:
        return this.#latched;
      default:
        return offset <= REGISTER.fifo ? 0 : undefined;
    }
  }

  write(offset: number, value: number): boolean {
    switch (offset) {
      case REGISTER.mask:
        this.#mask = value;
        return true;
      case REGISTER.maskSet:
        this.#mask |= value;
        return true;
      case REGISTER.maskClear:
        this.#mask &= ~value;
        return true;
      case REGISTER.status:
        this.#status = value;
        return true;
      case REGISTER.statusSet:
        this.#status |= value;
        return true;
      case REGISTER.statusClear:
        this.#status &= ~value;
        return true;
      case REGISTER.ack:
        this.#ack = value;
        return true;
      case REGISTER.ackSet:
        this.#ack |= value;
        return true;
      case REGISTER.ackClear:
        this.#ack &= ~value;
        return true;
      default:
        return false;
    }
  }
}
