import { REASONS } from '../../src/results/run.js';
import { METRICS } from '../regression/threshold.js';
import {
  count,
  cycles,
  each,
  exactly,
  listOf,
  object,
  oneOf,
  ref,
  type Schema,
  text,
  truth,
} from './build.js';

const change = object({
  metric: oneOf(METRICS),
  before: cycles,
  after: cycles,
  judgement: oneOf(['same', 'improved', 'tolerated', 'regressed']),
});
const reasonChange = object({ reason: oneOf(REASONS), before: cycles, after: cycles });

const layer = object({
  key: text,
  kind: oneOf(['changed', 'new', 'vanished', 'moved']),
  'detail?': text,
  outputChanged: truth,
  changes: listOf(ref('change')),
  reasons: listOf(ref('reasonChange')),
});

const model = object({
  model: text,
  status: oneOf(['same', 'improved', 'changed', 'regressed', 'new', 'vanished']),
  parameters: listOf(object({ name: text, before: text, after: text })),
  outputs: listOf(text),
  totals: listOf(ref('change')),
  reasons: listOf(ref('reasonChange')),
  layers: listOf(layer),
  unchangedLayers: count,
});

/** The schema of `ComparisonDocument`. */
export const COMPARISON_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim comparison, version 1',
  description: 'What compare found between baselines and current runs.',
  ...object({
    format: exactly('diana-sim-comparison'),
    version: exactly(1),
    generator: text,
    thresholds: object(each(METRICS, text)),
    models: listOf(model),
  }),
  $defs: { change, reasonChange },
};
