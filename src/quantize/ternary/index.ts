import type { ChipParameters } from '../../../sim/isa/parameters.js';
import { UserError } from '../../base/errors.js';
import type { Tensor } from '../../base/tensor.js';
import { finishModel } from '../../frontends/model.js';
import { Names } from '../../frontends/names.js';
import type { Func, Model } from '../../ir/expr.js';
import type { Choice } from '../../mapping/rewrite.js';
import { rewriteSites } from '../../mapping/rewrite.js';
import { accepted, layersOf, type Site } from '../../mapping/sites.js';
import { bindParameters } from '../../passes/bind.js';
import { isRefusal } from '../../passes/pattern.js';
import { type Batch, batchOf, sampleOf, thinned } from '../batch.js';
import type { Evaluate, TernaryLayer } from '../types.js';
import { type Conversion, conversionOf, conversionSqnr, type Observed } from './conversion.js';
import { type Int8Layer, ternaryForm } from './layer.js';
import { type Computed, positionsOf, runNetwork, sumsOf, wantedOf } from './run.js';
import { type TernaryWeights, ternaryWeights } from './weights.js';

export interface TernaryOptions {
  readonly evaluate: Evaluate;
  readonly chip: ChipParameters;
  /** How many layers become ternary: those that lose least. All but the first and the last by default. */
  readonly layers?: number;
}

/** A network with ternary layers for the analog core. */
export interface Ternary {
  readonly model: Model;
  readonly layers: readonly TernaryLayer[];
  /** Its results for int8 inputs. */
  readonly run: (samples: readonly Tensor[]) => Tensor[];
}

/** Samples that the conversions are fitted to. */
const FITTED = 64;
/** Samples that are computed at once. */
const CHUNK = 64;

/** A layer that may become ternary. */
interface Candidate extends Computed {
  readonly weights: TernaryWeights;
}

const isInt8Layer = (layer: Site['layer']): layer is Int8Layer =>
  layer.kind === 'dense' || (layer.kind === 'conv' && !layer.depthwise);

/** The layers between the first and the last that the analog core takes once their weights are ternary. */
function candidatesOf(sites: readonly Site[], chip: ChipParameters): Candidate[] {
  const nothing = (l: Int8Layer): Conversion => ({
    gain: 1,
    factors: new Int16Array(l.output[1]!),
    addends: new Int16Array(l.output[1]!),
    shift: 0,
  });
  return sites.slice(1, -1).flatMap((site): Candidate[] => {
    const { layer } = site;
    if (!isInt8Layer(layer)) return [];
    const weights = ternaryWeights(layer.weights, layer.output[1]!);
    const form = ternaryForm(layer, weights.signs, nothing(layer));
    return isRefusal(accepted(form, site.input, { chip, analog: true })) ? [] : [{ site, layer, weights }];
  });
}

const observedOf = (c: Candidate, x: Batch, wanted: Float32Array): Observed => ({
  sums: sumsOf(c, c.weights.signs, x),
  wanted,
  channels: c.layer.output[1]!,
  positions: positionsOf(c.layer),
  relu: c.layer.relu,
});

const asWritten = (site: Site): Computed => ({ site, layer: site.layer as Computed['layer'] });

/** What each layer should give on the samples, by the int8 network; and how much of it each candidate loses by itself. */
function learn(
  main: Func,
  sites: readonly Site[],
  candidates: readonly Candidate[],
  input: Batch,
  evaluate: Evaluate,
) {
  const wanted = new Map<Site, Float32Array>();
  const alone = new Map<Candidate, number>();
  runNetwork(main, sites, input, evaluate, (site, x) => {
    const own = asWritten(site);
    const candidate = candidates.find((c) => c.site === site);
    if (candidate !== undefined) {
      const values = wantedOf(own, x);
      wanted.set(site, values);
      const observed = observedOf(candidate, x, values);
      alone.set(candidate, conversionSqnr(observed, conversionOf(observed)));
    }
    return own;
  });
  return { wanted, alone };
}

function checkLayers(layers: number | undefined, most: number): number {
  if (most === 0)
    throw new UserError(
      'no layer between the first and the last one can go to the analog core; see docs/analog.md for its limits.',
    );
  if (layers !== undefined && (!Number.isInteger(layers) || layers < 1 || layers > most))
    throw new UserError(
      `the number of ternary layers is ${layers}; must be 1 to ${most}, the layers between the first and the last that the analog core takes.`,
    );
  return layers ?? most;
}

/**
 * An int8 network of `quantize` as a mixed one: ternary weights and the analog core's gain and batch norm in the layers between the first and
 * the last, which stay digital as in HTVM's mixed networks. Weights are the nearest ternary ones, a threshold and a scale a channel; gain and
 * batch norm are fitted, layer after layer on the already ternary network's values, to what the int8 network gives, so that errors do
 * not add up more than they must. Nothing is trained. Comes back before each longer step with what it is. Throws a UserError where no
 * layer can go there.
 */
export function* ternarySteps(
  model: Model,
  calibration: readonly Tensor[],
  { evaluate, chip, layers }: TernaryOptions,
): Generator<string, Ternary> {
  const main = bindParameters(model);
  const { sites } = layersOf(main, { chip, analog: true });
  const candidates = candidatesOf(sites, chip);
  const count = checkLayers(layers, candidates.length);
  const input = thinned(batchOf(calibration), FITTED);
  yield 'ternary weights';
  const { wanted, alone } = learn(main, sites, candidates, input, evaluate);
  const chosen = new Set([...candidates].sort((a, b) => alone.get(b)! - alone.get(a)!).slice(0, count));
  yield 'gain and batch norm of ternary layers';
  const made = new Map<Site, Computed>();
  const report: TernaryLayer[] = [];
  runNetwork(main, sites, input, evaluate, (site, x) => {
    const candidate = candidates.find((c) => c.site === site);
    if (candidate === undefined || !chosen.has(candidate)) return asWritten(site);
    const observed = observedOf(candidate, x, wanted.get(site)!);
    const conversion = conversionOf(observed);
    const { signs, zeros } = candidate.weights;
    const computed: Computed = { ...candidate, ternary: { signs, conversion } };
    made.set(site, computed);
    report.push({
      layer: site.name,
      zeros,
      gain: conversion.gain,
      shift: conversion.shift,
      sqnr: conversionSqnr(observed, conversion),
      alone: alone.get(candidate)!,
    });
    return computed;
  });
  const formed = sites.map((site): Site => {
    const c = made.get(site);
    return c?.ternary === undefined
      ? site
      : { ...site, other: ternaryForm(c.layer, c.ternary.signs, c.ternary.conversion) };
  });
  const choice: Choice = sites.map((site) => (made.has(site) ? 'analog' : site.written));
  const plan = (site: Site): Computed => made.get(site) ?? asWritten(site);
  const run = (samples: readonly Tensor[]): Tensor[] => {
    const out: Tensor[] = [];
    for (let i = 0; i < samples.length; i += CHUNK) {
      const values = runNetwork(main, sites, batchOf(samples.slice(i, i + CHUNK)), evaluate, plan);
      for (let s = 0; s < values.count; s++) out.push(sampleOf(values, s));
    }
    return out;
  };
  return { model: named(model.name, rewriteSites(main, formed, choice)), layers: report, run };
}

function named(name: string, main: Func): Model {
  const names = new Names();
  for (const p of main.params) names.unique(p.name, 'input');
  const {
    sourceNames: _,
    warnings: __,
    ...model
  } = finishModel(name, main.params, main.body, new Map(), names);
  return model;
}
