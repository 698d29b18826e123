import type { Progress } from '../worker/library.js';
import type { Arguments, Method, Reply, Request, Result } from '../worker/messages.js';

/** What the worker says about a file or a request; `bug` where it is not the user's mistake. */
export class WorkerError extends Error {
  readonly bug: boolean;
  constructor(message: string, bug: boolean) {
    super(message);
    this.bug = bug;
  }
}

/** A request ended because the user stopped the worker. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** Calls the session in the worker. A worker that is stopped or crashes is replaced by a fresh one, which has nothing open. */
export class Client {
  #worker: Worker | undefined;
  #pending = new Map<number, Pending>();
  #next = 0;
  /** Counts workers: what was opened in an earlier one is gone. */
  generation = 0;

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    this.generation++;
    const worker = new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#heard(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end(new WorkerError(`the worker stopped: ${event.message || 'it could not be loaded'}.`, true));
    });
    this.#worker = worker;
    return worker;
  }

  #heard(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    if (reply.kind === 'progress') {
      pending.onProgress?.(reply.progress);
      return;
    }
    this.#pending.delete(reply.id);
    if (reply.kind === 'done') pending.resolve(reply.result);
    else pending.reject(new WorkerError(reply.message, reply.bug));
  }

  #end(reason: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(reason);
  }

  /** Starts the worker, so that the first request finds it loaded. */
  warm(): void {
    this.#start();
  }

  /** Ends whatever runs: those who wait get `Cancelled`. */
  cancel(): void {
    this.#end(new Cancelled('stopped'));
    this.warm();
  }

  /** Calls a method of the session. Rejects with a WorkerError for what it throws or a crash, with Cancelled after `cancel`. */
  call<M extends Method>(
    method: M,
    args: Arguments<M>,
    onProgress?: (progress: Progress) => void,
  ): Promise<Result<M>> {
    const worker = this.#start();
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      worker.postMessage({ id, method, args } satisfies Request);
    });
  }
}
