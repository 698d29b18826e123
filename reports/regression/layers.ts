import type { Reason } from '../../src/results/run.js';
import { coreBytes, jobCount, REASON_ORDER } from '../metrics.js';
import type { Baseline, BaselineLayer, Costs } from './baseline.js';
import type { Change, LayerComparison, ReasonChange } from './comparison.js';
import { ANY_INCREASE, allowed, type Metric, type Thresholds } from './threshold.js';

/** One figure against its threshold. */
export function judge(metric: Metric, before: number, after: number, thresholds: Thresholds): Change {
  const within = after <= allowed(before, thresholds[metric]);
  const judgement =
    after === before ? 'same' : after < before ? 'improved' : within ? 'tolerated' : 'regressed';
  return { metric, before, after, judgement };
}

/** The figures that layers and totals both have. */
const COST_METRICS: readonly (readonly [Metric, (costs: Costs) => number])[] = [
  ['cycles', (c) => c.totalCycles],
  ['macs', (c) => c.issuedMacs],
  ['jobs', jobCount],
  ['bytes', (c) => coreBytes(c.bytes)],
];

export const costChanges = (before: Costs, after: Costs, thresholds: Thresholds): Change[] =>
  COST_METRICS.map(([metric, pick]) => judge(metric, pick(before), pick(after), thresholds));

export const reasonChanges = (before: Costs, after: Costs): ReasonChange[] =>
  REASON_ORDER.filter((reason) => before.cycles[reason] !== after.cycles[reason]).map((reason) => ({
    reason,
    before: before.cycles[reason],
    after: after.cycles[reason],
  }));

const NOTHING: Costs = {
  cycles: Object.fromEntries(REASON_ORDER.map((reason) => [reason, 0])) as Record<Reason, number>,
  totalCycles: 0,
  tiles: 0,
  jobs: { copies: 0, compute: 0 },
  usefulMacs: 0,
  issuedMacs: 0,
  bytes: { l2ToL1: 0, l1ToL2: 0, weights: 0, instructions: 0, hostRead: 0, hostWritten: 0 },
};

/** A layer on one side only; its figures are for information, the totals judge them. */
function lonelyLayer(layer: BaselineLayer, kind: 'new' | 'vanished'): LayerComparison {
  const [before, after] = kind === 'new' ? [NOTHING, layer] : [layer, NOTHING];
  const changes = costChanges(before, after, ANY_INCREASE)
    .filter(({ judgement }) => judgement !== 'same')
    .map((change) => ({ ...change, judgement: 'tolerated' as const }));
  return { key: layer.key, kind, outputChanged: false, changes, reasons: reasonChanges(before, after) };
}

function compareLayer(
  before: BaselineLayer,
  after: BaselineLayer,
  thresholds: Thresholds,
): LayerComparison | undefined {
  const changes = costChanges(before, after, thresholds).filter(({ judgement }) => judgement !== 'same');
  const reasons = reasonChanges(before, after);
  const moved = before.target !== after.target;
  const outputChanged =
    before.checksum !== undefined && after.checksum !== undefined && before.checksum !== after.checksum;
  if (changes.length === 0 && reasons.length === 0 && !moved && !outputChanged) return undefined;
  return {
    key: after.key,
    kind: moved ? 'moved' : 'changed',
    ...(moved && { detail: `${before.target} to ${after.target}` }),
    outputChanged,
    changes,
    reasons,
  };
}

/** Layers that are not as they were, in the order of the current run; vanished ones last. */
export function compareLayers(before: Baseline, after: Baseline, thresholds: Thresholds): LayerComparison[] {
  const old = new Map(before.layers.map((layer) => [layer.key, layer]));
  const found = after.layers.flatMap((layer) => {
    const was = old.get(layer.key);
    old.delete(layer.key);
    return was === undefined ? lonelyLayer(layer, 'new') : (compareLayer(was, layer, thresholds) ?? []);
  });
  return [...found, ...[...old.values()].map((layer) => lonelyLayer(layer, 'vanished'))];
}
