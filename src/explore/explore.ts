import { peakMacsPerCycle } from '../../sim/isa/array.js';
import { UserError } from '../base/errors.js';
import { compile } from '../compile.js';
import { GENERATOR } from '../generator.js';
import type { Model } from '../ir/expr.js';
import { type CompileChoices, compileOptions } from '../library/compile-options.js';
import { estimate } from '../library/estimate.js';
import { asMapped } from '../library/map-network.js';
import { Turns, type WorkOptions } from '../library/turns.js';
import { energyOf } from '../results/energy.js';
import {
  EXPLORATION_FORMAT,
  EXPLORATION_VERSION,
  type Exploration,
  type ExploredAxis,
  type ExploredPoint,
  type Objective,
  type PointModel,
} from '../results/exploration.js';
import type { RunResult } from '../results/run.js';
import { combinations, describePoint, hardwareAt, varies } from './points.js';

export interface ExploreOptions extends WorkOptions {
  /** What varies: `parseAxis` reads them from words. */
  readonly axes: readonly ExploredAxis[];
  /** What the axes change; its `hardware` is the base set, with which `map` finds a core for each layer once. */
  readonly base?: CompileChoices;
  /** What orders the points in reports; "cycles" by default. */
  readonly objective?: Objective;
  /** A part of the points: every `of`-th from the `index`-th (from 1) on. */
  readonly shard?: { readonly index: number; readonly of: number };
}

const geometricMean = (values: readonly number[]): number =>
  values.length === 1
    ? values[0]!
    : Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

const pointModel = (run: RunResult): PointModel => ({
  model: run.model,
  cycles: run.totals.totalCycles,
  milliseconds: run.totals.milliseconds,
  microjoules: (run.totals.energy ?? energyOf(run.totals)).microjoules,
  l1: run.memory.l1,
  layers: run.layers.map((l) => ({
    label: l.layer ?? l.name.replace(/^tvmgen_default_/, ''),
    where: l.target,
    cycles: l.totalCycles,
  })),
});

/** The networks at one point; one that does not fit there is an answer, too. */
function* explorePoint(
  models: readonly Model[],
  { axes, base = {} }: ExploreOptions,
  index: number,
  values: readonly (number | string)[],
): Generator<void, ExploredPoint> {
  const options = compileOptions(base);
  const ran: PointModel[] = [];
  const at = { index, values };
  let l1Bytes = options.hardware.chip.l1Bytes;
  let lanes = {};
  try {
    const hardware = hardwareAt(options.hardware, axes, values);
    l1Bytes = hardware.chip.l1Bytes;
    if (varies(axes, 'array')) lanes = { lanes: peakMacsPerCycle(hardware) };
    for (const model of models) {
      yield;
      ran.push(pointModel(estimate(compile(model, { ...options, hardware }))));
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const nothing = { models: [], cycles: 0, milliseconds: 0, microjoules: 0 };
    return { ...at, l1Bytes, ...lanes, ...nothing, error: error.message };
  }
  const mean = (pick: (m: PointModel) => number): number => geometricMean(ran.map(pick));
  return {
    ...at,
    l1Bytes,
    ...lanes,
    models: ran,
    cycles: mean((m) => m.cycles),
    milliseconds: mean((m) => m.milliseconds),
    microjoules: mean((m) => m.microjoules),
  };
}

/**
 * What networks would cost with other parameters: one compile and one count of cycles a point of the grid that the axes span; no values are
 * computed. The compiler tiles anew at each point. A point at which a network does not compile says why in `error`. Throws a UserError
 * for axes that do not go together, and the signal's reason once it is aborted.
 *
 * @example
 * const found = await explore([buildModel('resnet8')], { axes: [parseAxis('l1=16K:256K:x2')] });
 */
export async function explore(given: readonly Model[], options: ExploreOptions): Promise<Exploration> {
  if (given.length === 0) throw new UserError('explore: there is no model.');
  const { axes, base = {}, shard = { index: 1, of: 1 } } = options;
  const models = given.map((model) => asMapped(model, base));
  const { hardware, target } = compileOptions(base);
  const all = combinations(axes);
  const mine = all.map((values, index) => ({ values, index }));
  const part = mine.filter(({ index }) => index % shard.of === shard.index - 1);
  const turns = new Turns(options);
  const points: ExploredPoint[] = [];
  for (const { values, index } of part) {
    options.onProgress?.({ what: describePoint(axes, values), done: points.length, total: part.length });
    points.push(await turns.run(explorePoint(models, options, index, values)));
  }
  return {
    format: EXPLORATION_FORMAT,
    version: EXPLORATION_VERSION,
    generator: GENERATOR,
    models: models.map(({ name }) => name),
    target,
    base: hardware.name,
    objective: options.objective ?? 'cycles',
    axes,
    total: all.length,
    points,
  };
}
