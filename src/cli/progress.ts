/** Where progress goes: stderr, or a test's stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const BAR = 24;
const REDRAW_MS = 100;
const LINE_MS = 10_000;

/** "12 s", "3 min 05 s". */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * Progress of long work: a bar that redraws itself on a terminal, a plain line at intervals elsewhere. It appears only once
 * the work has taken a while, and leaves nothing behind on a terminal.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #total: number;
  readonly #now: () => number;
  readonly #start: number;
  #done = 0;
  #what = '';
  #last: number;
  #drawn = false;

  /** `total` pieces of work; `now` in milliseconds. */
  constructor(total: number, stream: ProgressStream = process.stderr, now: () => number = Date.now) {
    this.#stream = stream;
    this.#total = total;
    this.#now = now;
    this.#start = now();
    this.#last = this.#start;
  }

  /** The piece that runs now, and how far it is ("resnet8, layer 4 of 21"). */
  running(what: string): void {
    this.#what = what;
    this.#show();
  }

  /** One piece is done. */
  step(): void {
    this.#done++;
    this.#show();
  }

  /** Takes the bar away, so that the report starts on an empty line. */
  end(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K');
    this.#drawn = false;
  }

  #show(): void {
    const now = this.#now();
    const terminal = this.#stream.isTTY === true;
    if (now - this.#last < (terminal ? REDRAW_MS : LINE_MS)) return;
    this.#last = now;
    const state = `${this.#done} of ${this.#total}, ${elapsed(now - this.#start)}, ${this.#what}`;
    if (!terminal) {
      this.#stream.write(`${state}\n`);
      return;
    }
    const filled = Math.round((BAR * this.#done) / Math.max(1, this.#total));
    const line = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)} ${state}`;
    this.#stream.write(`\r\u001b[K${[...line].slice(0, (this.#stream.columns ?? 80) - 1).join('')}`);
    this.#drawn = true;
  }
}
