import { PRELOADED } from '../../sim/core/memory.js';
import { ANALOG_FIELDS, type AnalogFieldName } from '../../sim/isa/analog/instruction.js';
import { ANALOG_REGISTERS } from '../../sim/isa/analog/registers.js';
import { WORD_BYTES } from '../../sim/isa/geometry.js';
import { FIELDS } from '../../sim/isa/instruction.js';
import { REGISTERS as R } from '../../sim/isa/registers.js';
import { Chip } from '../../sim/program/chip.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { JobStep, Step } from '../program/types.js';
import { registerOf, type Span } from './access.js';
import type { Change, Fault } from './faults/fault.js';
import { completedTensors, type GoodRun, runStep, type Stretch, tensorKey } from './good-run.js';
import { unread } from './harmless.js';

/**
 * What became of a fault: a compared tensor differs; the simulator refused a step; or nothing noticed it, because the layer left the
 * memories as without it (`same`), because nothing reads what it changed (`unread`), or because later layers came to the same (`masked`).
 */
export type Outcome = 'noticed' | 'refused' | 'same' | 'unread' | 'masked';

/** Whether a compared tensor or the simulator noticed. */
export const isNoticed = (outcome: Outcome): boolean => outcome === 'noticed' || outcome === 'refused';

const equalTensors = (a: Tensor, b: Tensor): boolean =>
  a.data.every((v, i) => Object.is(v, b.data[i]) || v === b.data[i]);

const WORDS = new Map(FIELDS.map(({ name }, i) => [name, i]));
const HALF_WORDS = new Map(ANALOG_FIELDS.map(({ name }, i) => [name, i]));

/** Runs faulty layers of one program on one input, each from the state that the good run had before it. */
export class Trials {
  readonly #run: GoodRun;
  readonly #chip: Chip;

  constructor(run: GoodRun) {
    this.#run = run;
    this.#chip = new Chip(run.program);
  }

  /** Plants one fault and sees what comes of it. */
  attempt({ layer, change }: Fault): Outcome {
    const { stretches, snapshots } = this.#run;
    let at = stretches.findIndex((s) =>
      change.at === 'memory' ? s.layer === layer : s.first <= change.step && change.step < s.end,
    );
    this.#chip.rollBack(snapshots[at]!);
    if (change.at === 'memory') this.#flip(change.address, change.mask);
    const first = this.#stretch(stretches[at]!, change);
    if (first !== undefined) return first;
    let changed = this.#changed(at);
    let outcome: Outcome = this.#isOnlyTheFault(changed, change) ? 'same' : 'unread';
    while (changed.length > 0 && ++at < stretches.length) {
      const left = unread(this.#run, changed, stretches[at]!);
      if (left !== undefined) {
        changed = left;
        continue;
      }
      this.#enter(at, changed);
      const later = this.#stretch(stretches[at]!);
      if (later !== undefined) return later;
      outcome = 'masked';
      changed = this.#changed(at);
    }
    return outcome;
  }

  #flip(address: number, mask: number): void {
    const byte = this.#chip.l2.peek(address, 1, 'fault')[0]! ^ mask;
    this.#chip.l2.write(address, Uint8Array.of(byte), PRELOADED, 'fault');
  }

  /** Where the memories are not as in the good run behind stretch `at`. */
  #changed(at: number): Span[] {
    const { l1, l2 } = this.#run.snapshots[at + 1]!;
    const { core, l2: memory } = this.#chip;
    return [
      ...core.l1.differences(l1).map((r): Span => ({ memory: 'L1', ...r })),
      ...memory.differences(l2).map((r): Span => ({ memory: 'L2', ...r })),
    ];
  }

  /** The good state before stretch `at`, but for the bytes of `changed`, which stay as they are. */
  #enter(at: number, changed: readonly Span[]): void {
    const kept = changed.map((s) => ({ s, bytes: this.#chip.memoryOf(s).cut(s) }));
    this.#chip.rollBack(this.#run.snapshots[at]!);
    for (const { s, bytes } of kept) this.#chip.memoryOf(s).paste(s.lo, bytes);
  }

  #isOnlyTheFault(changed: readonly Span[], change: Change): boolean {
    return changed.every(
      ({ memory, lo, hi }) =>
        change.at === 'memory' && memory === 'L2' && lo === change.address && hi === lo + 1,
    );
  }

  /** Runs a stretch, with a change of one of its jobs; undefined where nothing noticed anything. */
  #stretch({ first, end }: Stretch, change?: Change): 'noticed' | 'refused' | undefined {
    const { program, tensors } = this.#run;
    for (let i = first; i < end; i++) {
      const step = program.manifest.steps[i]!;
      try {
        if (step.kind === 'job' && change !== undefined && change.at !== 'memory' && change.step === i)
          this.#faultyJob(step, i, change);
        else runStep(this.#chip, step, i);
        for (const [id, tensor] of completedTensors(program, this.#chip, i))
          if (!equalTensors(tensor, tensors.get(tensorKey(i, id))!)) return 'noticed';
      } catch (e) {
        if (isRefusal(e, step)) return 'refused';
        throw e;
      }
    }
    return undefined;
  }

  #faultyJob(step: JobStep, index: number, change: Exclude<Change, { at: 'memory' }>): void {
    if (change.at === 'registers') {
      const values = new Map(change.values);
      const writes = step.writes.map(([at, value]) => [at, values.get(at) ?? value] as const);
      this.#chip.job({ ...step, writes }, index);
      return;
    }
    // The words are the fault's for this job alone: the jobs that follow fetch what they should.
    const port = change.at === 'half-words' ? ANALOG_REGISTERS : R;
    const base = registerOf(step, port.IM_ADDR)!;
    for (const [address, value] of step.stores) this.#chip.storeWord(address, value, index);
    const addressed =
      change.at === 'half-words'
        ? this.#withHalfWords(base, change.values)
        : change.values.map(([name, value]) => [base + WORDS.get(name)! * WORD_BYTES, value] as const);
    const kept = addressed.map(([lo]) => ({ lo, bytes: this.#chip.l2.cut({ lo, hi: lo + WORD_BYTES }) }));
    this.#chip.job({ ...step, stores: [...step.stores, ...addressed] }, index);
    for (const { lo, bytes } of kept) this.#chip.l2.paste(lo, bytes);
  }

  /** The instruction words with other half-words in them, by address. */
  #withHalfWords(
    base: number,
    values: readonly (readonly [AnalogFieldName, number])[],
  ): (readonly [address: number, word: number])[] {
    const words = new Map<number, number>();
    for (const [name, value] of values) {
      const half = HALF_WORDS.get(name)!;
      const address = base + (half >> 1) * WORD_BYTES;
      const now = words.get(address) ?? wordOf(this.#chip.l2.peek(address, WORD_BYTES, 'fault'));
      const low = 16 * (half & 1);
      words.set(address, ((now & ~(0xffff << low)) | (value << low)) >>> 0);
    }
    return [...words];
  }
}

const wordOf = (b: Uint8Array): number => new DataView(b.buffer, b.byteOffset).getUint32(0, true);

/** What a fault may be refused with: the chip's limits; in a host kernel anything, as its constants may be beyond what it was written for. */
const isRefusal = (e: unknown, step: Step): boolean =>
  e instanceof UserError || (step.kind === 'host' && e instanceof Error);
