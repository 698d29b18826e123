import { UserError } from '../base/errors.js';
import { type CompileOptions, compile } from '../compile.js';
import type { Func, Model } from '../ir/expr.js';
import { modelOf } from '../ir/model-of.js';
import { type CompileChoices, compileOptions } from '../library/compile-options.js';
import { estimate } from '../library/estimate.js';
import { asMapped } from '../library/map-network.js';
import { bindParameters } from '../passes/bind.js';
import type { Advice, ConfirmedChange, LayerAdvice } from '../results/advice.js';
import type { RunResult } from '../results/run.js';
import { boundsOf } from './bounds.js';
import type { Change } from './change.js';
import { changesOf } from './changes.js';

/** Layers below this share of the run get no advice. */
const NOTABLE = 0.02;
/** More channels are worth a word where they cost at most this share of the run. */
const ALMOST_FREE = 0.01;

/** The cycles of a changed network; undefined where it does not compile. */
function cyclesOf(name: string, main: Func, options: CompileOptions): number | undefined {
  try {
    return estimate(compile(modelOf(name, main), options)).totals.totalCycles;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function confirm(change: Change, run: RunResult, options: CompileOptions): ConfirmedChange | undefined {
  const totalCycles = cyclesOf(run.model, change.apply(), options);
  if (totalCycles === undefined) return undefined;
  const before = run.totals.totalCycles;
  if (change.room === true ? totalCycles > (1 + ALMOST_FREE) * before : totalCycles >= before)
    return undefined;
  const { what, outputs } = change;
  return { what, outputs, totalCycles, gain: run.totals.totalCycles - totalCycles };
}

/** The graph with every confirmed change that keeps the outputs: one after another, looked up anew by layer and words. */
function applyAll(main: Func, wanted: readonly Change[]): Func {
  let now = main;
  for (const { layer, what } of wanted) {
    const again = changesOf(now).find((c) => c.layer === layer && c.what === what);
    if (again !== undefined) now = again.apply();
  }
  return now;
}

/** A network with the changes that `advise` found to keep its outputs, as `together` counts it: a model to verify or to write. */
export function applyAdvice(model: Model, choices: CompileChoices = {}): Model {
  const { main, kept } = investigate(model, choices);
  return modelOf(model.name, applyAll(main, kept));
}

function investigate(given: Model, choices: CompileChoices) {
  const model = asMapped(given, choices);
  const options = compileOptions(choices);
  const run = estimate(compile(model, options));
  const main = bindParameters(model);
  const notable = run.layers.filter((l) => l.totalCycles > NOTABLE * run.totals.totalCycles);
  const names = new Set(notable.map((l) => l.layer));
  const concerns = ({ layer, layers }: Change): boolean =>
    layers === undefined ? layer !== undefined && names.has(layer) : [...layers].some((l) => names.has(l));
  const tried = changesOf(main, options.hardware.array?.channels)
    .filter(concerns)
    .map((change) => ({ change, confirmed: confirm(change, run, options) }));
  const gaining = tried.filter(
    (t): t is { change: Change; confirmed: ConfirmedChange } => t.confirmed !== undefined,
  );
  const kept = gaining.filter((t) => t.change.keeps && t.change.room !== true).map((t) => t.change);
  return { options, run, main, notable, gaining, kept };
}

/**
 * What bounds each layer that takes more than 2 % of a run, and which changes of the network cost less: each was compiled, and its gain is
 * what that compile counts. Throws what `compile` throws for the network itself.
 *
 * @example
 * const { layers, together } = advise(buildModel('ds-cnn'));
 */
export function advise(model: Model, choices: CompileChoices = {}): Advice {
  const { options, run, main, notable, gaining, kept } = investigate(model, choices);
  // Several kernels may bear one layer's name (a transform and the layer): its changes stand at the dearest.
  const dearest = ({ layer, layers = new Set(layer === undefined ? [] : [layer]) }: Change) =>
    notable
      .filter((l) => l.layer !== undefined && layers.has(l.layer))
      .reduce((a, b) => (b.totalCycles > a.totalCycles ? b : a));
  const layers = notable.map(
    (l): LayerAdvice => ({
      id: l.id,
      layer: l.layer ?? l.name.replace(/^tvmgen_default_/, ''),
      where: l.target,
      cycles: l.totalCycles,
      share: l.totalCycles / run.totals.totalCycles,
      bounds: boundsOf(l, run),
      changes: gaining
        .filter(({ change }) => dearest(change) === l)
        .map(({ confirmed }) => confirmed)
        .sort((a, b) => b.gain - a.gain),
    }),
  );
  const before = run.totals.totalCycles;
  const all = kept.length < 2 ? undefined : cyclesOf(run.model, applyAll(main, kept), options);
  return {
    model: run.model,
    parameterSet: run.hardware.name,
    totalCycles: before,
    layers,
    ...(all === undefined
      ? {}
      : {
          together: {
            what: `all ${kept.length} changes that keep the outputs`,
            outputs: 'the same',
            totalCycles: all,
            gain: before - all,
          },
        }),
  };
}
