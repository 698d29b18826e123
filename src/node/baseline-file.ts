import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson, readResult } from '../../reports/read.js';
import {
  BASELINE_FORMAT,
  type Baseline,
  baselinesOfResult,
  readBaseline,
} from '../../reports/regression/baseline.js';
import { UserError } from '../base/errors.js';
import { RESULT_FORMAT } from '../results/document.js';
import { fileError, readText } from './files.js';

/**
 * The baseline in a file that `diana-sim baseline` wrote. Throws a UserError of one line for anything else.
 *
 * @example
 * const before = readBaselineFile('baselines/resnet8.json');
 */
export const readBaselineFile = (path: string): Baseline => readBaseline(readText(path), path);

/** Baselines of one file: a baseline, or the models of a result. */
function baselinesOfFile(path: string): Baseline[] {
  const text = readText(path);
  const value = parseJson(text, path);
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format === RESULT_FORMAT) return baselinesOfResult(readResult(text, path));
  if (format === BASELINE_FORMAT) return [readBaseline(text, path)];
  throw new UserError(
    `${path}: format is ${JSON.stringify(format) ?? 'missing'}; expected "${BASELINE_FORMAT}" or "${RESULT_FORMAT}".`,
  );
}

/**
 * Baselines of a file, or of every .json file of a folder: baselines as they are, results as the baselines of their models. Throws a
 * UserError of one line for anything else, and for a folder without such a file.
 *
 * @example
 * const before = readBaselines('reports/baselines');
 */
export function readBaselines(path: string): Baseline[] {
  let names: string[];
  try {
    if (!statSync(path).isDirectory()) return baselinesOfFile(path);
    names = readdirSync(path).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileError('read', path, error);
  }
  if (names.length === 0)
    throw new UserError(`${path} holds no .json file; record baselines with \`diana-sim baseline\`.`);
  return names.sort().flatMap((name) => baselinesOfFile(join(path, name)));
}
