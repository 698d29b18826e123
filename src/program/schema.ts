import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { DTYPES } from '../base/dtype.js';
import {
  closed,
  count,
  each,
  exactly,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  type Schema,
  sha256,
  text,
} from '../base/json-schema.js';
import { IMAGE_FILE } from './files.js';
import { PROGRAM_FORMAT, PROGRAM_VERSION } from './types.js';

const shape = listOf({ type: 'integer', minimum: 1 });
const dtype = oneOf(DTYPES);
const range = object({ lo: count, hi: count });
const word: Schema = { type: 'integer', minimum: 0, maximum: 0xffff_ffff };
const pair: Schema = { type: 'array', items: word, minItems: 2, maxItems: 2 };
const numbersLike = (group: object): Schema => object(each(Object.keys(group), number));

const hardware = object({
  name: text,
  chip: numbersLike(DEFAULT_PARAMETERS.chip),
  cycles: numbersLike(DEFAULT_PARAMETERS.cycles),
  host: numbersLike(DEFAULT_PARAMETERS.host),
  'analog?': numbersLike(DEFAULT_ANALOG),
  'array?': numbersLike(DEFAULT_ARRAY),
});

const image = object({ file: exactly(IMAGE_FILE), address: word, bytes: count, sha256 });

const flag: Schema = { enum: [0, 1] };

const buffer = object({
  id: count,
  name: text,
  role: oneOf(['input', 'output', 'activation', 'constant', 'weights', 'instructions', 'configuration']),
  memory: oneOf(['L2', 'L1']),
  address: word,
  bytes: count,
  shape,
  dtype,
  layout: oneOf(['dense', 'core', 'analog']),
  'order?': object({ wordsReversed: flag, blocksTogether: flag }),
  'tensor?': text,
  firstStep: count,
  lastStep: count,
});

const layer = object({
  id: count,
  name: text,
  'layer?': text,
  operators: listOf(text),
  target: oneOf(['digital', 'analog', 'host']),
  inputs: listOf(shape),
  output: shape,
  outputDtype: dtype,
  detail: text,
  'pixels?': { type: 'boolean', enum: [true] },
  usefulMacs: count,
  tiles: listOf(object({ k: range, y: range, x: range })),
  'tensor?': text,
});

const job = object({
  kind: exactly('job'),
  'core?': exactly('analog'),
  layer: count,
  tile: count,
  stores: listOf(pair),
  writes: { ...listOf(pair), minItems: 1 },
  note: text,
  completes: listOf(count),
});

const tile = object({ kind: exactly('tile'), layer: count, tile: count });

// One object for both kinds of operand: a union of two closed objects gives messages that help nobody. check.ts has the rest.
const operand = object({ 'buffer?': count, 'result?': count, 'field?': count });

const attr: Schema = {
  anyOf: [{ type: ['number', 'string', 'boolean', 'null'] }, listOf(number), listOf(listOf(number))],
};

const host = object({
  kind: exactly('host'),
  layer: count,
  ops: listOf(
    object({
      op: text,
      attrs: mapOf(attr),
      args: listOf(operand),
      results: { ...listOf(object({ shape, dtype })), minItems: 1 },
    }),
  ),
  stores: listOf(object({ from: operand, buffer: count })),
  completes: listOf(count),
});

/** Of the three kinds of step, the schema that `kind` names. */
const step: Schema = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [job, tile, host],
};

const warning = object({
  operator: text,
  'layer?': text,
  'tensor?': text,
  attribute: text,
  value: text,
  supported: text,
});

/** JSON Schema of program.json. What needs more than one place of the file (references, addresses) check.ts checks. */
export const PROGRAM_SCHEMA: Schema = closed({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: `diana-sim program, version ${PROGRAM_VERSION}`,
  ...object({
    format: exactly(PROGRAM_FORMAT),
    version: exactly(PROGRAM_VERSION),
    digest: sha256,
    generator: text,
    model: text,
    target: text,
    hardware,
    image,
    buffers: listOf(buffer),
    layers: listOf(layer),
    steps: listOf(step),
    warnings: listOf(warning),
    memory: object(each(['l2', 'l2Constants', 'l1', 'weightMemory'], count)),
  }),
});
