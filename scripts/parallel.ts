import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { runTasks, terminalOfMain } from '../src/node/task-workers.js';

/** `--jobs` of the long chores. */
export const jobsOption = {
  type: 'number',
  default: availableParallelism(),
  describe: 'how many run at the same time',
} as const;

const SILENT = { running: () => {}, step: () => {} };

/** What tasks give, in their order: on workers of the module `worker`, or `here` for one at a time. */
export async function* inOrder<T, R>(
  tasks: readonly T[],
  jobs: number,
  worker: URL,
  here: (task: T) => Promise<R>,
): AsyncGenerator<R> {
  if (Math.min(jobs, tasks.length) > 1) {
    const start = () => new Worker(worker, { stdout: true, stderr: true, workerData: terminalOfMain() });
    yield* runTasks<T, R>(tasks, jobs, start, SILENT);
  } else for (const task of tasks) yield await here(task);
}
