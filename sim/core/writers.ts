/** Entries of the log before the next ones are sorted into the bytes' own column. */
const LOG_ENTRIES = 1 << 14;

/**
 * Who wrote each byte of a memory. Written often and asked rarely: writes go into a log of ranges, and a column with a number a byte is made
 * when the log is full or somebody wants all of it.
 */
export class Writers {
  readonly #size: number;
  readonly #nobody: number;
  /** For each byte its writer less `nobody`, without what the log holds. */
  #column: Int32Array | undefined;
  #first = new Int32Array(64);
  #end = new Int32Array(64);
  #writer = new Int32Array(64);
  #entries = 0;

  /** `nobody`: the writer of bytes that no one wrote. */
  constructor(size: number, nobody: number) {
    this.#size = size;
    this.#nobody = nobody;
  }

  /** The bytes [start, start + n) were written. */
  note(start: number, n: number, writer: number): void {
    const last = this.#entries - 1;
    // Writes that follow each other, or go to the same place, need one entry.
    if (last >= 0 && this.#writer[last] === writer) {
      if (this.#end[last] === start) {
        this.#end[last] = start + n;
        return;
      }
      if (this.#first[last] === start && this.#end[last] === start + n) return;
    }
    if (this.#entries === this.#first.length) this.#makeRoom();
    const entry = this.#entries++;
    this.#first[entry] = start;
    this.#end[entry] = start + n;
    this.#writer[entry] = writer;
  }

  /** Nobody wrote anything. */
  clear(): void {
    this.#entries = 0;
    this.#column = undefined;
  }

  /** Who wrote the byte at offset `at` last. */
  of(at: number): number {
    if (this.#entries > 0) this.#settle();
    return (this.#column?.[at] ?? 0) + this.#nobody;
  }

  /** The writers of the first `n` bytes, less `nobody`: a copy. */
  take(n: number): Int32Array {
    return this.#settle().slice(0, n);
  }

  /** Puts back what `take` gave; nobody wrote what follows. */
  put(writers: Int32Array): void {
    this.clear();
    this.#column = new Int32Array(this.#size);
    this.#column.set(writers);
  }

  #makeRoom(): void {
    if (this.#entries >= LOG_ENTRIES) {
      this.#settle();
      return;
    }
    const twice = (column: Int32Array) => {
      const grown = new Int32Array(2 * column.length);
      grown.set(column);
      return grown;
    };
    this.#first = twice(this.#first);
    this.#end = twice(this.#end);
    this.#writer = twice(this.#writer);
  }

  /** Sorts the log into the column. */
  #settle(): Int32Array {
    // Zeros come from the system page by page: a large memory costs what is used of it.
    this.#column ??= new Int32Array(this.#size);
    for (let i = 0; i < this.#entries; i++)
      this.#column.fill(this.#writer[i]! - this.#nobody, this.#first[i]!, this.#end[i]!);
    this.#entries = 0;
    return this.#column;
  }
}
