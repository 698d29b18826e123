import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Layer, Program } from '../program/types.js';
import type { KindStrength, LayerStrength, Strength, Unseen } from '../results/strength.js';
import { DEFAULT_FAULTS } from './default-faults.js';
import type { Fault } from './faults/fault.js';
import { type GoodRun, goodRun } from './good-run.js';
import { type Reason, reasonOf } from './reason.js';
import { sampleFaults } from './sample.js';
import { isNoticed, type Outcome, Trials } from './trial.js';

export interface StrengthOptions {
  /** How many faults to plant; 200 by default. */
  readonly faults?: number;
  /** Names the sample; "0" by default. */
  readonly seed?: string;
  /** The share noticed that is asked for, 0..1; none by default. */
  readonly required?: number;
}

/** A planted fault and what became of it in the run that noticed it, or else in the first one. */
export interface Tried {
  readonly fault: Fault;
  readonly outcome: Outcome;
  /** Why nothing noticed it. */
  readonly reason?: Reason;
}

const countOf = <T>(list: readonly T[], is: (item: T) => boolean): number => list.filter(is).length;

function countKinds(tried: readonly Tried[]): KindStrength[] {
  const kinds = [...new Set(tried.map(({ fault }) => fault.kind))].sort();
  return kinds.map((kind) => ({ kind, ...counts(tried.filter(({ fault }) => fault.kind === kind)) }));
}

const counts = (tried: readonly Tried[]) => ({
  planted: tried.length,
  noticed: countOf(tried, ({ outcome }) => isNoticed(outcome)),
  refused: countOf(tried, ({ outcome }) => outcome === 'refused'),
});

/** What nothing noticed, by kind and reason, most first. */
function unseenOf(tried: readonly Tried[]): Unseen[] {
  const groups = new Map<string, { first: Tried; count: number }>();
  for (const t of tried) {
    if (t.reason === undefined) continue;
    const key = `${t.fault.kind}\n${t.reason.key}`;
    const known = groups.get(key);
    groups.set(key, { first: known?.first ?? t, count: (known?.count ?? 0) + 1 });
  }
  return [...groups.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ first: { fault, reason }, count }) => ({
      kind: fault.kind,
      count,
      of: countOf(tried, (t) => t.fault.kind === fault.kind),
      why: `${count === 1 ? '' : 'such as '}${fault.what}: ${reason!.text}`,
    }));
}

function layerStrength({ id, layer, name }: Layer, tried: readonly Tried[]): LayerStrength {
  return {
    id,
    name: layer ?? name.replace(/^tvmgen_default_/, ''),
    ...counts(tried),
    kinds: countKinds(tried),
    unseen: unseenOf(tried),
  };
}

/** Runs a sample against a good run; comes back after each fault. */
export function* tryFaults(run: GoodRun, faults: readonly Fault[]): Generator<void, Tried[]> {
  const trials = new Trials(run);
  const tried: Tried[] = [];
  for (const fault of faults) {
    const outcome = trials.attempt(fault);
    tried.push({ fault, outcome, ...(isNoticed(outcome) ? {} : { reason: reasonOf(run, fault, outcome) }) });
    yield;
  }
  return tried;
}

/** The result of a sample. */
export function strengthOf(
  program: Program,
  tried: readonly Tried[],
  about: Pick<Strength, 'seed' | 'runs' | 'harmless'> & { readonly required?: number | undefined },
): Strength {
  const { required, ...rest } = about;
  return {
    ...rest,
    ...counts(tried),
    ...(required === undefined ? {} : { required }),
    layers: program.manifest.layers.flatMap((layer, id) => {
      const own = tried.filter(({ fault }) => fault.layer === id);
      return own.length === 0 ? [] : [layerStrength(layer, own)];
    }),
  };
}

/** Throws a UserError for a number of faults that cannot be planted and a share beyond 0..1. */
export function checkStrengthOptions({ faults = DEFAULT_FAULTS, required }: StrengthOptions): void {
  if (!Number.isInteger(faults) || faults < 1)
    throw new UserError(`the number of faults is ${faults}; must be a whole number of at least 1.`);
  if (required !== undefined && !(required >= 0 && required <= 1))
    throw new UserError(`the strength asked for is ${required}; must be a share from 0 to 1.`);
}

/**
 * Plants a sample of single faults in a program, one after the other, and counts those that a comparison with the run without a fault
 * notices, for one or more sets of inputs. Comes back after each fault. Throws what `simulate` throws for the program itself.
 */
export function* strengthSteps(
  program: Program,
  runs: readonly ReadonlyMap<string, Tensor>[],
  options: StrengthOptions = {},
): Generator<void, Strength> {
  checkStrengthOptions(options);
  const seed = options.seed ?? '0';
  let tried: Tried[] = [];
  let harmless = 0;
  for (const [number, inputs] of runs.entries()) {
    const run = yield* goodRun(program, inputs);
    if (number === 0) {
      const sample = sampleFaults(run, options.faults ?? DEFAULT_FAULTS, seed);
      harmless = sample.harmless;
      tried = yield* tryFaults(run, sample.faults);
      continue;
    }
    const open = tried.filter(({ outcome }) => !isNoticed(outcome)).map(({ fault }) => fault);
    const again = new Map((yield* tryFaults(run, open)).map((t) => [t.fault, t]));
    tried = tried.map((t) => {
      const later = again.get(t.fault);
      return later !== undefined && isNoticed(later.outcome) ? later : t;
    });
  }
  return strengthOf(program, tried, { seed, runs: runs.length, harmless, required: options.required });
}
