import { LimitError } from '../../../src/base/errors.js';
import type { DigitalCore, JobReport } from '../../core/digital-core.js';
import { MEMORY_MAP } from '../../isa/geometry.js';
import { REGISTER_PORT_BYTES, REGISTERS, type RegisterName, registerName } from '../../isa/registers.js';
import { type AcceleratorJob, JobError, type PortWatcher } from './accelerator-job.js';
import { EVENT } from './event-unit.js';
import { NEVER, type Peripheral, type RaiseEvent } from './peripheral.js';

/**
 * How long STATUS stays non-zero: everything of the job but the launch, which stands for the host's own register writes and
 * polls; here those are instructions that cost their own cycles. [ours]
 */
export function jobCycles(report: JobReport): number {
  if (report.kind !== 'compute') return report.cycles;
  const { instructions, weights, compute } = report.cycles;
  return Math.ceil(instructions + weights + compute);
}

/**
 * The register port of the digital core on the SoC's bus. A job's effect on memory is computed at the trigger; STATUS and
 * RUNNING_JOB stay non-zero until its cycles have passed, and a trigger before that is refused, as its outcome on the chip
 * is not known.
 */
export class DigitalPort implements Peripheral {
  readonly name = 'digital core';
  readonly base = MEMORY_MAP.digitalCore;
  readonly bytes = REGISTER_PORT_BYTES;
  readonly #jobs: AcceleratorJob[];
  /** Jobs of this core so far, and which of all the last one was. */
  #count = 0;
  #last = 0;
  readonly #core: DigitalCore;
  readonly #raise: RaiseEvent;
  readonly #wrote: (report: JobReport) => void;
  readonly #pc: () => number;
  readonly #listening: () => boolean;
  #writes: { register: RegisterName; value: number }[] = [];
  #busyUntil = 0;
  #finishing = false;
  watcher: PortWatcher | undefined;

  constructor(
    core: DigitalCore,
    hooks: {
      readonly raise: RaiseEvent;
      /** Whether anybody would notice the event at the end of a job. */
      readonly listening: () => boolean;
      /** A job may have changed L2. */
      readonly wrote: (report: JobReport) => void;
      /** The instruction that is running. */
      readonly pc: () => number;
      /** Where jobs are taken down, with those of the other core. */
      readonly jobs: AcceleratorJob[];
    },
  ) {
    this.#core = core;
    this.#jobs = hooks.jobs;
    this.#raise = hooks.raise;
    this.#listening = hooks.listening;
    this.#wrote = hooks.wrote;
    this.#pc = hooks.pc;
  }

  read(offset: number, now: number): number | undefined {
    const name = registerName(offset);
    if (name === undefined) return undefined;
    const busy = now < this.#busyUntil;
    if (!busy && (name === 'STATUS' || name === 'RUNNING_JOB' || name === 'FINISHED'))
      this.watcher?.seenIdle();
    if (name === 'STATUS') return busy ? 1 : 0;
    if (name === 'RUNNING_JOB') return busy ? this.#count : 0;
    if (name === 'FINISHED') return busy ? this.#count - 1 : this.#count;
    return this.#core.read(offset);
  }

  write(offset: number, value: number, now: number): boolean {
    const register = registerName(offset);
    if (register === undefined) return false;
    if (offset === REGISTERS.TRIGGER) this.#trigger(now);
    else {
      this.watcher?.written(register);
      this.#call(() => this.#core.write(offset, value));
      this.#writes.push({ register, value });
    }
    return true;
  }

  #trigger(now: number): void {
    if (now < this.#busyUntil)
      throw new JobError(
        `TRIGGER written while job ${this.#last} runs until cycle ${this.#busyUntil}; poll STATUS first`,
      );
    const index = this.#jobs.length;
    this.#core.writer = index;
    const report = this.#call(() => this.#core.write(REGISTERS.TRIGGER, 1));
    if (report === undefined) throw new Error('a trigger that ran no job');
    const end = now + jobCycles(report);
    this.#jobs.push({
      core: 'digital',
      index,
      start: now,
      end,
      pc: this.#pc(),
      writes: this.#writes,
      report,
    });
    this.#count++;
    this.#last = index;
    this.#writes = [];
    this.#busyUntil = end;
    this.#finishing = true;
    this.#wrote(report);
  }

  #call<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof LimitError)
        throw new JobError(`job ${this.#jobs.length} of the digital core: ${error.message}`);
      throw error;
    }
  }

  advance(now: number): number {
    if (!this.#finishing) return NEVER;
    if (now < this.#busyUntil) return this.#listening() ? this.#busyUntil : NEVER;
    this.#finishing = false;
    if (this.#listening()) this.watcher?.seenIdle();
    this.#raise(EVENT.digitalCore);
    return NEVER;
  }
}
