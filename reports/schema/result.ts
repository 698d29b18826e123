import { RESULT_FORMAT, RESULT_VERSION } from '../../src/results/document.js';
import { CAUSE_KINDS } from '../../src/results/explanation.js';
import { MAP_CHOICES } from '../../src/results/mapping.js';
import { REASONS } from '../../src/results/run.js';
import { OPTIMIZATIONS } from '../../src/results/soc.js';
import { advice } from './advice.js';
import {
  count,
  cycles,
  described,
  exactly,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  ref,
  type Schema,
  sha256,
  text,
  truth,
} from './build.js';
import { finding } from './finding.js';
import { PARTS } from './parts.js';

const range = object({ lo: count, hi: count });

/** What src/results/rates.ts derives from MACs, cycles and the clock. */
const rates = { macPerCycle: number, utilization: number, milliseconds: number } as const;

const otherModels = described(
  mapOf(ref('cyclesByReason')),
  'The same jobs under the public cost models that the run did not use, by name.',
);

const layer = object({
  id: count,
  name: text,
  'layer?': text,
  operators: listOf(text),
  target: ref('where'),
  inputs: listOf(ref('shape')),
  output: ref('shape'),
  outputDtype: ref('dtype'),
  detail: text,
  'tensor?': text,
  tiles: count,
  'tiling?': listOf(object({ k: range, y: range, x: range })),
  jobs: ref('jobs'),
  usefulMacs: count,
  issuedMacs: count,
  cycles: ref('cyclesByReason'),
  totalCycles: cycles,
  'otherModels?': otherModels,
  'energy?': ref('energy'),
  ...rates,
  bytes: ref('bytesMoved'),
  overflows: count,
  'checksum?': sha256,
});

const totals = object({
  cycles: ref('cyclesByReason'),
  totalCycles: cycles,
  'otherModels?': otherModels,
  'energy?': ref('energy'),
  ...rates,
  jobs: ref('jobs'),
  tiles: count,
  usefulMacs: count,
  issuedMacs: count,
  bytes: ref('bytesMoved'),
  overflows: count,
});

const slice = object({
  start: cycles,
  cycles,
  reason: oneOf(REASONS),
  layer: count,
  'tile?': count,
  step: count,
  label: text,
  'fields?': mapOf(integer),
});

const buffer = object({
  name: text,
  memory: oneOf(['L2', 'L1']),
  role: text,
  address: count,
  bytes: count,
  from: cycles,
  to: cycles,
});

const warning = object({
  operator: text,
  'layer?': text,
  'tensor?': text,
  attribute: text,
  value: text,
  supported: text,
});

const run = object({
  model: text,
  target: text,
  hardware: ref('hardware'),
  layers: listOf(layer),
  totals,
  memory: ref('memory'),
  warnings: listOf(warning),
  outputs: described(mapOf(sha256), 'sha256 of the dense bytes of each output tensor, by name.'),
  timeline: listOf(slice),
  buffers: listOf(buffer),
  'notes?': listOf(text),
});

const difference = object({
  coordinates: listOf(count),
  // JSON has no NaN: it is written as null.
  expected: { type: ['number', 'null'] },
  actual: { type: ['number', 'null'] },
  'step?': count,
  'layer?': text,
  'tile?': count,
  'writer?': text,
});

const comparison = object({
  tensor: text,
  'layer?': text,
  operator: text,
  where: ref('where'),
  shape: ref('shape'),
  dtype: ref('dtype'),
  elements: count,
  differing: count,
  'first?': difference,
  saturated: count,
  zero: count,
  'tolerance?': text,
  'tfjsDistance?': number,
  'wrapped?': count,
});

const cause = object({
  kind: oneOf(CAUSE_KINDS),
  claim: text,
  evidence: text,
  'proof?': described(
    text,
    'What was changed back after which the layer is exact; only then is it the cause.',
  ),
});

const picture = object({
  cellRows: count,
  cellColumns: count,
  channels: listOf(object({ channel: count, cells: listOf(text) })),
  channelsLeftOut: count,
  tileRows: listOf(count),
  tileColumns: listOf(count),
});

const explanation = object({
  differing: listOf(text),
  atFault: listOf(
    object({
      layer: text,
      tensor: text,
      operator: text,
      shape: ref('shape'),
      differing: count,
      elements: count,
      'refused?': text,
      causes: listOf(cause),
      'picture?': picture,
    }),
  ),
  following: listOf(text),
});

const verdict = object({
  model: text,
  backend: text,
  seed: text,
  run: count,
  tensors: listOf(comparison),
  notHeld: count,
  ok: truth,
  'explanation?': explanation,
});

const socRun = object({
  run: count,
  compiler: text,
  optimization: oneOf(OPTIMIZATIONS),
  ok: truth,
  'difference?': text,
  outputs: count,
  'tolerance?': text,
  jobs: count,
  programCycles: cycles,
  programInstructions: count,
  network: object({ cycles, core: cycles, drivers: cycles, kernels: cycles }),
  layers: listOf(object({ name: text, cycles, core: cycles })),
});

const outcomes = { planted: count, noticed: count, refused: count };

const strength = described(
  object({
    seed: text,
    runs: count,
    ...outcomes,
    harmless: count,
    'required?': number,
    layers: listOf(
      object({
        id: count,
        name: text,
        ...outcomes,
        kinds: listOf(object({ kind: text, ...outcomes })),
        unseen: listOf(object({ kind: text, count, of: count, why: text })),
      }),
    ),
  }),
  'Single faults planted in what the chip reads, and how many of them the comparison notices.',
);

const cost = { cycles, microjoules: number } as const;
const core = oneOf(['digital', 'analog']);

const mapping = described(
  object({
    asked: oneOf(MAP_CHOICES),
    search: text,
    layers: listOf(
      object({
        layer: text,
        core,
        written: core,
        cost: object(cost),
        'digital?': object(cost),
        'analog?': object(cost),
        'values?': oneOf(['same', 'differ']),
        'fixed?': text,
      }),
    ),
    transforms: object({ ...cost, count, betweenCores: count }),
    rest: object(cost),
    total: object(cost),
    'asWritten?': object(cost),
    'allDigital?': object(cost),
    'allAnalog?': object(cost),
  }),
  'Where the layers of the network were put, and what that costs beside the other ways.',
);

/** The schema of `ResultDocument`. */
export const RESULT_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim result, version 1',
  description: 'What simulate and verify found. Cycles are estimates of the cycle model, never measurements.',
  ...object({
    format: exactly(RESULT_FORMAT),
    version: exactly(RESULT_VERSION),
    generator: text,
    command: oneOf(['verify', 'simulate']),
    models: listOf(
      object({
        run,
        verdicts: listOf(verdict),
        'soc?': listOf(socRun),
        'strength?': strength,
        'mapping?': mapping,
        'findings?': listOf(finding),
        'advice?': advice,
      }),
    ),
  }),
  $defs: PARTS,
};
