import isDeepEqual from 'fast-deep-equal';
import { UserError } from '../src/base/errors.js';
import type { ModelResult, ResultDocument } from '../src/results/document.js';
import { type Strength, shareNoticed } from '../src/results/strength.js';
import type { Verdict } from '../src/results/verdict.js';

/** A document and the name that messages call it. */
export interface Named {
  readonly name: string;
  readonly doc: ResultDocument;
}

const identity = ({ run }: ModelResult): string => JSON.stringify([run.model, run.target, run.hardware.name]);
const verdictIdentity = (verdict: Verdict): string =>
  JSON.stringify([verdict.seed, verdict.run, verdict.backend]);

/** Runs together notice what one of them does: the stronger part is what is known of all. */
function stronger(a: Strength | undefined, b: Strength | undefined): Strength | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return shareNoticed(b) > shareNoticed(a) ? b : a;
}

function joinModel(first: ModelResult, second: ModelResult, name: string): ModelResult {
  const { model } = first.run;
  if (!isDeepEqual(first.run, second.run))
    throw new UserError(
      `${name}: ${model} ran differently in an earlier file; merge shards of one command only.`,
    );
  const seen = new Set(first.verdicts.map(verdictIdentity));
  const twice = second.verdicts.find((verdict) => seen.has(verdictIdentity(verdict)));
  if (twice !== undefined || second.verdicts.length === 0)
    throw new UserError(
      `${name}: ${model}${twice === undefined ? '' : ` run ${twice.run}`} is in an earlier file, too; give each shard once.`,
    );
  const verdicts = [...first.verdicts, ...second.verdicts].sort((a, b) => a.run - b.run);
  const soc = [...(first.soc ?? []), ...(second.soc ?? [])].sort((a, b) => a.run - b.run);
  const strength = stronger(first.strength, second.strength);
  const { findings, advice } = first;
  return {
    run: first.run,
    verdicts,
    ...(soc.length === 0 ? {} : { soc }),
    ...(strength === undefined ? {} : { strength }),
    ...(findings === undefined ? {} : { findings }),
    ...(advice === undefined ? {} : { advice }),
  };
}

/** The results in the order of the whole work: `shardOf` deals them out in turn. */
function dealt(parts: readonly Named[]): { readonly name: string; readonly result: ModelResult }[] {
  const longest = Math.max(...parts.map(({ doc }) => doc.models.length));
  return Array.from({ length: longest }, (_, i) =>
    parts.flatMap(({ name, doc }) => {
      const result = doc.models[i];
      return result === undefined ? [] : [{ name, result }];
    }),
  ).flat();
}

/**
 * Joins the results of shards into one document: models in the order of the whole work where the
 * shards come in order, the verdicts of a model
 * that several shards verified by number of the run. Throws a UserError for documents of different commands or versions, and
 * for a model that is there twice.
 *
 * @example
 * const all = mergeResults([{ name: 'shard 1', doc: first }, { name: 'shard 2', doc: second }]);
 */
export function mergeResults(parts: readonly Named[]): ResultDocument {
  const first = parts[0];
  if (first === undefined) throw new UserError('nothing to merge: give at least one result file.');
  const models = new Map<string, ModelResult>();
  for (const { name, doc } of parts) {
    for (const what of ['command', 'generator'] as const)
      if (doc[what] !== first.doc[what])
        throw new UserError(
          `${name}: ${what} is "${doc[what]}", but "${first.doc[what]}" in ${first.name}; merge shards of one command only.`,
        );
  }
  for (const { name, result } of dealt(parts)) {
    const known = models.get(identity(result));
    models.set(identity(result), known === undefined ? result : joinModel(known, result, name));
  }
  return { ...first.doc, models: [...models.values()] };
}
