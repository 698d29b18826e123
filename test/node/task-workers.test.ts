import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { UserError } from '../../src/base/errors.js';
import { runTasks, takeTask, type Work } from '../../src/node/task-workers.js';

/** Stands for a worker thread: notes what it is given, and reports when the test says so. */
class FakeWorker extends EventEmitter {
  work: Work<string> | undefined;
  ended = false;
  postMessage(work: Work<string>): void {
    this.work = work;
  }
  /** What `serveTasks` does before each task. */
  take(): string | undefined {
    const number = takeTask(this.work!);
    return number === undefined ? undefined : this.work!.tasks[number];
  }
  terminate(): Promise<number> {
    this.ended = true;
    return Promise.resolve(0);
  }
  wrote(number: number, text: string): void {
    this.emit('message', { kind: 'wrote', number, written: { stream: 'stdout', text } });
  }
  done(number: number, result: string): void {
    this.emit('message', { kind: 'done', number, result });
  }
}

afterEach(() => void vi.restoreAllMocks());

/** Tasks on fake workers; what reaches stdout, and what progress hears. */
function started(tasks: readonly string[], jobs: number) {
  const workers: FakeWorker[] = [];
  const out: string[] = [];
  const heard: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out.push(String(text));
    return true;
  });
  const results = runTasks<string, string>(
    tasks,
    jobs,
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    { running: (what) => void heard.push(what), step: () => void heard.push('step') },
  );
  return { workers, out, heard, results };
}

it('hands each task to the next free worker; results and texts come in the order of the tasks', async () => {
  const { workers, out, heard, results } = started(['a', 'b', 'c'], 2);
  const first = results.next();
  expect(workers.map((w) => w.take())).toEqual(['a', 'b']);
  const [one, two] = workers as [FakeWorker, FakeWorker];
  one.emit('message', { kind: 'running', what: 'a, half' });
  two.wrote(1, 'b1 ');
  two.wrote(1, 'b2 ');
  two.done(1, 'B');
  expect(two.take()).toBe('c');
  expect(takeTask(two.work!)).toBe(undefined);
  two.wrote(2, 'c ');
  one.wrote(0, 'a ');
  expect(out.join('')).toBe('a ');
  one.done(0, 'A');
  expect(one.take()).toBe(undefined);
  expect(await first).toEqual({ done: false, value: 'A' });
  expect(await results.next()).toEqual({ done: false, value: 'B' });
  expect(out.join('')).toBe('a b1 b2 ');
  const last = results.next();
  two.done(2, 'C');
  expect(await last).toEqual({ done: false, value: 'C' });
  expect(out.join('')).toBe('a b1 b2 c ');
  expect(await results.next()).toEqual({ done: true, value: undefined });
  expect(heard).toEqual(['a, half', 'step', 'step', 'step']);
  expect(workers.map((w) => w.ended)).toEqual([true, true]);
});

it('starts no more workers than there are tasks', () => {
  const { workers, results } = started(['a'], 4);
  void results.next();
  expect(workers).toHaveLength(1);
});

it("throws a task's error at its turn: a user's with its exit status, another with its stack", async () => {
  const { workers, results } = started(['a', 'b'], 2);
  const first = results.next();
  const [one, two] = workers as [FakeWorker, FakeWorker];
  const error = { message: 'model x is unknown.', stack: 'at there', exitCode: 2 };
  two.emit('message', { kind: 'failed', number: 1, error });
  one.done(0, 'A');
  expect((await first).value).toBe('A');
  const thrown = await results.next().catch((e: unknown) => e);
  expect(thrown).toBeInstanceOf(UserError);
  expect(thrown).toMatchObject({ message: 'model x is unknown.', exitCode: 2 });
  expect(workers.every((w) => w.ended)).toBe(true);

  const other = started(['a'], 1);
  const only = other.results.next();
  other.workers[0]!.emit('message', {
    kind: 'failed',
    number: 0,
    error: { message: 'a bug', stack: 'at line 7', exitCode: undefined },
  });
  const bug = await only.catch((e: unknown) => e);
  expect(bug).not.toBeInstanceOf(UserError);
  expect(bug).toMatchObject({ message: 'a bug', stack: 'at line 7' });
});

it('throws where a worker breaks, and leaves none behind', async () => {
  const { workers, results } = started(['a', 'b'], 2);
  const first = results.next();
  workers[1]!.emit('error', new Error('out of memory'));
  await expect(first).rejects.toThrow('out of memory');
  expect(workers.map((w) => w.ended)).toEqual([true, true]);
});
