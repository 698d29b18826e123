import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { UserError } from '../base/errors.js';
import { RESULT_FORMAT, RESULT_VERSION, type ResultDocument } from '../results/document.js';
import type { Schema } from './schema/build.js';
import { RESULT_SCHEMA } from './schema/result.js';

/** A file format that this program writes and reads. */
export interface Format {
  readonly format: string;
  readonly version: number;
  readonly schema: Schema;
}

export const RESULT: Format = { format: RESULT_FORMAT, version: RESULT_VERSION, schema: RESULT_SCHEMA };

const ajv = new Ajv2020({ allowUnionTypes: true });
const validators = new Map<string, ValidateFunction>();

function validator({ format, schema }: Format): ValidateFunction {
  const known = validators.get(format) ?? ajv.compile(schema);
  validators.set(format, known);
  return known;
}

/** Parses JSON; the error names the file and says whether it looks cut off. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') throw new UserError(`${name} is empty; expected JSON.`);
    const cutOff = /^\s*[{[]/.test(text) && !/[}\]]\s*$/.test(text);
    const reason = cutOff
      ? 'it ends in the middle (truncated?)'
      : (error as Error).message.replaceAll(/\s+/g, ' ');
    throw new UserError(
      `${name} is not valid JSON: ${reason}. Write it again with the command that made it.`,
    );
  }
}

/** "models/0/run/layers/3/tiles must be integer". */
function describe(errors: readonly ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (error === undefined) return 'unknown violation';
  const allowed = error.params.allowedValues ?? error.params.allowedValue;
  const detail = allowed === undefined ? '' : ` (${[allowed].flat().join(', ')})`;
  return `${error.instancePath.slice(1) || 'the document'} ${error.message ?? 'is wrong'}${detail}`;
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'missing';

/**
 * The document of `value`, checked against the format's schema. `name` is what messages call it (its path). Throws a
 * UserError of one line for another format, a newer version, or a violation of the schema.
 */
export function check(value: unknown, { format, version, schema }: Format, name: string): void {
  const head = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (head.format !== format)
    throw new UserError(`${name}: format is ${show(head.format)}; expected "${format}".`);
  if (typeof head.version === 'number' && head.version > version)
    throw new UserError(
      `${name}: version is ${head.version} of ${format}; this diana-sim reads up to ${version}. Update diana-sim.`,
    );
  const validate = validator({ format, version, schema });
  if (!validate(value)) throw new UserError(`${name}: not a valid ${format}: ${describe(validate.errors)}.`);
}

/** Reads a result document, as `--json` and `merge` write it. */
export function readResult(text: string, name: string): ResultDocument {
  const value = parseJson(text, name);
  check(value, RESULT, name);
  return value as ResultDocument;
}
