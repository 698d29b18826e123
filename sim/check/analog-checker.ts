import { hex } from '../../src/base/units.js';
import type { AnalogObserver, AnalogSources, BankCopy } from '../core/observer.js';
import type { AnalogParameters } from '../isa/analog/cycles.js';
import { BANKS } from '../isa/analog/geometry.js';
import { type AnalogFields, showAnalogFields } from '../isa/analog/instruction.js';
import type { AnalogOperation } from '../isa/analog/operation.js';
import type { PixelLines } from '../isa/analog/pixel-lines.js';
import { LINE_BYTES } from '../isa/geometry.js';
import { BANK_NUMBERS, inputLines, outputLines } from './analog-lines.js';
import { AnalogTaint } from './analog-taint.js';
import type { CheckState } from './check-state.js';
import type { CopyRules } from './copy-rules.js';
import type { Extents } from './extents.js';
import type { JobRules } from './job-rules.js';
import type { MadeOutputs } from './made-outputs.js';
import type { Reporter } from './reporter.js';
import type { Waits } from './waits.js';

/** What the sanitizer's parts for both cores are. */
export interface SharedRules {
  readonly report: Reporter;
  readonly extents: Extents;
  readonly rules: JobRules;
  readonly made: MadeOutputs;
  readonly copies: CopyRules;
}

/** The sanitizer on the jobs of the analog core: the same questions as of the digital one's, of lines in banks and of cells. */
export class AnalogChecker implements AnalogObserver {
  readonly #s: CheckState;
  readonly #shared: SharedRules;
  readonly #waits: Waits;
  readonly #taint: AnalogTaint;
  readonly #parameters: AnalogParameters;
  readonly #bankBytes: number;

  constructor(state: CheckState, shared: SharedRules, waits: Waits) {
    this.#s = state;
    this.#shared = shared;
    this.#waits = waits;
    this.#parameters = state.analog.parameters;
    this.#taint = new AnalogTaint(state, shared.report, this.#parameters);
    this.#bankBytes = state.l1.size / BANKS;
    state.analog.observer = this;
  }

  begin(writer: number): void {
    this.#shared.copies.begin(writer, this.#waits, this.#s.analog.registers());
  }

  end(): void {}

  fetched(what: 'instructions' | 'configuration', address: number, bytes: number): void {
    this.#shared.copies.reads(this.#waits, address, bytes, `its ${what}`, `fetch of ${what}`);
  }

  moves(kind: 'copyIn' | 'copyOut', l2Address: number, l1Address: number, bytes: number): void {
    this.#shared.copies.moves(this.#waits, kind, l2Address, l1Address, bytes);
  }

  movesBanks(copy: BankCopy): void {
    const { kind, l2Address, l1Address, banks, lines } = copy;
    const bytes = banks * lines * LINE_BYTES;
    const starts = BANK_NUMBERS.slice(0, banks).map((bank) => bank * this.#bankBytes + l1Address);
    const { copies, made } = this.#shared;
    if (kind === 'copyIn') {
      copies.beginIn(this.#waits, l2Address, bytes);
      for (const start of starts) made.lost(made.outputs.overwritten(start, lines * LINE_BYTES));
      this.#lines(copy, (outside, inside) =>
        this.#s.l1.take(this.#s.l2, outside, inside, LINE_BYTES, this.#s.job + 1),
      );
      return;
    }
    copies.beginOut(this.#waits, l2Address, bytes);
    for (const start of starts) made.outputs.read(start, lines * LINE_BYTES);
    const again = made.copiedAgain(l2Address, starts[0]!);
    this.#lines(copy, (outside, inside) =>
      this.#s.l2.take(this.#s.l1, inside, outside, LINE_BYTES, this.#s.job + 1),
    );
    const from = l2Address - this.#s.l2.base;
    if (again !== undefined) this.#s.l2.cause.fill(again, from, from + bytes);
  }

  #lines(
    { l2Address, l1Address, banks, lines }: BankCopy,
    move: (outside: number, inside: number) => void,
  ): void {
    for (let line = 0; line < lines; line++)
      for (let bank = 0; bank < banks; bank++)
        move(
          l2Address + (line * banks + bank) * LINE_BYTES,
          bank * this.#bankBytes + l1Address + line * LINE_BYTES,
        );
  }

  computed(o: AnalogOperation, fields: AnalogFields, sources: AnalogSources): void {
    this.#s.instruction = () => showAnalogFields(fields);
    const { copies, rules, made } = this.#shared;
    const { cells, norm } = sources;
    copies.reads(this.#waits, cells.address, cells.bytes, 'its weights', 'load of analog weights');
    copies.reads(this.#waits, norm.address, norm.bytes, 'its batch norm', 'load of batch-norm constants');
    const input = inputLines(o, this.#bankBytes, this.#parameters);
    const output = outputLines(o, this.#bankBytes, this.#parameters);
    this.#overlap(input, output);
    rules.checkSources({ start: input.start(0), bytes: input.bytes, what: 'analog input' });
    this.#planes(input);
    const reached = this.#taint.reached(o, input, output, sources);
    for (const bank of BANK_NUMBERS) {
      const start = input.start(bank);
      made.outputs.read(start, input.bytes);
      this.#s.lastRead.fill(this.#s.job + 1, start, start + input.bytes);
    }
    made.writePixels(
      output,
      BANK_NUMBERS,
      this.#s.around.objects.l2(cells.address)?.name ?? cells.address,
      reached,
    );
  }

  /** No output over the input of the same instruction. */
  #overlap(input: PixelLines, output: PixelLines): void {
    const from = Math.max(input.start(0), output.start(0));
    const to = Math.min(input.start(0) + input.bytes, output.start(0) + output.bytes);
    if (from >= to) return;
    this.#shared.report.add('stale-data', 'overlap with analog input', {
      what: `job ${this.#s.job} writes its output over its own analog input, bytes ${hex(from)}..${hex(to)} of each bank, while it still reads there`,
      fix: 'Give the output lines of its own in each bank.',
      bytes: [{ memory: 'L1', address: from, bytes: to - from }],
    });
  }

  /** Lines that a digital job made as rows of planes are no channels of pixels. */
  #planes(input: PixelLines): void {
    const { maker, place } = this.#s.l1;
    for (let at = input.start(0); at < input.start(0) + input.bytes && input.channels > 1; at += LINE_BYTES) {
      const m = maker[at]!;
      if (m === 0 || (this.#s.makers[m - 1]?.pitch ?? 0) === 0) continue;
      let rows = true;
      for (let i = 1; i < LINE_BYTES && rows; i++)
        rows = maker[at + i] === m && place[at + i] === place[at]! + i;
      if (!rows) continue;
      this.#shared.report.add('memory-layout', 'planes for pixels', {
        what: `job ${this.#s.job} reads as channels of a pixel what job ${this.#s.makers[m - 1]!.job} made as a row of a plane`,
        fix: 'Bring planes into pixels of channels on the host before the analog core reads them.',
        bytes: [{ memory: 'L1', address: at, bytes: LINE_BYTES }],
      });
      return;
    }
  }
}
