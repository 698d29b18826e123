import { CHECK_FORMAT, CHECK_VERSION } from '../../src/results/check-document.js';
import { FINDING_KINDS } from '../../src/results/finding.js';
import {
  count,
  cycles,
  exactly,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  type Schema,
  text,
} from './build.js';

/** What the sanitizer says of one mistake: src/results/finding.ts. */
export const finding = object({
  kind: oneOf(Object.keys(FINDING_KINDS)),
  what: text,
  fix: text,
  count,
  first: object({
    at: text,
    'job?': count,
    'instruction?': text,
    'registers?': mapOf(number),
    'tile?': text,
    bytes: listOf(
      object({ memory: oneOf(['L1', 'L2', 'WMEM']), address: count, bytes: count, 'owner?': text }),
    ),
    'writtenBy?': text,
    stack: listOf(text),
  }),
});

/** The schema of `CheckDocument`. */
export const CHECK_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim check, version 1',
  description: 'What exec --check found in a program that drives the accelerator.',
  ...object({
    format: exactly(CHECK_FORMAT),
    version: exactly(CHECK_VERSION),
    generator: text,
    file: text,
    'exitStatus?': integer,
    'cycles?': cycles,
    'jobs?': count,
    findings: listOf(finding),
  }),
};
