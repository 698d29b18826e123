import type { HostStep, Step } from '../../src/program/types.js';
import { REASONS, type Reason, type TimelineSlice } from '../../src/results/run.js';
import type { Instruction } from '../core/instruction-decoder.js';
import { FIELDS, type Fields } from '../isa/instruction.js';

const NUMBER_OF = Object.fromEntries(REASONS.map((reason, i) => [reason, i])) as Record<Reason, number>;

function nonZeroFields(fields: Fields): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { name } of FIELDS) if (fields[name] !== 0) out[name] = fields[name];
  return out;
}

/** What a slice is called. */
function labelOf(reason: Reason, step: Step): string {
  if (step.kind === 'tile') return 'tile loop';
  if (step.kind === 'host') return hostLabel(step);
  if (reason === 'launch') return 'launch';
  if (reason === 'instructions') return 'configuration and instructions';
  if (reason === 'weights') return 'load of weights';
  return step.note;
}

const hostLabel = (step: HostStep): string => step.ops.map((o) => o.op).join(' ');

/**
 * Where the cycles of a run went, in columns: a run has thousands of slices, and most of them nobody looks at. Each begins where the one before
 * it ends; what else is to say of it stands in the program.
 */
export class Timeline {
  readonly #steps: readonly Step[];
  readonly #step: number[] = [];
  readonly #reason: number[] = [];
  readonly #cycles: number[] = [];
  readonly #what: (Instruction | string | undefined)[] = [];
  #slices: readonly TimelineSlice[] | undefined;

  constructor(steps: readonly Step[]) {
    this.#steps = steps;
  }

  /**
   * The next slice; nothing where it takes no time. `what`: the instruction that the time goes to, or what
   * the slice is called where that is not what its reason says.
   */
  add(step: number, reason: Reason, cycles: number, what?: Instruction | string): void {
    if (cycles === 0) return;
    this.#step.push(step);
    this.#reason.push(NUMBER_OF[reason]);
    this.#cycles.push(cycles);
    this.#what.push(what);
  }

  /** All slices, made when they are asked for first. */
  slices(): readonly TimelineSlice[] {
    this.#slices ??= this.#make();
    return this.#slices;
  }

  #make(): TimelineSlice[] {
    let start = 0;
    return this.#step.map((step, i) => {
      const reason = REASONS[this.#reason[i]!]!;
      const cycles = this.#cycles[i]!;
      const at = this.#steps[step]!;
      const what = this.#what[i];
      const label = typeof what === 'string' ? what : labelOf(reason, at);
      const fields = typeof what === 'string' ? undefined : what?.fields;
      const slice = { start, cycles, reason, layer: at.layer, step, label };
      start += cycles;
      if (at.kind === 'host') return slice;
      return fields === undefined
        ? { ...slice, tile: at.tile }
        : { ...slice, tile: at.tile, fields: nonZeroFields(fields) };
    });
  }
}
