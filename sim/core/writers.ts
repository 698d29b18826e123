/** Entries of the log before the next ones are sorted into the bytes' own column. */
const LOG_ENTRIES = 1 << 14;

/** Ranges of bytes and who wrote them, in columns. */
export interface WriterLog {
  first: Int32Array;
  end: Int32Array;
  writer: Int32Array;
}

const FIRST_ENTRIES = 64;

export const newLog = (): WriterLog => ({
  first: new Int32Array(FIRST_ENTRIES),
  end: new Int32Array(FIRST_ENTRIES),
  writer: new Int32Array(FIRST_ENTRIES),
});

function twice(column: Int32Array): Int32Array {
  const grown = new Int32Array(2 * column.length);
  grown.set(column);
  return grown;
}

/**
 * Who wrote each byte of a memory. Written often and asked rarely: writes go into a log of ranges, and a column with a number a byte is made
 * when the log is full or somebody wants all of it.
 */
export class Writers {
  readonly #size: number;
  readonly #nobody: number;
  /** For each byte its writer less `nobody`, without what the log holds. */
  #column: Int32Array | undefined;
  readonly #log: WriterLog;
  #entries = 0;

  /** `nobody`: the writer of bytes that no one wrote. `log`: room for entries, whatever they hold, which may grow. */
  constructor(size: number, nobody: number, log: WriterLog = newLog()) {
    this.#log = log;
    this.#size = size;
    this.#nobody = nobody;
  }

  /** The bytes [start, start + n) were written. */
  note(start: number, n: number, writer: number): void {
    const log = this.#log;
    const last = this.#entries - 1;
    // Writes that follow each other, or go to the same place, need one entry.
    if (last >= 0 && log.writer[last] === writer) {
      if (log.end[last] === start) {
        log.end[last] = start + n;
        return;
      }
      if (log.first[last] === start && log.end[last] === start + n) return;
    }
    if (this.#entries === log.first.length) this.#makeRoom();
    const entry = this.#entries++;
    log.first[entry] = start;
    log.end[entry] = start + n;
    log.writer[entry] = writer;
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
    const log = this.#log;
    log.first = twice(log.first);
    log.end = twice(log.end);
    log.writer = twice(log.writer);
  }

  /** Sorts the log into the column. */
  #settle(): Int32Array {
    // Zeros come from the system page by page: a large memory costs what is used of it.
    this.#column ??= new Int32Array(this.#size);
    const { first, end, writer } = this.#log;
    for (let i = 0; i < this.#entries; i++) this.#column.fill(writer[i]! - this.#nobody, first[i]!, end[i]!);
    this.#entries = 0;
    return this.#column;
  }
}
