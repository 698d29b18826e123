import { hex } from '../../src/base/units.js';
import type { Finding } from '../../src/results/finding.js';
import type { CoreObserver } from '../core/observer.js';
import { type Fields, showFields } from '../isa/instruction.js';
import type { Operation } from '../isa/operation.js';
import { AnalogChecker } from './analog-checker.js';
import { type CheckParts, CheckState } from './check-state.js';
import { CopyRules } from './copy-rules.js';
import { Extents } from './extents.js';
import { JobRules } from './job-rules.js';
import { MadeOutputs } from './made-outputs.js';
import { inputsOf } from './operation-bytes.js';
import { Reporter } from './reporter.js';
import { DEFINED, NOBODY, type Shadow } from './shadow.js';
import { Taint } from './taint.js';
import { Waits } from './waits.js';

/** FNV-1a, to see whether weights are the same. */
function checksum(bytes: Uint8Array): number {
  let sum = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum;
}

/**
 * The sanitizer: follows every byte through copies, loads and computations of both cores and through the host's accesses to L2, and
 * takes down what no correct program does. It changes nothing of what the program computes.
 */
export class Checker implements CoreObserver {
  /** Of the digital core's jobs, and of the analog core's. */
  readonly waits = new Waits();
  readonly analogWaits = new Waits();
  readonly #s: CheckState;
  readonly #report: Reporter;
  readonly #rules: JobRules;
  readonly #taint: Taint;
  readonly #made: MadeOutputs;
  readonly #copies: CopyRules;

  constructor(parts: CheckParts) {
    this.#s = new CheckState(parts);
    this.#report = new Reporter(this.#s);
    const extents = new Extents(this.#s, this.#report);
    this.#rules = new JobRules(this.#s, this.#report);
    this.#taint = new Taint(this.#s, this.#report, this.#rules);
    this.#made = new MadeOutputs(this.#s, this.#report, extents);
    this.#copies = new CopyRules(this.#s, this.#report, extents, this.#made);
    const shared = {
      report: this.#report,
      extents,
      rules: this.#rules,
      made: this.#made,
      copies: this.#copies,
    };
    new AnalogChecker(this.#s, shared, this.analogWaits);
    parts.core.observer = this;
  }

  /** What is known of every byte of L2. */
  get l2(): Shadow {
    return this.#s.l2;
  }

  /** What was found, in the order of the first occurrences. */
  get findings(): Finding[] {
    return this.#s.log.findings;
  }

  /** The run is over: looks at what is left. */
  finish(): void {
    this.#made.lost(this.#made.outputs.finish());
  }

  // What jobs do.

  begin(writer: number): void {
    this.#copies.begin(writer, this.waits, this.#s.core.registers());
  }

  end(): void {
    this.#rules.checkWeightSize();
  }

  fetched(what: 'instructions' | 'configuration', address: number, bytes: number): void {
    this.#copies.reads(this.waits, address, bytes, `its ${what}`, `fetch of ${what}`);
  }

  loadedWeights(address: number, bytes: number): void {
    this.#copies.reads(this.waits, address, bytes, 'its weights', 'load of weights');
    this.#s.weightMemory.take(this.#s.l2, address, 0, bytes, this.#s.job + 1);
    // What is missing is found by its size.
    this.#s.weightMemory.cause.fill(DEFINED, bytes);
    this.#s.weightsAt = address;
    this.#s.weightsLoaded = bytes;
    this.#s.loadedBy = checksum(this.#s.core.weightMemory.peek(0, bytes, 'weights'));
  }

  moves(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void {
    this.#copies.moves(this.waits, kind, l2Address, l1Address, bytes);
  }

  computed(operation: Operation, fields: Fields): void {
    this.#s.instruction = () => showFields(fields);
    this.#rules.overlap(operation);
    for (const input of inputsOf(operation)) {
      this.#rules.checkLayout(operation, input);
      this.#rules.checkSources(input);
      this.#rules.checkStrides(input);
    }
    const reached = this.#taint.reached(operation);
    for (const { start, bytes } of inputsOf(operation)) {
      this.#made.outputs.read(start, bytes);
      this.#s.lastRead.fill(this.#s.job + 1, start, start + bytes);
    }
    this.#made.write(operation, reached);
  }

  // What the host does.

  /** The host reads bytes of L2. */
  hostLoad(at: number, bytes: number, pc: number): void {
    for (const waits of [this.waits, this.analogWaits]) {
      const race = waits.race(at, bytes, 'load');
      if (race !== undefined) this.#race(waits, race.what, at, bytes, 'reads', pc);
    }
    const start = at - this.#s.l2.base;
    for (let i = start; i < start + bytes; i++)
      if (this.#s.l2.cause[i] !== DEFINED && this.#s.l2.writer[i]! > 0) {
        this.#report.read(
          this.#s.l2,
          at + i - start,
          `the host reads ${this.#report.name(at + i - start)}`,
          pc,
        );
        return;
      }
  }

  /** The host has written bytes of L2; `from` is where it has just read as many bytes of the same values, if it has. */
  hostStore(
    at: number,
    bytes: number,
    pc: number,
    from?: { readonly at: number; readonly reversed: boolean },
  ): void {
    for (const waits of [this.waits, this.analogWaits]) {
      const race = waits.race(at, bytes, 'store');
      if (race !== undefined) this.#race(waits, race.what, at, bytes, 'changes', pc);
    }
    const { cause, maker, place, writer, base } = this.#s.l2;
    const start = at - base;
    for (let i = 0; i < bytes; i++) {
      cause[start + i] = DEFINED;
      writer[start + i] = -pc;
      const source = from === undefined ? -1 : from.at - base + (from.reversed ? bytes - 1 - i : i);
      maker[start + i] = source < 0 ? 0 : maker[source]!;
      place[start + i] = source < 0 ? 0 : place[source]!;
    }
  }

  /** The host writes a register of the port whose jobs are waited for by `waits`. */
  registerWritten(waits: Waits, register: string, pc: number): void {
    if (waits.job === undefined) return;
    this.#report.add(
      'missing-wait',
      'register',
      {
        what: `the host writes register ${register} although it has not seen the end of job ${waits.job}`,
        fix: 'Poll STATUS until it reads 0 before the registers of the next job are written.',
        bytes: [],
      },
      pc,
    );
  }

  #race(waits: Waits, what: string, at: number, bytes: number, verb: 'reads' | 'changes', pc: number): void {
    const job = waits.job!;
    this.#report.add(
      'missing-wait',
      `${verb} ${what}`,
      {
        what: `the host ${verb} ${this.#report.name(at)} although it has not seen the end of job ${job}, which ${what.startsWith('the target') ? 'writes' : 'reads'} there (${what})`,
        fix: `Poll STATUS until it reads 0 before ${verb === 'reads' ? 'the results are read' : 'the bytes are changed'}.`,
        bytes: [this.#report.bytesL2(at, bytes)],
      },
      pc,
    );
  }

  /** A tensor is complete: its elements, at the addresses that `addressOf` gives, are values that somebody wants. */
  tensorRead(memory: 'L1' | 'L2', name: string, count: number, addressOf: (index: number) => number): void {
    const shadow = memory === 'L1' ? this.#s.l1 : this.#s.l2;
    for (let i = 0; i < count; i++) {
      const at = addressOf(i);
      if (shadow.cause[at - shadow.base] === DEFINED || shadow.writer[at - shadow.base]! <= NOBODY) continue;
      this.#report.read(shadow, at, `element ${i} of ${name} is at ${memory} ${hex(at)}`);
      return;
    }
  }
}
