import { UserError } from '../../src/base/errors.js';
import { changedParameters, type ParameterValues, parameterList } from '../parameters.js';
import type { Baseline } from './baseline.js';
import {
  type Change,
  COMPARISON_FORMAT,
  COMPARISON_VERSION,
  type ComparisonDocument,
  type ModelComparison,
  statusOf,
} from './comparison.js';
import { compareLayers, costChanges, judge, reasonChanges } from './layers.js';
import {
  ANY_INCREASE,
  METRICS,
  type Metric,
  NO_INCREASE,
  type Threshold,
  type Thresholds,
} from './threshold.js';

export interface CompareOptions {
  readonly generator: string;
  /** Thresholds of a model's totals and peak memories; no increase where absent. */
  readonly thresholds?: Thresholds;
  /** How much more cycles a single layer may take; any increase where absent. Its other figures show in the totals. */
  readonly layerCycles?: Threshold;
  /** Compare although the names of the parameter sets differ. */
  readonly allowParameters?: boolean;
  /** A model of the baseline that the current results lack is no failure. */
  readonly allowMissing?: boolean;
}

function changedOutputs(before: Baseline, after: Baseline): string[] {
  const names = [...new Set([...Object.keys(before.outputs), ...Object.keys(after.outputs)])];
  return names.filter((name) => before.outputs[name] !== after.outputs[name]);
}

const parametersOf = ({ hardware }: Baseline): ParameterValues => ({
  name: hardware.name,
  values: new Map(parameterList(hardware)),
});

/** Throws a UserError when the two runs cannot be compared. */
function checkComparable(before: Baseline, after: Baseline, options: CompareOptions): void {
  const differ = (what: string, old: string, now: string, fix: string): never => {
    throw new UserError(
      `${after.model}: the baseline has ${what} "${old}", the current run "${now}". ${fix}`,
    );
  };
  if (before.target !== after.target)
    differ('target', before.target, after.target, 'Compile for the same target, or record a new baseline.');
  if (before.seed !== after.seed && before.seed !== '' && after.seed !== '')
    differ('seed', before.seed, after.seed, 'Run with the same --seed, or record a new baseline.');
  if (before.hardware.name !== after.hardware.name && options.allowParameters !== true)
    differ(
      'parameter set',
      before.hardware.name,
      after.hardware.name,
      'Use the same --hw, or pass --allow-parameters.',
    );
}

const layerThresholds = ({ layerCycles }: CompareOptions): Thresholds =>
  layerCycles === undefined ? ANY_INCREASE : { ...ANY_INCREASE, cycles: layerCycles };

/** Missed faults, where both sides planted as many. */
function strengthChanges(before: Baseline, after: Baseline, thresholds: Thresholds): Change[] {
  const [was, is] = [before.strength, after.strength];
  if (was === undefined || is === undefined || was.planted !== is.planted) return [];
  return [judge('missed-faults', was.missed, is.missed, thresholds)];
}

/** Energy, where both sides hold it: baselines of earlier releases do not. */
function energyChanges(before: Baseline, after: Baseline, thresholds: Thresholds): Change[] {
  const [was, is] = [before.totals.energy, after.totals.energy];
  if (was === undefined || is === undefined) return [];
  return [judge('energy', was.microjoules, is.microjoules, thresholds)];
}

function compareModel(before: Baseline, after: Baseline, options: CompareOptions): ModelComparison {
  checkComparable(before, after, options);
  const thresholds = options.thresholds ?? NO_INCREASE;
  const layers = compareLayers(before, after, layerThresholds(options));
  const memory = (
    [
      ['l2', 'l2'],
      ['l1', 'l1'],
      ['weight-memory', 'weightMemory'],
    ] as const
  ).map(([metric, name]) => judge(metric, before.memory[name], after.memory[name], thresholds));
  const compared = {
    model: after.model,
    parameters: changedParameters(parametersOf(before), parametersOf(after)),
    outputs: changedOutputs(before, after),
    totals: [
      ...costChanges(before.totals, after.totals, thresholds),
      ...memory,
      ...strengthChanges(before, after, thresholds),
      ...energyChanges(before, after, thresholds),
    ],
    reasons: reasonChanges(before.totals, after.totals),
    layers,
    unchangedLayers: after.layers.length - layers.filter(({ kind }) => kind !== 'vanished').length,
  };
  return { ...compared, status: statusOf(compared) };
}

const lonelyModel = (model: string, status: 'new' | 'vanished'): ModelComparison => ({
  model,
  status,
  parameters: [],
  outputs: [],
  totals: [],
  reasons: [],
  layers: [],
  unchangedLayers: 0,
});

function byModel(baselines: readonly Baseline[], what: string): Map<string, Baseline> {
  const found = new Map<string, Baseline>();
  for (const baseline of baselines) {
    if (found.has(baseline.model))
      throw new UserError(`${what} has ${baseline.model} twice; give each model once.`);
    found.set(baseline.model, baseline);
  }
  return found;
}

const list = (names: Iterable<string>): string => [...names].slice(0, 5).join(', ');

/**
 * Compares current runs with their baselines, model by model and layer by layer. Throws a UserError when they have no model
 * in common, or were made with another target, seed or parameter set.
 */
export function compareBaselines(
  before: readonly Baseline[],
  after: readonly Baseline[],
  options: CompareOptions,
): ComparisonDocument {
  const old = byModel(before, 'the baseline');
  const now = byModel(after, 'the current results');
  if (![...now.keys()].some((model) => old.has(model)))
    throw new UserError(
      `nothing to compare: the baseline is of ${list(old.keys()) || 'no model'}, the current results of ${list(now.keys()) || 'no model'}.`,
    );
  const thresholds = options.thresholds ?? NO_INCREASE;
  const missing = options.allowMissing === true ? [] : [...old.keys()].filter((model) => !now.has(model));
  return {
    format: COMPARISON_FORMAT,
    version: COMPARISON_VERSION,
    generator: options.generator,
    thresholds: Object.fromEntries(METRICS.map((m) => [m, thresholds[m].text])) as Record<Metric, string>,
    models: [
      ...[...now.values()].map((current) => {
        const was = old.get(current.model);
        return was === undefined ? lonelyModel(current.model, 'new') : compareModel(was, current, options);
      }),
      ...missing.map((model) => lonelyModel(model, 'vanished')),
    ],
  };
}
