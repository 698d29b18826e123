import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Program } from '../program/types.js';
import type { Strength } from '../results/strength.js';
import { type Candidate, changedInput, FAMILY_COUNT, freshInput, type InputType } from './candidates.js';
import { DEFAULT_FAULTS } from './default-faults.js';
import type { Fault } from './faults/fault.js';
import { goodRun } from './good-run.js';
import { checkStrengthOptions, type StrengthOptions, strengthOf, type Tried, tryFaults } from './measure.js';
import { type Sample, sampleFaults } from './sample.js';
import { isNoticed, Trials } from './trial.js';

/** Inputs that a search looks at by default. */
export const DEFAULT_TRIES = 64;
/** Rounds of families before the best input is changed. */
const ROUNDS = 2;

export interface SearchOptions extends StrengthOptions {
  /** Inputs to look at; 64 by default. */
  readonly tries?: number;
}

/** The inputs that notice most of the faults. */
export interface Found {
  /** Of the inputs that the search began with. */
  readonly before: Strength;
  readonly after: Strength;
  readonly inputs: ReadonlyMap<string, Tensor>;
  /** How they were made. */
  readonly how: string;
  /** Inputs looked at. */
  readonly tries: number;
}

/** How many of the faults an input misses; gives up, with undefined, once they are `limit` or more. */
function* missedWith(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  faults: readonly Fault[],
  limit: number,
): Generator<void, ReadonlySet<Fault> | undefined> {
  const trials = new Trials(yield* goodRun(program, inputs));
  const missed = new Set<Fault>();
  for (const fault of faults) {
    if (!isNoticed(trials.attempt(fault))) missed.add(fault);
    if (missed.size >= limit) return undefined;
    yield;
  }
  return missed;
}

function* measured(
  program: Program,
  inputs: ReadonlyMap<string, Tensor>,
  sample: Sample,
): Generator<void, readonly Tried[]> {
  return yield* tryFaults(yield* goodRun(program, inputs), sample.faults);
}

/**
 * Searches inputs for which a comparison notices more of a sample of planted faults than for `start`: patterns of many sorts first, then
 * changes of the best. The same program, start and options give the same inputs. Comes back after each fault. Throws a UserError for a number
 * of tries below 1 and what `strengthSteps` throws.
 */
export function* searchInputs(
  program: Program,
  types: readonly InputType[],
  start: ReadonlyMap<string, Tensor>,
  options: SearchOptions = {},
): Generator<void, Found> {
  checkStrengthOptions(options);
  const { tries = DEFAULT_TRIES, seed = '0', required } = options;
  if (!Number.isInteger(tries) || tries < 1)
    throw new UserError(`the number of tries is ${tries}; must be a whole number of at least 1.`);
  const first = yield* goodRun(program, start);
  const sample = sampleFaults(first, options.faults ?? DEFAULT_FAULTS, seed);
  const before = yield* tryFaults(first, sample.faults);
  const about = { seed, runs: 1, harmless: sample.harmless, required };
  let best: Candidate = { how: 'the built-in input', inputs: start };
  // What is missed now comes first: an input that misses it, too, is given up soon.
  let order = [...before]
    .sort((a, b) => Number(isNoticed(a.outcome)) - Number(isNoticed(b.outcome)))
    .map(({ fault }) => fault);
  let missed = before.filter(({ outcome }) => !isNoticed(outcome)).length;
  let tried = 0;
  while (tried < tries && missed > 0) {
    const number = tried++;
    const candidate =
      number < ROUNDS * FAMILY_COUNT
        ? freshInput(types, seed, number)
        : changedInput(best, types, seed, number);
    const left = yield* missedWith(program, candidate.inputs, order, missed);
    if (left === undefined) continue;
    best = candidate;
    missed = left.size;
    order = [...left, ...order.filter((fault) => !left.has(fault))];
  }
  const after = yield* measured(program, best.inputs, sample);
  return {
    before: strengthOf(program, before, about),
    after: strengthOf(program, after, about),
    inputs: best.inputs,
    how: best.how,
    tries: tried,
  };
}
