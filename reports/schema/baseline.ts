import {
  count,
  cycles,
  described,
  exactly,
  listOf,
  mapOf,
  object,
  ref,
  type Schema,
  sha256,
  text,
} from './build.js';
import { PARTS } from './parts.js';

const COSTS = {
  cycles: ref('cyclesByReason'),
  totalCycles: cycles,
  tiles: count,
  jobs: ref('jobs'),
  usefulMacs: count,
  issuedMacs: count,
  bytes: ref('bytesMoved'),
};

/** The schema of `Baseline`. */
export const BASELINE_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim baseline, version 1',
  description:
    'What must not change for one model. Cycles are estimates of the cycle model, never measurements.',
  ...object({
    format: exactly('diana-sim-baseline'),
    version: exactly(1),
    generator: text,
    model: text,
    'source?': described(text, 'What the user named the model by, where that is not its name.'),
    target: text,
    seed: described(text, 'Seed of the inputs and of the random parameters.'),
    hardware: ref('hardware'),
    outputs: described(mapOf(sha256), 'sha256 of the dense bytes of each output tensor, by name.'),
    totals: object({ ...COSTS, 'energy?': ref('energy') }),
    memory: ref('memory'),
    warnings: count,
    layers: listOf(object({ key: text, target: ref('where'), 'checksum?': sha256, ...COSTS })),
    'strength?': described(
      object({ planted: count, missed: count }),
      'Faults that verify --strength planted, and those that the test misses.',
    ),
  }),
  $defs: PARTS,
};
