import { dirname, extname, relative, resolve } from 'node:path';
import type { FailOn } from '../../reports/regression/comparison.js';
import type { Metric } from '../../reports/regression/threshold.js';
import { CONFIG_SCHEMA } from '../../reports/schema/config.js';
import { checkSchema } from '../base/json-file.js';
import { parseJson } from '../base/json-text.js';
import { readText } from './files.js';

/** A model with what its file needs to be read. */
export interface ConfiguredModel {
  /** A name, or a path relative to the working folder. */
  readonly model: string;
  readonly params?: string;
  readonly dimensions?: readonly string[];
  readonly 'input-range'?: string;
}

/** What a team repeats on every command line (reports/schema/config.schema.json). */
export interface TeamConfig {
  /** Where it was found. */
  readonly path: string;
  readonly models?: readonly ConfiguredModel[];
  readonly seed?: string;
  readonly target?: string;
  readonly fuse?: boolean;
  readonly 'l1-reuse'?: boolean;
  readonly pixels?: boolean;
  readonly 'cost-model'?: string;
  readonly hw?: string;
  readonly l1?: number;
  readonly wmem?: number;
  readonly l2?: number;
  readonly baselines?: string;
  readonly thresholds?: Readonly<Partial<Record<Metric | 'layer-cycles', string>>>;
  readonly 'fail-on'?: FailOn;
}

/** A word that stands for a file rather than for a built-in model. */
const isPath = (word: string): boolean => /[/\\]/.test(word) || extname(word) !== '';

/**
 * Reads a diana.config.json; its paths become relative to `workingFolder`, so that they read as if they had been given there.
 * Throws a UserError that begins with the path.
 */
export function readConfig(path: string, workingFolder: string): TeamConfig {
  const shown = relative(workingFolder, path);
  const value = parseJson(readText(path), shown, 'Mend it or take it away.');
  checkSchema(value, CONFIG_SCHEMA, 'configuration', shown);
  const { models, hw, baselines, ...rest } = value as Omit<TeamConfig, 'path' | 'models'> & {
    readonly models?: readonly (string | ConfiguredModel)[];
  };
  const here = (file: string): string => relative(workingFolder, resolve(dirname(path), file)) || '.';
  const configured = (entry: string | ConfiguredModel): ConfiguredModel => {
    const { model, params, ...options } = typeof entry === 'string' ? { model: entry } : entry;
    return {
      ...options,
      model: isPath(model) ? here(model) : model,
      ...(params === undefined ? {} : { params: here(params) }),
    };
  };
  return {
    ...rest,
    path,
    ...(models === undefined ? {} : { models: models.map(configured) }),
    ...(hw === undefined ? {} : { hw: here(hw) }),
    ...(baselines === undefined ? {} : { baselines: here(baselines) }),
  };
}
