/** How far long work has come. */
export interface Progress {
  /** What runs now, for people: "resnet8, layer 4 of 21". */
  readonly what: string;
  /** Pieces done, of `total`. */
  readonly done: number;
  readonly total: number;
}

/** What every long function of the library takes. */
export interface WorkOptions {
  /** Called before each piece of work. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the work: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The event loop gets a turn after this much work: a window's frame. */
const TURN_MS = 16;

/** Calls back once timers, input and signals had their turn: at once where the engine can, which a timer of 0 ms takes a millisecond for. */
const laterTurn: (callback: () => void) => unknown =
  (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate ??
  ((callback) => setTimeout(callback, 0));

/** Long work in one thread, cut into turns: in between, timers, input and signals are heeded. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor({ signal }: WorkOptions) {
    signal?.throwIfAborted();
    this.#signal = signal;
  }

  /** Gives the event loop a turn. Throws the signal's reason once it is aborted. */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => laterTurn(resolve));
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }

  /** Runs a generator to its end, with a pause whenever a turn's time is over. Throws what it throws, and the signal's reason. */
  async run<T>(work: Generator<void, T>): Promise<T> {
    for (;;) {
      if (performance.now() - this.#since > TURN_MS) await this.pause();
      const next = work.next();
      if (next.done === true) return next.value;
    }
  }
}
