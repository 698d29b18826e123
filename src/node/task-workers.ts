import { parentPort, type Worker, workerData } from 'node:worker_threads';
import { UserError } from '../base/errors.js';

/** Something that a task wrote, in the order in which it did. */
interface Written {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** An error as it crosses from a worker: with an exit status where a user's input caused it. */
interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly exitCode: number | undefined;
}

/** All tasks, and the number of the next one that nobody has begun: each worker takes it and counts on, without waiting for the main thread. */
export interface Work<T> {
  readonly tasks: readonly T[];
  readonly next: Int32Array;
}

/** The number of the next task, which is the caller's from now on; undefined where none is left. */
export function takeTask({ tasks, next }: Work<unknown>): number | undefined {
  const number = Atomics.add(next, 0, 1);
  return number < tasks.length ? number : undefined;
}

type Report<R> =
  | { readonly kind: 'running'; readonly what: string }
  | { readonly kind: 'wrote'; readonly number: number; readonly written: Written }
  | { readonly kind: 'done'; readonly number: number; readonly result: R }
  | { readonly kind: 'failed'; readonly number: number; readonly error: PlainError };

type Finished<R> = Extract<Report<R>, { kind: 'done' | 'failed' }>;

/** What the terminal is like, for workers, whose streams are none: `workerData` of each. */
export interface TerminalOfMain {
  readonly isTTY: boolean | undefined;
  readonly columns: number | undefined;
}

export const terminalOfMain = (): TerminalOfMain => ({
  isTTY: process.stdout.isTTY,
  columns: process.stdout.columns,
});

/** An error that a user's input caused in a worker, with the exit status that it has there. */
class ErrorInWorker extends UserError {
  override readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

function errorOf({ message, stack, exitCode }: PlainError): Error {
  if (exitCode !== undefined) return new ErrorInWorker(message, exitCode);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** Who hears of the work as it goes on, in whatever order workers get there. */
export interface TaskProgress {
  running(what: string): void;
  step(): void;
}

/**
 * Runs tasks on worker threads, each on the next that is free, and yields their results in the order of the tasks. What a task writes on stdout
 * and stderr waits until its turn comes, so that all is as if one process had run them one after another. Throws a task's error at its
 * turn, a UserError with the same message and exit status where it was one. However it ends, no worker is left.
 *
 * `start` makes a worker whose module calls `serveTasks`, with `stdout: true`, `stderr: true` and `workerData: terminalOfMain()`.
 */
export async function* runTasks<T, R>(
  tasks: readonly T[],
  jobs: number,
  start: () => Worker,
  progress: TaskProgress,
): AsyncGenerator<R> {
  const finished = new Map<number, Finished<R>>();
  const held = new Map<number, Written[]>();
  let turn = 0;
  const say = ({ stream, text }: Written): void => void process[stream].write(text);
  let broken: Error | undefined;
  let wake = (): void => {};
  const work: Work<T> = { tasks, next: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
  const workers = Array.from({ length: Math.min(jobs, tasks.length) }, () => {
    const worker = start();
    worker.on('message', (report: Report<R>) => {
      if (report.kind === 'running') return progress.running(report.what);
      if (report.kind === 'wrote') {
        if (report.number === turn) say(report.written);
        else held.set(report.number, [...(held.get(report.number) ?? []), report.written]);
        return;
      }
      finished.set(report.number, report);
      progress.step();
      wake();
    });
    worker.on('error', (error: Error) => {
      broken ??= error;
      wake();
    });
    worker.postMessage(work);
    return worker;
  });
  try {
    for (; turn < tasks.length; turn++) {
      for (const written of held.get(turn) ?? []) say(written);
      held.delete(turn);
      while (!finished.has(turn)) {
        if (broken !== undefined) throw broken;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const report = finished.get(turn)!;
      finished.delete(turn);
      if (report.kind === 'failed') throw errorOf(report.error);
      yield report.result;
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Hands on what is written from now on instead of writing it. */
function handOnWritten(take: (written: Written) => void): void {
  for (const stream of ['stdout', 'stderr'] as const)
    process[stream].write = (chunk: string | Uint8Array): boolean => {
      take({ stream, text: typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk) });
      return true;
    };
}

/** In a worker: carries out tasks that `runTasks` sends, one at a time, until none is left. `running` tells how far a task is. */
export function serveTasks<T, R>(carryOut: (task: T, running: (what: string) => void) => Promise<R>): void {
  const port = parentPort;
  if (port === null) throw new Error('serveTasks belongs in a worker thread');
  Object.assign(process.stdout, workerData as TerminalOfMain);
  const report = (message: Report<R>): void => port.postMessage(message);
  let number = 0;
  handOnWritten((written) => report({ kind: 'wrote', number, written }));
  const attempt = async (task: T): Promise<Report<R>> => {
    try {
      const result = await carryOut(task, (what) => report({ kind: 'running', what }));
      return { kind: 'done', number, result };
    } catch (e) {
      const error = e instanceof Error ? e : new Error(String(e));
      const { message, stack } = error;
      const exitCode = error instanceof UserError ? error.exitCode : undefined;
      return { kind: 'failed', number, error: { message, stack, exitCode } };
    }
  };
  port.once('message', async (work: Work<T>) => {
    for (let taken = takeTask(work); taken !== undefined; taken = takeTask(work)) {
      number = taken;
      report(await attempt(work.tasks[number]!));
    }
  });
}
