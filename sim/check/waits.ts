/** A stretch of L2 that the running job reads or writes, and as what: "its instructions", "the source of its copy". */
export interface BusyRange {
  readonly start: number;
  readonly end: number;
  readonly use: 'read' | 'write';
  readonly what: string;
}

/**
 * What the job that nobody has waited for yet reads and writes in L2. A job counts as running until the host has seen its end: by STATUS or
 * RUNNING_JOB reading 0, or by its event. Whether the cycles happen to have passed makes no difference: without a look at the end it is luck.
 */
export class Waits {
  #ranges: BusyRange[] = [];
  /** The job nobody has waited for; undefined where there is none. */
  job: number | undefined;

  begin(job: number): void {
    this.job = job;
    this.#ranges = [];
  }

  touches(start: number, bytes: number, use: BusyRange['use'], what: string): void {
    this.#ranges.push({ start, end: start + bytes, use, what });
  }

  /** The host has seen the end of the job. */
  seen(): void {
    this.job = undefined;
  }

  /** The range that an access of the host races with: a load with what the job writes, a store with all that it touches. */
  race(at: number, bytes: number, access: 'load' | 'store'): BusyRange | undefined {
    if (this.job === undefined) return undefined;
    return this.#ranges.find(
      (r) => at < r.end && at + bytes > r.start && (access === 'store' || r.use === 'write'),
    );
  }
}
