import { UserError } from '../base/errors.js';
import type { LoadedModel, LoadOptions } from '../frontends/load.js';
import type { Model } from '../ir/expr.js';
import { isFileArgument } from './file-argument.js';
import { asMapped } from './mapped-model.js';
import { loadOptionsOf, type ModelArguments } from './model-options.js';
import type { CompileArguments } from './options.js';
import { configuredModel, teamConfig } from './team-config.js';
import { printImportWarnings } from './warnings.js';

/** For what a file is read, where not to be run as it is. */
type Reading = Pick<LoadOptions, 'dequantize' | 'standInConstants'>;

/** What the command line says about models: how they are read, and where `--map` puts their layers. */
type Given = ModelArguments & Partial<CompileArguments>;

/** A model that the command line names, not built yet. */
export interface NamedModel {
  readonly name: string;
  readonly build: () => Promise<Model>;
}

/**
 * The models that the words of a command line stand for, in order: built-in names, suites, or files (`isFileArgument`).
 * Throws a UserError with the nearest names for an unknown one.
 */
export async function namedModels(
  words: readonly string[],
  options: Given,
  more: Reading = {},
): Promise<NamedModel[]> {
  const { expandModels, isModelName } = await import('../models/registry.js');
  // Where a layer can go depends on its weights.
  const reading = options.map === undefined ? more : { ...more, standInConstants: false };
  const models = words.flatMap((word): NamedModel[] =>
    isFileArgument(word, isModelName)
      ? [{ name: word, build: async () => asMapped(await loadFile(word, options, reading), options) }]
      : expandModels([word]).map((m) => ({
          name: m.name,
          build: async () => asMapped(m.build(options.seed), options),
        })),
  );
  return models.filter((m, i) => models.findIndex((other) => other.name === m.name) === i);
}

/** A model file, with the importer's warnings on stderr. */
export async function loadFile(
  path: string,
  args: Omit<ModelArguments, 'seed'>,
  more: Reading = {},
): Promise<LoadedModel> {
  const { loadModelFile } = await import('../node/model-file.js');
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const model = loadModelFile(path, { ...loadOptionsOf({ ...configuredModel(path), ...given }), ...more });
  printImportWarnings(path, model.warnings);
  return model;
}

/** The words that name models: those given, else those of the configuration. Throws a UserError where there are none. */
export function modelWords(given: readonly string[] | undefined): readonly string[] {
  if (given !== undefined && given.length > 0) return given;
  const words = teamConfig()?.models?.map(({ model }) => model) ?? [];
  if (words.length === 0)
    throw new UserError(
      'Name a model (`diana-sim models` lists them), a suite or a file, or "models" in a diana.config.json.',
    );
  return words;
}

/** The one model that a word stands for. Throws a UserError when it stands for several. */
export async function oneModel(word: string, options: Given, more: Reading = {}): Promise<Model> {
  const models = await namedModels([word], options, more);
  if (models.length !== 1)
    throw new UserError(`${word} stands for ${models.length} models; name one of them.`);
  return models[0]!.build();
}
