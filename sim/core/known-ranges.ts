/** Ranges that are kept; of more the shortest is let go. */
const MOST = 16;

/**
 * Ranges of a memory that are known to be written throughout, so that a look at them costs no look at their bytes. What is not in here may be
 * written nevertheless.
 */
export class KnownRanges {
  readonly #lo = new Float64Array(MOST + 1);
  readonly #hi = new Float64Array(MOST + 1);
  #count = 0;

  covers(lo: number, hi: number): boolean {
    for (let i = 0; i < this.#count; i++) if (this.#lo[i]! <= lo && hi <= this.#hi[i]!) return true;
    return false;
  }

  /** [lo, hi) is written. */
  add(lo: number, hi: number): void {
    // Taking in a range may make it touch one that was passed over: those that touch are taken out, then all go in as one.
    let i = 0;
    while (i < this.#count) {
      const from = this.#lo[i]!;
      const end = this.#hi[i]!;
      if (from <= lo && hi <= end) return;
      if (from > hi || end < lo) {
        i++;
        continue;
      }
      if (from < lo) lo = from;
      if (end > hi) hi = end;
      this.#drop(i);
      i = 0;
    }
    this.#lo[this.#count] = lo;
    this.#hi[this.#count] = hi;
    if (++this.#count > MOST) this.#drop(this.#shortest());
  }

  /** Something in [lo, hi) may be not written any more. */
  remove(lo: number, hi: number): void {
    for (let i = this.#count - 1; i >= 0; i--) {
      const from = this.#lo[i]!;
      const end = this.#hi[i]!;
      if (hi <= from || end <= lo) continue;
      this.#drop(i);
      if (from < lo) this.add(from, lo);
      if (hi < end) this.add(hi, end);
    }
  }

  clear(): void {
    this.#count = 0;
  }

  #drop(i: number): void {
    const last = --this.#count;
    this.#lo[i] = this.#lo[last]!;
    this.#hi[i] = this.#hi[last]!;
  }

  #shortest(): number {
    let shortest = 0;
    for (let i = 1; i < this.#count; i++)
      if (this.#hi[i]! - this.#lo[i]! < this.#hi[shortest]! - this.#lo[shortest]!) shortest = i;
    return shortest;
  }
}
