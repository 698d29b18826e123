import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import type { Model } from '../ir/expr.js';

/** A model that the command line names, not built yet. */
export interface NamedModel {
  readonly name: string;
  readonly build: () => Promise<Model>;
}

const looksLikeFile = (text: string): boolean =>
  extname(text) !== '' || text.includes('/') || existsSync(text);

/**
 * The models that the words of a command line stand for, in order: built-in names, suites, or files (by their ending).
 * Throws a UserError with the nearest names for an unknown one.
 */
export async function namedModels(
  words: readonly string[],
  options: { readonly seed: string; readonly params?: string | undefined },
): Promise<NamedModel[]> {
  const { expandModels } = await import('../models/registry.js');
  const models = words.flatMap((word): NamedModel[] =>
    looksLikeFile(word)
      ? [{ name: word, build: () => loadFile(word, options.params) }]
      : expandModels([word]).map((m) => ({ name: m.name, build: async () => m.build(options.seed) })),
  );
  return models.filter((m, i) => models.findIndex((other) => other.name === m.name) === i);
}

async function loadFile(path: string, params: string | undefined): Promise<Model> {
  const { loadModelFile } = await import('../frontends/index.js');
  return loadModelFile(path, params === undefined ? {} : { params });
}

/** The one model that a word stands for. Throws a UserError when it stands for several. */
export async function oneModel(
  word: string,
  options: { readonly seed: string; readonly params?: string | undefined },
): Promise<Model> {
  const models = await namedModels([word], options);
  const { UserError } = await import('../../base/errors.js');
  if (models.length !== 1)
    throw new UserError(`${word} stands for ${models.length} models; name one of them.`);
  return models[0]!.build();
}
