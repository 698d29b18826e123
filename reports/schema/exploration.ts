import { EXPLORATION_FORMAT, EXPLORATION_VERSION, OBJECTIVES } from '../../src/results/exploration.js';
import { count, cycles, exactly, listOf, number, object, oneOf, type Schema, text } from './build.js';

const value: Schema = { type: ['number', 'string'] };

const model = object({
  model: text,
  cycles,
  milliseconds: number,
  microjoules: number,
  l1: count,
  layers: listOf(object({ label: text, where: oneOf(['digital', 'analog', 'host']), cycles })),
});

/** The schema of `Exploration`. */
export const EXPLORATION_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'diana-sim exploration, version 1',
  description: 'What explore found. Cycles and energy are estimates, never measurements.',
  ...object({
    format: exactly(EXPLORATION_FORMAT),
    version: exactly(EXPLORATION_VERSION),
    generator: text,
    models: listOf(text),
    target: text,
    base: text,
    objective: oneOf(OBJECTIVES),
    axes: listOf(object({ name: text, parameter: text, values: listOf(value) })),
    total: count,
    points: listOf(
      object({
        index: count,
        values: listOf(value),
        l1Bytes: count,
        'lanes?': count,
        models: listOf(model),
        cycles,
        milliseconds: number,
        microjoules: number,
        'error?': text,
      }),
    ),
  }),
};
