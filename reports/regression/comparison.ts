import type { Reason } from '../../src/results/run.js';
import type { ParameterChange } from '../parameters.js';
import type { Metric } from './threshold.js';

export const COMPARISON_FORMAT = 'diana-sim-comparison';
export const COMPARISON_VERSION = 1;

/** `tolerated`: worse, but within the threshold. */
export type Judgement = 'same' | 'improved' | 'tolerated' | 'regressed';

/** A figure before and after. */
export interface Change {
  readonly metric: Metric;
  readonly before: number;
  readonly after: number;
  readonly judgement: Judgement;
}

/** Cycles of one reason before and after; only those that moved. */
export interface ReasonChange {
  readonly reason: Reason;
  readonly before: number;
  readonly after: number;
}

/** A layer that is not as it was. */
export interface LayerComparison {
  readonly key: string;
  readonly kind: 'changed' | 'new' | 'vanished' | 'moved';
  /** "digital to host" for a layer that moved. */
  readonly detail?: string;
  readonly outputChanged: boolean;
  readonly changes: readonly Change[];
  readonly reasons: readonly ReasonChange[];
}

export interface ModelComparison {
  readonly model: string;
  readonly status: 'same' | 'improved' | 'changed' | 'regressed' | 'new' | 'vanished';
  /** Values that differ although the set has the same name, or because the user allowed another set. */
  readonly parameters: readonly ParameterChange[];
  /** Names of the output tensors whose checksums differ. */
  readonly outputs: readonly string[];
  /** Totals and peak memories, unchanged ones included. */
  readonly totals: readonly Change[];
  readonly reasons: readonly ReasonChange[];
  readonly layers: readonly LayerComparison[];
  readonly unchangedLayers: number;
}

export interface ComparisonDocument {
  readonly format: typeof COMPARISON_FORMAT;
  readonly version: typeof COMPARISON_VERSION;
  readonly generator: string;
  /** As the user wrote them. */
  readonly thresholds: Readonly<Record<Metric, string>>;
  readonly models: readonly ModelComparison[];
}

/** Layers that are new or gone are changes; their cost shows in the totals. */
export function statusOf(model: Omit<ModelComparison, 'status'>): ModelComparison['status'] {
  const changes = [...model.totals, ...model.layers.flatMap((layer) => layer.changes)];
  const has = (judgement: Judgement): boolean => changes.some((change) => change.judgement === judgement);
  if (model.outputs.length > 0 || model.layers.some((layer) => layer.outputChanged) || has('regressed'))
    return 'regressed';
  const other =
    has('tolerated') || model.parameters.length > 0 || model.layers.some((l) => l.kind !== 'changed');
  if (other || (model.layers.length > 0 && !has('improved'))) return 'changed';
  return has('improved') ? 'improved' : 'same';
}

/** What a user may let fail beside regressions. */
export const FAIL_ON = ['regressed', 'improved', 'changed'] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * Models for which the check fails: regressions and models that vanished always; with `improved` also better figures, so that
 * the baseline gets them; with `changed` every difference.
 *
 * @example
 * if (failures(comparison, 'regressed').length > 0) throw new Error('slower');
 */
export function failures(doc: ComparisonDocument, failOn: FailOn): readonly ModelComparison[] {
  const improves = (model: ModelComparison): boolean =>
    [...model.totals, ...model.layers.flatMap((layer) => layer.changes)].some(
      (c) => c.judgement === 'improved',
    );
  return doc.models.filter((model) => {
    if (model.status === 'regressed' || model.status === 'vanished') return true;
    if (failOn === 'changed') return model.status !== 'same';
    return failOn === 'improved' && improves(model);
  });
}
