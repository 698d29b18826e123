import { LimitError } from '../../../src/base/errors.js';
import { REGISTER_PORT_BYTES } from '../../isa/registers.js';
import { type AcceleratorJob, JobError, type PortWatcher, type StartedJob } from './accelerator-job.js';
import { NEVER, type Peripheral } from './peripheral.js';

/** What a port does with a core. */
interface Core<Report> {
  /** Who counts as having written what a job writes. */
  writer: number;
  read(offset: number): number;
  /** The report of the job that a write to TRIGGER runs. */
  write(offset: number, value: number): Report | undefined;
}

/** What the cores' ports differ in. */
interface PortKind<Register extends string, Report> {
  readonly name: `${'digital' | 'analog'} core`;
  readonly base: number;
  readonly registerName: (offset: number) => Register | undefined;
  readonly trigger: number;
  /** How long STATUS stays non-zero, in cycles. */
  readonly busyCycles: (report: Report) => number;
  /** The job's name in the error of a trigger that comes too soon. */
  readonly jobName: (index: number) => string;
}

/** A job without the core that it is of. */
export type Started<Register extends string, Report> = Omit<StartedJob<string, Register, Report>, 'core'>;

/** What the SoC gives a port. */
export interface PortHooks<Report> {
  /** A job may have changed L2. */
  readonly wrote: (report: Report) => void;
  /** The instruction that is running. */
  readonly pc: () => number;
  /** Where jobs are taken down, those of both cores. */
  readonly jobs: AcceleratorJob[];
}

/**
 * How long a compute job keeps its core busy: everything but the launch, which stands for the host's own register writes and polls; here
 * those are instructions that cost their own cycles. [ours]
 */
export const busyCyclesOf = (cycles: {
  readonly instructions: number;
  readonly weights: number;
  readonly compute: number;
}): number => Math.ceil(cycles.instructions + cycles.weights + cycles.compute);

/**
 * The register port of a core on the SoC's bus. A job's effect on memory is computed at the trigger; STATUS and RUNNING_JOB stay
 * non-zero until its cycles have passed, and a trigger before that is refused, as its outcome on the chip is not known.
 */
export abstract class AcceleratorPort<Register extends string, Report> implements Peripheral {
  readonly name: string;
  readonly base: number;
  readonly bytes = REGISTER_PORT_BYTES;
  watcher: PortWatcher | undefined;
  protected busyUntil = 0;
  readonly #kind: PortKind<Register, Report>;
  readonly #core: Core<Report>;
  readonly #hooks: PortHooks<Report>;
  /** Jobs of this core so far, and which of all the last one was. */
  #count = 0;
  #last = 0;
  #writes: { register: Register; value: number }[] = [];

  protected constructor(kind: PortKind<Register, Report>, core: Core<Report>, hooks: PortHooks<Report>) {
    this.name = kind.name;
    this.base = kind.base;
    this.#kind = kind;
    this.#core = core;
    this.#hooks = hooks;
  }

  /** The job as it is taken down. */
  protected abstract job(started: Started<Register, Report>): AcceleratorJob;

  read(offset: number, now: number): number | undefined {
    const name = this.#kind.registerName(offset);
    if (name === undefined) return undefined;
    const busy = now < this.busyUntil;
    if (!busy && (name === 'STATUS' || name === 'RUNNING_JOB' || name === 'FINISHED'))
      this.watcher?.seenIdle();
    if (name === 'STATUS') return busy ? 1 : 0;
    if (name === 'RUNNING_JOB') return busy ? this.#count : 0;
    if (name === 'FINISHED') return busy ? this.#count - 1 : this.#count;
    return this.#core.read(offset);
  }

  write(offset: number, value: number, now: number): boolean {
    const register = this.#kind.registerName(offset);
    if (register === undefined) return false;
    if (offset === this.#kind.trigger) this.#trigger(now);
    else {
      this.watcher?.written(register);
      this.#call(() => this.#core.write(offset, value));
      this.#writes.push({ register, value });
    }
    return true;
  }

  advance(_now: number): number {
    return NEVER;
  }

  #trigger(now: number): void {
    if (now < this.busyUntil)
      throw new JobError(
        `TRIGGER written while ${this.#kind.jobName(this.#last)} runs until cycle ${this.busyUntil}; poll STATUS first`,
      );
    const { jobs, pc, wrote } = this.#hooks;
    const index = jobs.length;
    this.#core.writer = index;
    const report = this.#call(() => this.#core.write(this.#kind.trigger, 1));
    if (report === undefined) throw new Error('a trigger that ran no job');
    const end = now + this.#kind.busyCycles(report);
    jobs.push(this.job({ index, start: now, end, pc: pc(), writes: this.#writes, report }));
    this.#count++;
    this.#last = index;
    this.#writes = [];
    this.busyUntil = end;
    this.started();
    wrote(report);
  }

  /** A job has been started. */
  protected started(): void {}

  #call<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof LimitError)
        throw new JobError(`job ${this.#hooks.jobs.length} of the ${this.name}: ${error.message}`);
      throw error;
    }
  }
}
