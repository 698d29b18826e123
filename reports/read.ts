import { check, type Format } from '../src/base/json-file.js';
import { parseJson } from '../src/base/json-text.js';
import { RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../src/results/document.js';
import { RESULT_SCHEMA } from './schema/result.js';

export { check, type Format, parseJson };

export const RESULT: Format = { format: RESULT_FORMAT, version: RESULT_VERSION, schema: RESULT_SCHEMA };

/**
 * Reads a result document, as `--json` and `merge` write it.
 *
 * @example
 * const result = readResult(text, 'result.json');
 */
export function readResult(text: string, name: string): ResultDocument {
  const value = parseJson(text, name);
  check(value, RESULT, name);
  return value as ResultDocument;
}
