import isDeepEqual from 'fast-deep-equal';
import { UserError } from '../../src/base/errors.js';
import { EXPLORATION_FORMAT, EXPLORATION_VERSION, type Exploration } from '../../src/results/exploration.js';
import { check, type Format, parseJson } from '../read.js';
import { EXPLORATION_SCHEMA } from '../schema/exploration.js';

const FORMAT: Format = {
  format: EXPLORATION_FORMAT,
  version: EXPLORATION_VERSION,
  schema: EXPLORATION_SCHEMA,
};

/** Whether a text holds an exploration: what `merge` asks before it reads. Throws a UserError for a text that is no JSON. */
export function isExploration(text: string, name: string): boolean {
  const value = parseJson(text, name);
  return (
    typeof value === 'object' && value !== null && 'format' in value && value.format === EXPLORATION_FORMAT
  );
}

/**
 * Reads an exploration, as `explore --format json` writes it. Throws a UserError of one line for anything else.
 *
 * @example
 * const found = readExploration(text, 'shard1.json');
 */
export function readExploration(text: string, name: string): Exploration {
  const value = parseJson(text, name);
  check(value, FORMAT, name);
  return value as Exploration;
}

const QUESTION = ['generator', 'models', 'target', 'base', 'objective', 'axes', 'total'] as const;

/**
 * Joins the shards of one exploration, points in their order: what one machine would have found. Throws a UserError for shards of different
 * explorations and for a point that is there twice.
 *
 * @example
 * const all = mergeExplorations([{ name: 'shard1.json', doc: first }, { name: 'shard2.json', doc: second }]);
 */
export function mergeExplorations(
  parts: readonly { readonly name: string; readonly doc: Exploration }[],
): Exploration {
  const first = parts[0];
  if (first === undefined) throw new UserError('nothing to merge: give at least one file.');
  const seen = new Map<number, string>();
  for (const { name, doc } of parts) {
    const other = QUESTION.find((key) => !isDeepEqual(doc[key], first.doc[key]));
    if (other !== undefined)
      throw new UserError(`${name}: ${other} is not that of ${first.name}; merge shards of one exploration.`);
    for (const { index } of doc.points) {
      const before = seen.get(index);
      if (before !== undefined)
        throw new UserError(`${name}: point ${index} is in ${before}, too; give each shard once.`);
      seen.set(index, name);
    }
  }
  return { ...first.doc, points: parts.flatMap(({ doc }) => doc.points).sort((a, b) => a.index - b.index) };
}
