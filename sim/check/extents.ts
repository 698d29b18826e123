import { COPY_GRANULE_BYTES } from '../isa/geometry.js';
import type { CheckState } from './check-state.js';
import type { Reporter } from './reporter.js';

/** Which object an access of a job lies in, and whether it stays inside. */
export class Extents {
  readonly #s: CheckState;
  readonly #report: Reporter;

  constructor(state: CheckState, report: Reporter) {
    this.#s = state;
    this.#report = report;
  }

  /** An access of a job that goes on past the end of the object that its address lies in. */
  outside(at: number, bytes: number, verb: 'reads' | 'writes', what: string): void {
    const released = this.#s.around.objects.released?.(at);
    if (released !== undefined) {
      this.#report.add('outside-object', `${what} released ${released.name}`, {
        what: `the ${what} of job ${this.#s.job} ${verb} a ${released.name} that is no longer in use: ${released.by}`,
        fix: 'Release a block after the last job that uses it.',
        bytes: [this.#report.bytesL2(at, bytes)],
      });
      return;
    }
    const object = this.#s.around.objects.l2(at);
    if (object === undefined) return;
    const over = at + bytes - object.end;
    if (over < COPY_GRANULE_BYTES) return;
    this.#report.add('outside-object', `${what} ${object.name}`, {
      what: `the ${what} of job ${this.#s.job} ${verb} ${over} bytes past the end of ${object.name}${this.#into(object.end, at + bytes)}`,
      fix: `Look at the ${what === 'copy to L1' || what === 'copy to L2' ? 'length of the copy' : 'length registers'}, or make ${object.name} as large as the accelerator's layout needs.`,
      bytes: [this.#report.bytesL2(at, bytes), this.#report.bytesL2(object.end, over)],
    });
  }

  /** The same for what a job writes to L1, where a Program says what lies there. */
  outsideL1(at: number, bytes: number, what: string): void {
    const object = this.#s.around.objects.l1(at);
    if (object === undefined) return;
    const over = at + bytes - object.end;
    if (over < COPY_GRANULE_BYTES) return;
    this.#report.add('outside-object', `${what} ${object.name}`, {
      what: `the ${what} of job ${this.#s.job} writes ${over} bytes past the end of ${object.name} in L1`,
      fix: `Make ${object.name} as large as the job's whole output.`,
      bytes: [{ memory: 'L1', address: at, bytes }],
    });
  }

  /** Bytes that a copy's rounding writes over another object: nobody's value from now on. */
  slackOver(at: number, bytes: number): { readonly from: number; readonly cause: number } | undefined {
    const object = this.#s.around.objects.l2(at);
    if (object === undefined || at + bytes <= object.end) return undefined;
    const hit = this.#report.objectIn(object.end, at + bytes);
    if (hit === undefined) return undefined;
    const cause = this.#s.causes.add({
      kind: 'outside-object',
      key: `slack of ${object.name}`,
      text: `which the copy of job ${this.#s.job} overwrote: it ends ${at + bytes - object.end} bytes past the end of ${object.name}`,
      fix: `Give ${object.name} the ${COPY_GRANULE_BYTES - 1} bytes of slack that a copy rounded up to ${COPY_GRANULE_BYTES} bytes may write.`,
      job: this.#s.job,
    });
    return { from: Math.max(0, object.end - at), cause };
  }

  #into(from: number, to: number): string {
    const object = this.#report.objectIn(from, to);
    return object === undefined ? '' : `, into ${object.name}`;
  }
}
