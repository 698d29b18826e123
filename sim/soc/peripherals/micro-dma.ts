import { MEMORY_MAP } from '../../isa/geometry.js';
import { EVENT } from './event-unit.js';
import { NEVER, type Peripheral, type RaiseEvent, RegisterFile } from './peripheral.js';

const CLOCK_GATE = 0x00;
/** The UART is peripheral 0: its channels start at 0x80. [sdk] */
const UART = {
  first: 0x80,
  address: 0x90,
  size: 0x94,
  config: 0x98,
  status: 0xa0,
  setup: 0xa4,
  last: 0xa8,
} as const;
const ENABLE = 0x10;
const SHADOW = 0x20;
const CLEAR = 0x40;
/** A start bit, eight data bits and a stop bit. */
const BITS_PER_CHARACTER = 10;

interface Transfer {
  readonly address: number;
  readonly bytes: number;
}

/**
 * The micro-DMA with the UART's transmit channel: a transfer takes the bytes from L2, ten bits each at the divided clock,
 * and raises its event at the end. A second transfer may wait behind the first. Other channels do not exist here.
 */
export class MicroDma implements Peripheral {
  readonly name = 'micro-DMA';
  readonly base = MEMORY_MAP.microDma;
  readonly bytes = 0x1000;
  readonly #registers = new RegisterFile(UART.last);
  readonly #fetch: (transfer: Transfer) => Uint8Array;
  readonly #put: (character: number) => void;
  readonly #raise: RaiseEvent;
  #queue: Transfer[] = [];
  #doneAt = NEVER;

  constructor(
    fetch: (address: number, bytes: number) => Uint8Array,
    put: (character: number) => void,
    raise: RaiseEvent,
  ) {
    this.#fetch = ({ address, bytes }) => fetch(address, bytes);
    this.#put = put;
    this.#raise = raise;
  }

  read(offset: number, now: number): number | undefined {
    this.advance(now);
    if (offset !== CLOCK_GATE && offset !== 4 && offset < UART.first) return undefined;
    if (!this.#registers.has(offset)) return undefined;
    if (offset === UART.status) return this.#queue.length > 0 ? 1 : 0;
    if (offset === UART.config)
      return (this.#queue.length > 0 ? ENABLE : 0) | (this.#queue.length > 1 ? SHADOW : 0);
    return this.#registers.get(offset);
  }

  write(offset: number, value: number, now: number): boolean {
    this.advance(now);
    if (offset !== CLOCK_GATE && offset !== 4 && offset < UART.first) return false;
    if (!this.#registers.has(offset) || offset === UART.status) return false;
    this.#registers.set(offset, value);
    if (offset !== UART.config) return true;
    if (value & CLEAR) {
      this.#queue = [];
      this.#doneAt = NEVER;
    }
    if (value & ENABLE) this.#enqueue(now);
    return true;
  }

  /** A third transfer overwrites the one that waits, as a second write of the shadow registers does. */
  #enqueue(now: number): void {
    const transfer = { address: this.#registers.get(UART.address), bytes: this.#registers.get(UART.size) };
    if (this.#queue.length === 2) this.#queue.pop();
    this.#queue.push(transfer);
    if (this.#queue.length === 1) this.#start(now);
  }

  #start(now: number): void {
    const transfer = this.#queue[0]!;
    for (const character of this.#fetch(transfer)) this.#put(character);
    const divider = (this.#registers.get(UART.setup) >>> 16) + 1;
    this.#doneAt = now + transfer.bytes * BITS_PER_CHARACTER * divider;
  }

  advance(now: number): number {
    while (this.#doneAt <= now) {
      const at = this.#doneAt;
      this.#queue.shift();
      this.#doneAt = NEVER;
      this.#raise(EVENT.uartTransmit);
      if (this.#queue.length > 0) this.#start(at);
    }
    return this.#doneAt;
  }
}
