import { MEMORY_MAP } from '../../isa/geometry.js';
import { IRQ } from './interrupts.js';
import { NEVER, type Peripheral, type RaiseInterrupt } from './peripheral.js';

/** The reference clock, Hz. [sdk] */
export const REFERENCE_HZ = 32_768;
const WRAP = 2 ** 32;

const CFG = {
  enable: 1 << 0,
  reset: 1 << 1,
  interrupt: 1 << 2,
  clearOnCompare: 1 << 4,
  oneShot: 1 << 5,
  prescaler: 1 << 6,
  referenceClock: 1 << 7,
} as const;

/** One 32-bit counter of the timer. Ticks are counted from cycle 0 of the chip at the counter's own rate. */
class Counter {
  cfg = 0;
  compare = 0;
  /** The counter's value at tick `#anchor`. */
  #value = 0;
  #anchor = 0;
  /** The compare at the anchor's value has been seen. */
  #seen = false;
  readonly #clockHz: number;
  readonly #raise: () => void;

  constructor(clockHz: number, raise: () => void) {
    this.#clockHz = clockHz;
    this.#raise = raise;
  }

  #has(bit: number): boolean {
    return (this.cfg & bit) !== 0;
  }

  /** Core cycles of one tick. */
  get #period(): number {
    const prescale = this.#has(CFG.prescaler) ? ((this.cfg >>> 8) & 0xff) + 1 : 1;
    return (this.#has(CFG.referenceClock) ? this.#clockHz / REFERENCE_HZ : 1) * prescale;
  }

  #ticks(now: number): number {
    return Math.floor(now / this.#period);
  }

  value(now: number): number {
    if (!this.#has(CFG.enable)) return this.#value;
    const ticks = this.#ticks(now);
    // Between a compare and the clear that follows it one tick later, the counter still shows the compare value.
    return ticks < this.#anchor ? this.compare : (this.#value + ticks - this.#anchor) % WRAP;
  }

  setValue(value: number, now: number): void {
    this.#value = value;
    this.#anchor = this.#ticks(now);
    this.#seen = false;
  }

  configure(cfg: number, now: number): void {
    const value = cfg & CFG.reset ? 0 : this.value(now);
    this.cfg = cfg & ~CFG.reset;
    this.setValue(value, now);
  }

  /** Ticks from the anchor to the next compare. */
  #distance(): number {
    const distance = (this.compare - this.#value + WRAP) % WRAP;
    return distance === 0 && this.#seen ? WRAP : distance;
  }

  /** Handles the compares up to `now`; returns the cycle of the next one that interrupts. */
  advance(now: number): number {
    while (this.#has(CFG.enable)) {
      const due = this.#anchor + this.#distance();
      const cycle = Math.ceil(due * this.#period);
      if (this.#ticks(now) < due || cycle > now) return this.#has(CFG.interrupt) ? cycle : NEVER;
      if (this.#has(CFG.interrupt)) this.#raise();
      this.#matched(due, now);
    }
    return NEVER;
  }

  #matched(due: number, now: number): void {
    this.#value = this.compare;
    this.#anchor = due;
    this.#seen = true;
    if (this.#has(CFG.oneShot)) this.cfg &= ~CFG.enable;
    else if (this.#has(CFG.clearOnCompare)) {
      // Whole rounds that have passed since are one interrupt: the line was already up.
      const round = this.compare + 1;
      const rounds = Math.max(0, Math.floor((this.#ticks(now) - due - 1) / round));
      this.#value = 0;
      this.#anchor = due + 1 + rounds * round;
      this.#seen = false;
    }
  }
}

const REGISTER = { cfg: 0x00, count: 0x08, compare: 0x10, start: 0x18, reset: 0x20 } as const;
const CASCADE = 1 << 31;

/** The fabric controller's timer: two 32-bit counters. The 64-bit cascade is not modelled and refused. [pulp] */
export class Timer implements Peripheral {
  readonly name = 'timer';
  readonly base = MEMORY_MAP.timer;
  readonly bytes = 0x1000;
  readonly #counters: readonly [Counter, Counter];

  constructor(clockHz: number, raise: RaiseInterrupt) {
    this.#counters = [
      new Counter(clockHz, () => raise(IRQ.timerLow)),
      new Counter(clockHz, () => raise(IRQ.timerHigh)),
    ];
  }

  read(offset: number, now: number): number | undefined {
    const counter = this.#counters[(offset >>> 2) & 1]!;
    this.advance(now);
    switch (offset & ~4) {
      case REGISTER.cfg:
        return counter.cfg;
      case REGISTER.count:
        return counter.value(now);
      case REGISTER.compare:
        return counter.compare;
      default:
        return offset < 0x28 ? 0 : undefined;
    }
  }

  write(offset: number, value: number, now: number): boolean {
    const counter = this.#counters[(offset >>> 2) & 1]!;
    this.advance(now);
    switch (offset & ~4) {
      case REGISTER.cfg:
        if (value & CASCADE) return false;
        counter.configure(value, now);
        return true;
      case REGISTER.count:
        counter.setValue(value, now);
        return true;
      case REGISTER.compare:
        counter.setValue(counter.value(now), now);
        counter.compare = value;
        return true;
      case REGISTER.start:
        counter.configure(counter.cfg | CFG.enable, now);
        return true;
      case REGISTER.reset:
        counter.setValue(0, now);
        return true;
      default:
        return false;
    }
  }

  advance(now: number): number {
    return Math.min(this.#counters[0].advance(now), this.#counters[1].advance(now));
  }
}

/** The ticks of the reference clock as interrupt 14. They count as an event to come only while someone listens. */
export class ReferenceClock {
  readonly #period: number;
  readonly #raise: RaiseInterrupt;
  #tick = 0;
  constructor(clockHz: number, raise: RaiseInterrupt) {
    this.#period = clockHz / REFERENCE_HZ;
    this.#raise = raise;
  }
  advance(now: number, listening: boolean): number {
    const tick = Math.floor(now / this.#period);
    if (tick > this.#tick) {
      this.#tick = tick;
      this.#raise(IRQ.referenceClock);
    }
    return listening ? Math.ceil((this.#tick + 1) * this.#period) : NEVER;
  }
}
