import { type Baseline, baselineOf } from '../../reports/regression/baseline.js';
import {
  type CompareOptions,
  compareBaselines as compareDocuments,
} from '../../reports/regression/compare.js';
import type { ComparisonDocument } from '../../reports/regression/comparison.js';
import { programSteps } from '../../sim/program/run.js';
import { compile } from '../compile.js';
import { GENERATOR } from '../generator.js';
import type { Model } from '../ir/expr.js';
import { builtinInput } from '../models/builtin-input.js';
import { type StrengthOptions, strengthSteps } from '../strength/measure.js';
import { type CompileChoices, compileOptions } from './compile-options.js';
import { asMapped } from './map-network.js';
import { Turns, type WorkOptions } from './turns.js';

export interface BaselineOptions extends CompileChoices, WorkOptions {
  /** Names the built-in inputs; "0" by default. */
  readonly seed?: string;
  /** What names the model to `diana-sim baseline` (a name or a file's path); the model's own name by default. */
  readonly source?: string;
  /** Also plants faults and records how many the test misses; not done by default. */
  readonly strength?: StrengthOptions;
}

/**
 * What must not change of a model: outputs' checksums, estimated cycles, MACs and memories, a layer each. Compiles it and simulates it on
 * its built-in inputs. Throws what `compile` and `simulate` throw.
 *
 * @example
 * const comparison = compareBaselines([before], [await baseline(model)], options);
 */
export async function baseline(given: Model, options: BaselineOptions = {}): Promise<Baseline> {
  const turns = new Turns(options);
  const model = asMapped(given, options);
  const seed = options.seed ?? '0';
  options.onProgress?.({ what: model.name, done: 0, total: 1 });
  await turns.pause();
  const program = compile(model, compileOptions(options));
  const { result } = await turns.run(programSteps(program, builtinInput(model, seed, 0)));
  const strength =
    options.strength === undefined
      ? undefined
      : await turns.run(
          strengthSteps(program, [builtinInput(model, seed, 0)], { seed, ...options.strength }),
        );
  return baselineOf(result, seed, GENERATOR, options.source ?? model.name, strength);
}

/** How baselines are compared: thresholds, and what may be missing or differ. */
export type CompareBaselinesOptions = Omit<CompareOptions, 'generator'>;

/**
 * Compares what was recorded with what is, model by model and layer by layer: which outputs, cycles, memories moved, and whether beyond
 * the thresholds (no increase by default). Throws a UserError where the two cannot be compared: another target, seed or parameter set.
 *
 * @example
 * const comparison = compareBaselines([recorded], [await baseline(model)], { layerCycles: parseThreshold('+2%', 'layers') });
 */
export const compareBaselines = (
  before: readonly Baseline[],
  after: readonly Baseline[],
  options: CompareBaselinesOptions = {},
): ComparisonDocument => compareDocuments(before, after, { ...options, generator: GENERATOR });
