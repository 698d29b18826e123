import type { DigitalCore, JobReport } from '../../core/digital-core.js';
import { MEMORY_MAP } from '../../isa/geometry.js';
import { REGISTERS, type RegisterName, registerName } from '../../isa/registers.js';
import type { DigitalJob } from './accelerator-job.js';
import { AcceleratorPort, busyCyclesOf, type PortHooks, type Started } from './accelerator-port.js';
import { EVENT } from './event-unit.js';
import { NEVER, type RaiseEvent } from './peripheral.js';

/** How long STATUS stays non-zero, in cycles. */
export const jobCycles = (report: JobReport): number =>
  report.kind === 'compute' ? busyCyclesOf(report.cycles) : report.cycles;

interface DigitalHooks extends PortHooks<JobReport> {
  readonly raise: RaiseEvent;
  /** Whether anybody would notice the event at the end of a job. */
  readonly listening: () => boolean;
}

/** The register port of the digital core, which raises an event at the end of a job. */
export class DigitalPort extends AcceleratorPort<RegisterName, JobReport> {
  readonly #raise: RaiseEvent;
  readonly #listening: () => boolean;
  #finishing = false;

  constructor(core: DigitalCore, hooks: DigitalHooks) {
    super(
      {
        name: 'digital core',
        base: MEMORY_MAP.digitalCore,
        registerName,
        trigger: REGISTERS.TRIGGER,
        busyCycles: jobCycles,
        jobName: (index) => `job ${index}`,
      },
      core,
      hooks,
    );
    this.#raise = hooks.raise;
    this.#listening = hooks.listening;
  }

  protected job(started: Started<RegisterName, JobReport>): DigitalJob {
    return { core: 'digital', ...started };
  }

  protected override started(): void {
    this.#finishing = true;
  }

  override advance(now: number): number {
    if (!this.#finishing) return NEVER;
    if (now < this.busyUntil) return this.#listening() ? this.busyUntil : NEVER;
    this.#finishing = false;
    if (this.#listening()) this.watcher?.seenIdle();
    this.#raise(EVENT.digitalCore);
    return NEVER;
  }
}
