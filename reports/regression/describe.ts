import { REASON_TEXT } from '../metrics.js';
import { count, plural } from '../numbers.js';
import type {
  Change,
  ComparisonDocument,
  LayerComparison,
  ModelComparison,
  ReasonChange,
} from './comparison.js';

/** "+1,240", "-12", "0". */
export const signed = (n: number): string => (n > 0 ? `+${count(n)}` : n < 0 ? `-${count(-n)}` : '0');

/** "+2.4 %"; "new" from nothing; "<+0.1 %" for what would round to nothing. */
export function relative(before: number, after: number): string {
  if (before === after) return '0 %';
  if (before === 0) return 'new';
  const value = (100 * (after - before)) / before;
  const sign = value > 0 ? '+' : '-';
  const size = Math.abs(value);
  return size < 0.05 ? `<${sign}0.1 %` : `${sign}${size.toFixed(1)} %`;
}

/** "copy in +40, copy out +20". */
export const describeReasons = (reasons: readonly ReasonChange[]): string =>
  reasons
    .map(({ reason, before, after }) => `${REASON_TEXT[reason].label} ${signed(after - before)}`)
    .join(', ');

/** What happened to a layer beside its figures: "output changed", "new", "digital to host". */
export function describeLayer(layer: LayerComparison): string {
  const kind = layer.kind === 'changed' ? undefined : (layer.detail ?? layer.kind);
  return [kind, layer.outputChanged ? 'output changed' : undefined].filter((t) => t !== undefined).join(', ');
}

/** Figures of a layer other than its cycles: "jobs 3 -> 4, bytes 1,024 -> 2,048". */
export const describeOtherChanges = (layer: LayerComparison): string =>
  layer.changes
    .filter(({ metric }) => metric !== 'cycles')
    .map(({ metric, before, after }) => `${metric} ${count(before)} -> ${count(after)}`)
    .join(', ');

export const cyclesOf = (layer: LayerComparison): Change | undefined =>
  layer.changes.find(({ metric }) => metric === 'cycles');

/** "within +2%", "limit +2%: regressed", "". */
export function describeJudgement(change: Change, doc: ComparisonDocument): string {
  if (change.judgement === 'regressed') return `REGRESSED (limit ${doc.thresholds[change.metric]})`;
  if (change.judgement === 'tolerated') return `within ${doc.thresholds[change.metric]}`;
  return change.judgement === 'improved' ? 'improved' : '';
}

/** "output" where there is one, else "outputs a, b". */
export const describeOutputs = (names: readonly string[]): string =>
  `${names.length === 1 ? 'output' : 'outputs'} ${names.join(', ')} changed`;

/** "2 models regressed, 3 the same". */
export function describeStatuses(models: readonly ModelComparison[]): string {
  const words = {
    regressed: 'regressed',
    vanished: 'missing in the current results',
    changed: 'changed',
    improved: 'improved',
    new: 'new (without a baseline)',
    same: 'the same',
  } as const;
  const parts = Object.entries(words).flatMap(([status, word]) => {
    const number = models.filter((model) => model.status === status).length;
    return number === 0 ? [] : [`${count(number)} ${word}`];
  });
  return `${plural(models.length, 'model')}: ${parts.join(', ')}`;
}
