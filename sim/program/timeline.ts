import type { HostStep, JobStep, Step } from '../../src/program/types.js';
import { REASONS, type Reason, type TimelineSlice } from '../../src/results/run.js';
import type { ComputeReport } from '../core/digital-core.js';
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

/** Marks a row that stands for several jobs. */
const REPEATED = -1;
/** What a compute job spends, in this order. */
const JOB_REASONS = ['launch', 'instructions', 'weights', 'compute'] as const;

/** Jobs that differ in addresses only. */
interface Repeated {
  readonly report: ComputeReport;
  readonly count: number;
}

/** The instruction of a job whose step stores where input and output lie, and nothing else (`jobsLike`). */
function repeated({ fields, operation }: Instruction, { stores }: JobStep): Instruction {
  const moved = { input_memory_pointer: stores[0]![1], output_memory_pointer: stores[1]![1] };
  return { operation, fields: { ...fields, ...moved } };
}

/**
 * Where the cycles of a run went, in columns: a run has thousands of slices, and most of them nobody looks at. Each begins where the one before
 * it ends; what else is to say of it stands in the program.
 */
export class Timeline {
  readonly #steps: readonly Step[];
  readonly #step: number[] = [];
  readonly #reason: number[] = [];
  readonly #cycles: number[] = [];
  readonly #what: (Instruction | string | Repeated | undefined)[] = [];
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

  /** `count` compute jobs, one a step from `step` on, that each take what `report` says. */
  repeat(step: number, report: ComputeReport, count: number): void {
    this.#step.push(step);
    this.#reason.push(REPEATED);
    this.#cycles.push(0);
    this.#what.push({ report, count });
  }

  /** All slices, made when they are asked for first. */
  slices(): readonly TimelineSlice[] {
    this.#slices ??= this.#make();
    return this.#slices;
  }

  #make(): TimelineSlice[] {
    const out: TimelineSlice[] = [];
    let start = 0;
    const slice = (step: number, reason: Reason, cycles: number, what: Instruction | string | undefined) => {
      const at = this.#steps[step]!;
      const label = typeof what === 'string' ? what : labelOf(reason, at);
      const fields = typeof what === 'string' ? undefined : what?.fields;
      const made = { start, cycles, reason, layer: at.layer, step, label };
      start += cycles;
      if (at.kind === 'host') out.push(made);
      else if (fields === undefined) out.push({ ...made, tile: at.tile });
      else out.push({ ...made, tile: at.tile, fields: nonZeroFields(fields) });
    };
    this.#step.forEach((step, i) => {
      const what = this.#what[i];
      if (typeof what !== 'object' || !('report' in what)) {
        slice(step, REASONS[this.#reason[i]!]!, this.#cycles[i]!, what);
        return;
      }
      const { report, count } = what;
      for (let job = 0; job < count; job++)
        for (const reason of JOB_REASONS) {
          const cycles = report.cycles[reason];
          const instruction =
            reason === 'compute'
              ? repeated(report.instructions[0]!, this.#steps[step + job] as JobStep)
              : undefined;
          if (cycles !== 0) slice(step + job, reason, cycles, instruction);
        }
    });
    return out;
  }
}
