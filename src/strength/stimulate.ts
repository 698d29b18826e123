import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Program } from '../program/types.js';
import type { Strength } from '../results/strength.js';
import { type Candidate, changedInput, FAMILY_COUNT, freshInput, type InputType } from './candidates.js';
import { DEFAULT_FAULTS } from './default-faults.js';
import type { Fault } from './faults/fault.js';
import { goodRun } from './good-run.js';
import {
  checkStrengthOptions,
  type StrengthOptions,
  strengthOf,
  strengthSteps,
  tryFaults,
} from './measure.js';
import { sampleFaults } from './sample.js';
import { isNoticed, Trials } from './trial.js';

/** Inputs that a search looks at by default. */
export const DEFAULT_TRIES = 64;
/** Rounds of families before the best input is changed. */
const ROUNDS = 2;

export interface SearchOptions extends StrengthOptions {
  /** Inputs to look at for each vector; 64 by default. */
  readonly tries?: number;
  /** Vectors to find, each for what those before it miss; 1 by default. Fewer come back where no other input notices more. */
  readonly vectors?: number;
}

/** The inputs that notice most of the faults. */
export interface Found {
  /** Of the inputs that the search began with. */
  readonly before: Strength;
  /** Of all vectors together. */
  readonly after: Strength;
  /** Both again for as many faults drawn anew: the search cannot have fitted its inputs to these. */
  readonly anew: { readonly before: Strength; readonly after: Strength };
  readonly vectors: readonly Candidate[];
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

/** What a search for one vector starts from, and what it found. */
interface Best {
  readonly candidate: Candidate;
  /** Faults of `faults` that it misses. */
  readonly missed: ReadonlySet<Fault>;
}

/** Looks at inputs for one vector: better ones than `start` for the faults in `faults`. */
function* searchOne(
  program: Program,
  types: readonly InputType[],
  faults: readonly Fault[],
  start: Best,
  options: { readonly tries: number; readonly seed: string },
): Generator<void, Best & { readonly tries: number }> {
  let best = start;
  let tried = 0;
  while (tried < options.tries && best.missed.size > 0) {
    const number = tried++;
    const candidate =
      number < ROUNDS * FAMILY_COUNT
        ? freshInput(types, options.seed, number)
        : changedInput(best.candidate, types, options.seed, number);
    // What the best one misses comes first: an input that misses it, too, is given up soon.
    const order = [...best.missed, ...faults.filter((fault) => !best.missed.has(fault))];
    const missed = yield* missedWith(program, candidate.inputs, order, best.missed.size);
    if (missed !== undefined) best = { candidate, missed };
  }
  return { ...best, tries: tried };
}

/**
 * Searches inputs for which a comparison notices more of a sample of planted faults than for `start`: patterns of many sorts first, then
 * changes of the best. The same program, start and options give the same inputs. Comes back after each fault. Throws a UserError for a number
 * of tries or vectors below 1 and what `strengthSteps` throws.
 */
export function* searchInputs(
  program: Program,
  types: readonly InputType[],
  start: ReadonlyMap<string, Tensor>,
  options: SearchOptions = {},
): Generator<void, Found> {
  checkStrengthOptions(options);
  const { tries = DEFAULT_TRIES, vectors = 1, seed = '0', required } = options;
  for (const [what, n] of [
    ['tries', tries],
    ['vectors', vectors],
  ] as const)
    if (!Number.isInteger(n) || n < 1)
      throw new UserError(`the number of ${what} is ${n}; must be a whole number of at least 1.`);
  const first = yield* goodRun(program, start);
  const sample = sampleFaults(first, options.faults ?? DEFAULT_FAULTS, seed);
  const before = yield* tryFaults(first, sample.faults);
  const missed = new Set(before.filter(({ outcome }) => !isNoticed(outcome)).map(({ fault }) => fault));
  const found: Candidate[] = [];
  let best: Best = { candidate: { how: 'the built-in input', inputs: start }, missed };
  let looked = 0;
  for (let v = 0; v < vectors && (v === 0 || best.missed.size > 0); v++) {
    const open = v === 0 ? sample.faults : [...best.missed];
    const stream = v === 0 ? seed : `${seed}/${v}`;
    const next = yield* searchOne(program, types, open, best, { tries, seed: stream });
    looked += next.tries;
    if (v > 0 && next.missed.size === best.missed.size) break;
    found.push(next.candidate);
    best = next;
  }
  const runs = found.map(({ inputs }) => inputs);
  const anew = { ...options, seed: `${seed}/anew` };
  return {
    before: strengthOf(program, before, { seed, runs: 1, harmless: sample.harmless, required }),
    after: yield* strengthSteps(program, runs, options),
    anew: {
      before: yield* strengthSteps(program, [start], anew),
      after: yield* strengthSteps(program, runs, anew),
    },
    vectors: found,
    tries: looked,
  };
}
