import { LimitError } from '../../../src/base/errors.js';
import type { AnalogCore, AnalogJobReport } from '../../core/analog-core.js';
import { ANALOG_REGISTERS, type AnalogRegister, analogRegisterName } from '../../isa/analog/registers.js';
import { MEMORY_MAP } from '../../isa/geometry.js';
import { REGISTER_PORT_BYTES } from '../../isa/registers.js';
import { type AcceleratorJob, JobError, type PortWatcher } from './accelerator-job.js';
import { NEVER, type Peripheral } from './peripheral.js';

/** How long STATUS stays non-zero: all of the job but the launch, which is the host's own instructions. [ours] */
export function analogJobCycles(report: AnalogJobReport): number {
  if (report.kind !== 'analog') return report.cycles;
  const { instructions, weights, compute } = report.cycles;
  return Math.ceil(instructions + weights + compute);
}

/**
 * The register port of the analog core on the SoC's bus: a job's effect on memory is computed at the trigger; STATUS and RUNNING_JOB stay
 * non-zero until its cycles have passed, and a trigger before that is refused.
 */
export class AnalogPort implements Peripheral {
  readonly name = 'analog core';
  readonly base = MEMORY_MAP.analogCore;
  readonly bytes = REGISTER_PORT_BYTES;
  readonly #jobs: AcceleratorJob[];
  /** Jobs of this core so far, and which of all the last one was. */
  #count = 0;
  #last = 0;
  #writes: { register: AnalogRegister; value: number }[] = [];
  readonly #core: AnalogCore;
  readonly #wrote: (report: AnalogJobReport) => void;
  readonly #pc: () => number;
  #busyUntil = 0;
  watcher: PortWatcher | undefined;

  constructor(
    core: AnalogCore,
    hooks: {
      /** A job may have changed L2. */
      readonly wrote: (report: AnalogJobReport) => void;
      /** The instruction that is running. */
      readonly pc: () => number;
      /** Where jobs are taken down, with those of the other core. */
      readonly jobs: AcceleratorJob[];
    },
  ) {
    this.#core = core;
    this.#jobs = hooks.jobs;
    this.#wrote = hooks.wrote;
    this.#pc = hooks.pc;
  }

  read(offset: number, now: number): number | undefined {
    const name = analogRegisterName(offset);
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
    const register = analogRegisterName(offset);
    if (register === undefined) return false;
    if (offset === ANALOG_REGISTERS.TRIGGER) this.#trigger(now);
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
        `TRIGGER written while job ${this.#last} of the analog core runs until cycle ${this.#busyUntil}; poll STATUS first`,
      );
    const index = this.#jobs.length;
    this.#core.writer = index;
    const report = this.#call(() => this.#core.write(ANALOG_REGISTERS.TRIGGER, 1));
    if (report === undefined) throw new Error('a trigger that ran no job');
    const end = now + analogJobCycles(report);
    this.#jobs.push({
      core: 'analog',
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
    this.#wrote(report);
  }

  #call<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof LimitError)
        throw new JobError(`job ${this.#jobs.length} of the analog core: ${error.message}`);
      throw error;
    }
  }

  advance(): number {
    return NEVER;
  }
}
