/** A stretch of memory that belongs together: a variable, a heap block, a buffer of a Program. */
export interface MemoryObject {
  readonly name: string;
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
}

/** A heap block that its program has given back. */
export interface ReleasedBlock extends MemoryObject {
  /** "free_wrapper called at 0x1c008100 <main+0x20>" */
  readonly by: string;
}

/** Which object an address lies in. */
export interface Objects {
  readonly l2: (address: number) => MemoryObject | undefined;
  /** The heap block that was released and is in no other use that an address lies in, and who released it; absent where there is no heap. */
  readonly released?: (address: number) => ReleasedBlock | undefined;
  /** Nobody but a Program says what lies where in L1. */
  readonly l1: (address: number) => MemoryObject | undefined;
}

/** Objects known from the start, sorted; where they lie in each other, the smallest is the owner. */
export class ObjectTable {
  readonly #sorted: readonly MemoryObject[];
  readonly #largest: number;

  constructor(objects: readonly MemoryObject[]) {
    this.#sorted = [...objects].sort((a, b) => a.start - b.start || b.end - a.end);
    this.#largest = this.#sorted.reduce((n, o) => Math.max(n, o.end - o.start), 0);
  }

  at(address: number): MemoryObject | undefined {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    let best: MemoryObject | undefined;
    for (let i = low - 1; i >= 0; i--) {
      const o = this.#sorted[i]!;
      if (address - o.start >= this.#largest) break;
      if (address < o.end && (best === undefined || o.end - o.start < best.end - best.start)) best = o;
    }
    return best;
  }
}

/** "weights+0x40" */
export const inObject = (o: MemoryObject, address: number): string =>
  address === o.start ? o.name : `${o.name}+0x${(address - o.start).toString(16)}`;
