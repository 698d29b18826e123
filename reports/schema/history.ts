import { HISTORY_FORMAT, HISTORY_VERSION } from '../../src/results/history.js';
import {
  count,
  cycles,
  described,
  exactly,
  mapOf,
  number,
  object,
  ref,
  type Schema,
  sha256,
  text,
} from './build.js';
import { PARTS } from './parts.js';

/** The schema of `HistoryEntry`. */
export const HISTORY_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim history, version 1: one line',
  description:
    'What one network cost at one commit; a history is a file of such lines. Cycles and energy are estimates, never measurements.',
  ...object({
    format: exactly(HISTORY_FORMAT),
    version: exactly(HISTORY_VERSION),
    generator: text,
    commit: text,
    'subject?': described(text, "The commit's first line."),
    model: text,
    target: text,
    seed: described(text, 'Seed of the inputs and of the random parameters.'),
    parameterSet: text,
    parameters: described(mapOf(number), 'Every parameter of the set, by group and name.'),
    outputs: described(mapOf(sha256), 'sha256 of the dense bytes of each output tensor, by name.'),
    totalCycles: cycles,
    cycles: ref('cyclesByReason'),
    usefulMacs: count,
    microjoules: number,
    memory: ref('memory'),
    warnings: count,
    'strength?': described(
      object({ planted: count, missed: count }),
      'Faults that verify --strength planted, and those that the test misses.',
    ),
    layers: described(mapOf(cycles), 'Cycles of each layer, by name.'),
  }),
  $defs: { cyclesByReason: PARTS.cyclesByReason!, memory: PARTS.memory! },
};
