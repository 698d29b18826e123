import { LINE_BYTES } from '../isa/geometry.js';
import type { CheckState } from './check-state.js';
import type { Extents } from './extents.js';
import type { MadeOutputs } from './made-outputs.js';
import type { Reporter } from './reporter.js';
import type { Waits } from './waits.js';

/** What jobs of either core read, copy and start alike. */
export class CopyRules {
  readonly #s: CheckState;
  readonly #report: Reporter;
  readonly #extents: Extents;
  readonly #made: MadeOutputs;

  constructor(state: CheckState, report: Reporter, extents: Extents, made: MadeOutputs) {
    this.#s = state;
    this.#report = report;
    this.#extents = extents;
    this.#made = made;
  }

  /** A job begins on a core whose registers are these. */
  begin(writer: number, waits: Waits, registers: Record<string, number>): void {
    this.#s.registers = registers;
    this.#s.instruction = undefined;
    if (waits.job !== undefined) {
      const before = waits.job;
      this.#s.job = writer;
      this.#report.add('missing-wait', 'trigger', {
        what: `job ${writer} is started although the host has not seen the end of job ${before}`,
        fix: 'Poll STATUS until it reads 0 after every trigger.',
        bytes: [],
      });
    }
    this.#s.begin(writer);
    waits.begin(writer);
  }

  /** Words of L2 that a job reads for itself: "its weights", by a "load of weights". */
  reads(waits: Waits, address: number, bytes: number, whose: string, what: string): void {
    waits.touches(address, bytes, 'read', whose);
    this.#extents.outside(address, bytes, 'reads', what);
  }

  /** A copy of adjoining bytes. */
  moves(waits: Waits, kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void {
    if (kind === 'copyIn') this.#copyIn(waits, l2Address, l1Address, bytes);
    else this.#copyOut(waits, l2Address, l1Address, bytes);
  }

  /** A copy to L1 begins: `bytes` bytes of L2 are read. */
  beginIn(waits: Waits, l2Address: number, bytes: number): void {
    this.#s.isCopyIn[this.#s.job] = true;
    this.#s.sources[this.#s.job] = this.#s.around.objects.l2(l2Address);
    this.reads(waits, l2Address, bytes, 'the source of its copy', 'copy to L1');
  }

  /** A copy to L2 begins: `bytes` bytes of L2 are written. */
  beginOut(waits: Waits, l2Address: number, bytes: number): void {
    waits.touches(l2Address, bytes, 'write', 'the target of its copy');
    this.#extents.outside(l2Address, bytes, 'writes', 'copy to L2');
  }

  #copyIn(waits: Waits, l2Address: number, l1Address: number, bytes: number): void {
    this.#s.copiedFrom[this.#s.job] = l2Address - l1Address;
    this.beginIn(waits, l2Address, bytes);
    this.#extents.outsideL1(l1Address, bytes, 'copy to L1');
    this.#made.lost(this.#made.outputs.overwritten(l1Address, bytes));
    this.#s.l1.take(this.#s.l2, l2Address, l1Address, bytes, this.#s.job + 1);
  }

  #copyOut(waits: Waits, l2Address: number, l1Address: number, bytes: number): void {
    this.beginOut(waits, l2Address, bytes);
    this.#made.outputs.read(l1Address, bytes);
    const slack = this.#extents.slackOver(l2Address, bytes);
    const again = this.#made.copiedAgain(l2Address, l1Address);
    const over = this.#made.slackOverResult(l2Address, l1Address, bytes);
    this.#s.l2.take(this.#s.l1, l1Address, l2Address, bytes, this.#s.job + 1);
    const start = l2Address - this.#s.l2.base;
    if (again !== undefined) this.#s.l2.cause.fill(again, start, start + (slack?.from ?? bytes));
    if (slack !== undefined) this.#s.l2.cause.fill(slack.cause, start + slack.from, start + bytes);
    if (over !== undefined) this.#s.l2.cause.fill(over, start + bytes - LINE_BYTES, start + bytes);
  }
}
