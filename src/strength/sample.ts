import { type Random, random } from '../base/random.js';
import { analogCopyFaults } from './faults/analog/copies.js';
import { analogFieldFaults } from './faults/analog/fields.js';
import { analogWeightFaults } from './faults/analog/weights.js';
import { constantFaults } from './faults/constants.js';
import { copyFaults } from './faults/copies.js';
import type {
  AnalogComputeJob,
  AnalogFaultSite,
  ComputeJob,
  CopyJob,
  Fault,
  FaultSite,
  FaultSource,
  Group,
} from './faults/fault.js';
import { fieldFaults } from './faults/fields.js';
import { weightFaults } from './faults/weights.js';
import type { GoodRun } from './good-run.js';
import { isHarmless } from './harmless.js';

/** How often a source is asked for a fault that was not drawn before. */
const TRIES = 8;

function siteOf({ program, reports }: GoodRun, layer: number): FaultSite {
  const compute: ComputeJob[] = [];
  const copies: CopyJob[] = [];
  program.manifest.steps.forEach((step, index) => {
    const report = reports[index];
    if (step.kind !== 'job' || step.layer !== layer || report === undefined) return;
    if (report.kind === 'compute') compute.push({ index, step, report });
    else copies.push({ index, step, report });
  });
  return { program, layer: program.manifest.layers[layer]!, compute, copies };
}

function analogSiteOf({ program, analogReports }: GoodRun, layer: number): AnalogFaultSite {
  const compute: AnalogComputeJob[] = [];
  const copies: CopyJob[] = [];
  program.manifest.steps.forEach((step, index) => {
    const report = analogReports[index];
    if (step.kind !== 'job' || step.layer !== layer || report === undefined) return;
    if (report.kind === 'analog') compute.push({ index, step, report });
    else if (report.kind !== 'boot') copies.push({ index, step, report });
  });
  return { program, layer: program.manifest.layers[layer]!, compute, copies };
}

/** Faults to plant, in the order of their layers. */
export interface Sample {
  readonly faults: readonly Fault[];
  /** How many were drawn and left out, because nothing can read what they change. */
  readonly harmless: number;
}

/** Every kind of fault of a layer. */
export function sourcesOf(run: GoodRun, layer: number): FaultSource[] {
  const site = siteOf(run, layer);
  const analog = analogSiteOf(run, layer);
  return [
    ...weightFaults(site),
    ...fieldFaults(site),
    ...copyFaults(site),
    ...analogWeightFaults(analog),
    ...analogFieldFaults(analog),
    ...analogCopyFaults(analog),
    ...constantFaults(run.program, layer),
  ];
}

/** The list in an order that the stream decides. */
function shuffled<T>(list: readonly T[], rng: Random): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = rng.int(0, i);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** A layer's part of the sample: groups in turn, the kinds of a group in turn, each fault drawn evenly, none twice. */
function drawLayer(run: GoodRun, sources: readonly FaultSource[], count: number, rng: Random): Sample {
  const byGroup = new Map<Group, FaultSource[]>();
  for (const source of sources) byGroup.set(source.group, [...(byGroup.get(source.group) ?? []), source]);
  const groups = shuffled(
    [...byGroup.values()].map((kinds) => ({ kinds: shuffled(kinds, rng), next: 0 })),
    rng,
  );
  const faults: Fault[] = [];
  const known = new Set<string>();
  let failed = 0;
  let harmless = 0;
  for (let turn = 0; faults.length < count && failed < sources.length * TRIES; turn++) {
    const group = groups[turn % groups.length]!;
    const fault = group.kinds[group.next++ % group.kinds.length]!.draw(rng);
    const key = JSON.stringify(fault.change);
    if (known.has(key)) {
      failed++;
      continue;
    }
    known.add(key);
    if (isHarmless(run, fault)) harmless++;
    else faults.push(fault);
  }
  return { faults, harmless };
}

/** How many faults each of `layers` gets: as evenly as it goes; those first in the list get one more. */
function quotas(count: number, layers: readonly number[]): ReadonlyMap<number, number> {
  const [each, rest] = [Math.floor(count / layers.length), count % layers.length];
  return new Map(layers.map((layer, i) => [layer, each + (i < rest ? 1 : 0)]));
}

/**
 * The sample of `count` faults of a program: the layers share it evenly, and in each layer the groups (weights, biases, fields, copies and
 * loads, host constants) do. What a layer with few faults leaves goes to the others; fewer in all where the program has not as many.
 * Each layer has a stream of its own: same seed and program, same sample, and a larger one begins with the smaller.
 */
export function sampleFaults(run: GoodRun, count: number, seed: string): Sample {
  const { model, layers } = run.program.manifest;
  const sources = layers.map((_, layer) => sourcesOf(run, layer));
  const able = layers.flatMap((_, layer) => (sources[layer]!.length > 0 ? [layer] : []));
  const inTurn = shuffled(able, random(seed, model, 'faults'));
  const drawn = new Map<number, Sample>();
  const exhausted = new Set<number>();
  for (let left = count; left > 0 && exhausted.size < able.length; ) {
    const open = inTurn.filter((layer) => !exhausted.has(layer));
    for (const [layer, more] of quotas(left, open)) {
      const before = drawn.get(layer)?.faults.length ?? 0;
      const rng = random(seed, model, 'faults', layer);
      const sample = drawLayer(run, sources[layer]!, before + more, rng);
      drawn.set(layer, sample);
      if (sample.faults.length < before + more) exhausted.add(layer);
      left -= sample.faults.length - before;
    }
  }
  const samples = able.flatMap((layer) => drawn.get(layer) ?? []);
  return {
    faults: samples.flatMap(({ faults }) => faults),
    harmless: samples.reduce((n, { harmless }) => n + harmless, 0),
  };
}
