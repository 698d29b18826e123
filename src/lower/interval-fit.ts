import { roundUp } from '../base/units.js';
import { type Interval, RANKS } from './interval-plan.js';
import { RankQueue } from './rank-queue.js';

/** An interval in the set, and what each order of placing that has begun makes of it. */
interface Member {
  readonly number: number;
  readonly interval: Interval;
  /** By order: what it is ranked by, then its place among equals. */
  readonly keys: (readonly number[] | undefined)[];
  /** By order: its offset; -1 or undefined before it has one. */
  readonly offsets: number[];
  /** By order: whether its offset must be found anew. */
  readonly waits: boolean[];
  gone: boolean;
}

/** What a member is ranked by in an order. */
function keyOf(member: Member, r: number): readonly number[] {
  const known = member.keys[r];
  if (known !== undefined) return known;
  const key = RANKS[r]!.map((rank) => rank(member.interval));
  key.push(member.number);
  member.keys[r] = key;
  return key;
}

function comesBefore(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}

/** One order of placing: who waits for an offset, and how many end beyond the limit. It begins when the orders before it fail first. */
interface Placing {
  begun: boolean;
  readonly waiting: RankQueue<Member>;
  tooFar: number;
}

/**
 * Says whether `placeIntervals` would stay below a limit, for a set of intervals that changes little from question to question:
 * an offset is found anew only where a change reaches it, so that a plan of thousands of layers costs what its changes cost.
 * The answer is that of `fits` for the intervals in the order of their numbers.
 */
export class IntervalFit {
  readonly #align: number;
  readonly #limit: number;
  readonly #members = new Map<number, Member>();
  readonly #alive = new Map<number, Member[]>();
  readonly #placings: readonly Placing[] = RANKS.map((_, r) => ({
    begun: false,
    waiting: new RankQueue<Member>((a, b) => comesBefore(keyOf(a, r), keyOf(b, r))),
    tooFar: 0,
  }));
  #placed = 0;

  constructor(align: number, limit: number) {
    this.#align = align;
    this.#limit = limit;
  }

  /** How many offsets were found so far: the work done, for tests. */
  get placed(): number {
    return this.#placed;
  }

  /** Puts an interval under a number in place of the one before; undefined takes it out. */
  set(number: number, interval: Interval | undefined): void {
    const old = this.#members.get(number);
    if (old !== undefined) this.#remove(number, old);
    if (interval !== undefined) this.#add(number, interval);
  }

  /** Whether one of the orders places all intervals below the limit. */
  fits(): boolean {
    return this.#placings.some((placing, r) => {
      this.#settle(placing, r);
      return placing.tooFar === 0;
    });
  }

  #add(number: number, interval: Interval): void {
    const member: Member = { number, interval, keys: [], offsets: [], waits: [], gone: false };
    this.#members.set(number, member);
    for (let step = interval.from; step <= interval.to; step++) {
      const list = this.#alive.get(step);
      if (list === undefined) this.#alive.set(step, [member]);
      else list.push(member);
    }
    this.#placings.forEach((placing, r) => {
      if (placing.begun) this.#wait(placing, r, member);
    });
  }

  #remove(number: number, member: Member): void {
    this.#members.delete(number);
    member.gone = true;
    const { from, to, bytes } = member.interval;
    this.#placings.forEach((placing, r) => {
      const offset = member.offsets[r] ?? -1;
      if (offset < 0) return;
      if (offset + bytes > this.#limit) placing.tooFar--;
      this.#wakeLater(placing, r, member);
    });
    for (let step = from; step <= to; step++) {
      const list = this.#alive.get(step)!;
      list[list.indexOf(member)] = list[list.length - 1]!;
      list.pop();
    }
  }

  /** Those alive at the same time, each once. */
  #neighbours(member: Member): Member[] {
    const { from, to } = member.interval;
    const found: Member[] = [];
    for (let step = from; step <= to; step++)
      for (const other of this.#alive.get(step)!)
        if (other !== member && (step === from || other.interval.from === step)) found.push(other);
    return found;
  }

  #wait(placing: Placing, r: number, member: Member): void {
    if (member.waits[r] === true) return;
    member.waits[r] = true;
    placing.waiting.push(member);
  }

  #wakeLater(placing: Placing, r: number, member: Member): void {
    for (const other of this.#neighbours(member))
      if (comesBefore(keyOf(member, r), keyOf(other, r))) this.#wait(placing, r, other);
  }

  /** Finds the offsets that changes have reached, in the order of placing: each depends on those before it alone. */
  #settle(placing: Placing, r: number): void {
    if (!placing.begun) {
      placing.begun = true;
      for (const member of this.#members.values()) this.#wait(placing, r, member);
    }
    for (let member = placing.waiting.pop(); member !== undefined; member = placing.waiting.pop()) {
      member.waits[r] = false;
      if (member.gone) continue;
      const { bytes } = member.interval;
      const was = member.offsets[r] ?? -1;
      const is = this.#lowest(member, r);
      this.#placed++;
      if (is === was) continue;
      if (was >= 0 && was + bytes > this.#limit) placing.tooFar--;
      if (is + bytes > this.#limit) placing.tooFar++;
      member.offsets[r] = is;
      this.#wakeLater(placing, r, member);
    }
  }

  /** The lowest offset at which no earlier one lies that is alive at the same time. */
  #lowest(member: Member, r: number): number {
    const { bytes } = member.interval;
    const earlier = this.#neighbours(member).filter((o) => comesBefore(keyOf(o, r), keyOf(member, r)));
    earlier.sort((a, b) => a.offsets[r]! - b.offsets[r]!);
    let at = 0;
    for (const o of earlier) {
      if (at + bytes <= o.offsets[r]!) break;
      at = Math.max(at, roundUp(o.offsets[r]! + o.interval.bytes, this.#align));
    }
    return at;
  }
}
