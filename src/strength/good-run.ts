import type { AnalogJobReport } from '../../sim/core/analog-core.js';
import type { JobReport } from '../../sim/core/digital-core.js';
import { Chip, type ChipSnapshot } from '../../sim/program/chip.js';
import { ProgramFault } from '../../sim/program/fault.js';
import { requireComplete } from '../../sim/program/incomplete.js';
import { readTensor } from '../../sim/program/tensor-access.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Program, Step } from '../program/types.js';
import { type Access, accessOf } from './access.js';

/** Consecutive steps of one layer. */
export interface Stretch {
  readonly layer: number;
  readonly first: number;
  /** The step behind the last one. */
  readonly end: number;
}

/** A run without a fault, and what it takes to run any stretch of it again. */
export interface GoodRun {
  readonly program: Program;
  readonly stretches: readonly Stretch[];
  /** Before each stretch, and at the end. */
  readonly snapshots: readonly ChipSnapshot[];
  /** By step. */
  readonly access: readonly Access[];
  /** By step; undefined for what is no job, and for the analog core's. */
  readonly reports: readonly (JobReport | undefined)[];
  /** By step; of the analog core's jobs alone. */
  readonly analogReports: readonly (AnalogJobReport | undefined)[];
  /** Tensors that are compared, by the step that completes them and the buffer's id. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The last values of each tensor, by name. */
  readonly byName: ReadonlyMap<string, Tensor>;
}

/** The key of a compared tensor. */
export const tensorKey = (step: number, buffer: number): string => `${step} ${buffer}`;

/** The steps of a program, cut where the layer changes. */
export function stretchesOf({ manifest }: Program): Stretch[] {
  const out: { layer: number; first: number; end: number }[] = [];
  for (const [i, { layer }] of manifest.steps.entries()) {
    const last = out.at(-1);
    if (last?.layer === layer) last.end = i + 1;
    else out.push({ layer, first: i, end: i + 1 });
  }
  return out;
}

/** Runs one step. Throws what the chip refuses. */
export function runStep(chip: Chip, step: Step, index: number): JobReport | AnalogJobReport | undefined {
  if (step.kind === 'job') return chip.job(step, index);
  if (step.kind === 'host') chip.host(step, index);
  return undefined;
}

/** The tensors that a step completes and that `verify` compares. Throws a LimitError for one that has gaps. */
export function* completedTensors(
  program: Program,
  chip: Chip,
  index: number,
): Generator<readonly [buffer: number, tensor: Tensor]> {
  const step = program.manifest.steps[index]!;
  if (step.kind === 'tile') return;
  for (const id of step.completes) {
    const buffer = program.manifest.buffers[id]!;
    const memory = chip.memoryOf(buffer);
    requireComplete(program, memory, buffer, step.layer);
    if (buffer.tensor !== undefined) yield [id, readTensor(memory, buffer)];
  }
}

/** Runs a program without a fault; comes back after each stretch. Throws a UserError or a ProgramFault as `simulate` does. */
export function* goodRun(program: Program, inputs: ReadonlyMap<string, Tensor>): Generator<void, GoodRun> {
  const chip = new Chip(program);
  chip.load(inputs);
  const stretches = stretchesOf(program);
  const snapshots: ChipSnapshot[] = [];
  const access: Access[] = [];
  const reports: (JobReport | undefined)[] = [];
  const analogReports: (AnalogJobReport | undefined)[] = [];
  const tensors = new Map<string, Tensor>();
  const byName = new Map<string, Tensor>(inputs);
  for (const { first, end } of stretches) {
    snapshots.push(chip.snapshot());
    for (let i = first; i < end; i++) {
      const step = program.manifest.steps[i]!;
      try {
        const report = runStep(chip, step, i);
        const analog = step.kind === 'job' && step.core === 'analog';
        reports.push(analog ? undefined : (report as JobReport | undefined));
        analogReports.push(analog ? (report as AnalogJobReport) : undefined);
        access.push(accessOf(program, step, report));
        for (const [id, tensor] of completedTensors(program, chip, i)) {
          tensors.set(tensorKey(i, id), tensor);
          byName.set(program.manifest.buffers[id]!.tensor!, tensor);
        }
      } catch (e) {
        throw e instanceof UserError ? new ProgramFault(program, i, e) : e;
      }
    }
    yield;
  }
  snapshots.push(chip.snapshot());
  return { program, stretches, snapshots, access, reports, analogReports, tensors, byName };
}
