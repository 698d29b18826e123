import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import type { Options } from 'yargs';
import { UserError } from '../base/errors.js';
import { runTasks } from '../node/task-workers.js';
import type { Progress } from './progress.js';

/** The option of every command that runs several models. */
export const jobsOption = {
  jobs: {
    type: 'number',
    describe: 'models that run at the same time; as many as the machine has cores by default',
  },
} as const satisfies Record<string, Options>;

export interface JobsArguments {
  readonly jobs?: number | undefined;
}

/** One model of a command, for a worker. */
export interface ModelTask {
  readonly command: 'verify' | 'baseline' | 'explore';
  /** The command's arguments. */
  readonly args: unknown;
  /** Which of the models that they name. */
  readonly index: number;
}

/** What starts a worker; a process that runs a command line within another program has none. */
let start: (() => Worker) | undefined;

/** Says how workers are started (main.ts): without it, models run one after another in this thread. */
export function provideWorkers(by: () => Worker): void {
  start = by;
}

/** `--jobs`. Throws a UserError for a number that makes no sense. */
export function jobsOf({ jobs = availableParallelism() }: JobsArguments): number {
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new UserError(`--jobs is ${jobs}; must be a whole number of at least 1.`);
  return jobs;
}

/**
 * What each of `names.length` models of a command gives, in order: on worker threads where `--jobs` and the number of models allow, by `here`
 * otherwise. Either way the same results, the same text on stdout and stderr, and the same error.
 */
export async function* eachModel<R>(
  command: ModelTask['command'],
  args: JobsArguments,
  names: readonly string[],
  progress: Progress,
  here: (index: number) => Promise<R>,
): AsyncGenerator<R> {
  const jobs = Math.min(jobsOf(args), names.length);
  if (jobs > 1 && start !== undefined) {
    const tasks = names.map((_, index): ModelTask => ({ command, args, index }));
    yield* runTasks<ModelTask, R>(tasks, jobs, start, progress);
    return;
  }
  for (const [index, name] of names.entries()) {
    progress.running(name);
    yield await here(index);
    progress.step();
  }
}
