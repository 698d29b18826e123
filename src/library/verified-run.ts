import { type Backend, evaluate, type Reference } from '../../golden/index.js';
import { programSteps } from '../../sim/program/run.js';
import type { HeldTensor, ProgramRun, RunOptions } from '../../sim/program/run-options.js';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Model } from '../ir/expr.js';
import type { Program } from '../program/types.js';
import type { RunResult } from '../results/run.js';
import type { TensorComparison, Verdict } from '../results/verdict.js';
import { compareHeld, worst } from './compare-held.js';

/** One simulated run beside the reference. */
export interface VerifiedRun {
  readonly run: ProgramRun;
  readonly verdict: Verdict;
  readonly reference: Reference;
}

/** A tensor that simulator and reference both hold, with the values of either. */
export interface TensorPair {
  /** The reference's values. */
  readonly expected: Tensor;
  /** The simulator's. */
  readonly actual: Tensor;
  readonly comparison: TensorComparison;
}

export interface CompareRunOptions extends Pick<RunOptions, 'onLayer' | 'check'> {
  /** Called as the simulator completes each tensor that the reference has, too. */
  readonly onTensor?: (pair: TensorPair) => void;
}

/** What names a run in its verdict. */
export interface RunIdentity {
  readonly backend: string;
  readonly seed: string;
  readonly run: number;
}

/**
 * Runs a program beside a reference that is there already (several programs of one model share it), step by step, and compares every tensor
 * that the program holds whole in memory. Throws a ProgramFault when the simulated chip refuses a step, a UserError when the program is
 * another model's.
 */
export function* comparedSteps(
  program: Program,
  model: string,
  inputs: ReadonlyMap<string, Tensor>,
  reference: Reference,
  identity: RunIdentity,
  options: CompareRunOptions = {},
): Generator<void, VerifiedRun> {
  const rows: TensorComparison[] = [];
  const onTensor = (held: HeldTensor): void => {
    const name = held.buffer.tensor;
    if (name === undefined) return;
    const expected = reference.tensors.get(name);
    if (expected === undefined)
      throw new UserError(`the program holds tensor ${name}, which model ${model} does not have.`);
    const comparison = compareHeld(program, held, reference);
    rows.push(comparison);
    options.onTensor?.({ expected, actual: held.tensor, comparison });
  };
  const run = yield* programSteps(program, inputs, { ...options, onTensor });
  const tensors = worst(rows);
  return {
    run,
    reference,
    verdict: {
      model,
      ...identity,
      tensors,
      notHeld: reference.tensors.size - new Set([...inputs.keys(), ...tensors.map((t) => t.tensor)]).size,
      ok: tensors.every((t) => t.differing === 0),
    },
  };
}

/** `comparedSteps` in one go. */
export function compareRun(...args: Parameters<typeof comparedSteps>): VerifiedRun {
  const steps = comparedSteps(...args);
  for (;;) {
    const next = steps.next();
    if (next.done === true) return next.value;
  }
}

/** Evaluates the reference and compares one run of a program with it, in one go. */
export const verifyRun = (
  program: Program,
  model: Model,
  inputs: ReadonlyMap<string, Tensor>,
  backend: Backend,
  identity: Omit<RunIdentity, 'backend'>,
): VerifiedRun =>
  compareRun(program, model.name, inputs, evaluate(model.main, inputs, model.params, backend), {
    ...identity,
    backend: backend.name,
  });

/** The first of several runs of one program, with the overflows of all: they depend on the data, everything else does not. */
export function combined(runs: readonly RunResult[]): RunResult {
  const first = runs[0]!;
  // As it is: a copy would make all slices of its timeline, which nobody may ask for.
  if (runs.length === 1) return first;
  const sum = (of: (run: RunResult) => number): number => runs.reduce((n, run) => n + of(run), 0);
  return {
    ...first,
    layers: first.layers.map((layer, i) => ({ ...layer, overflows: sum((r) => r.layers[i]!.overflows) })),
    totals: { ...first.totals, overflows: sum((r) => r.totals.overflows) },
  };
}
