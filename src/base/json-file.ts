import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { UserError } from './errors.js';
import type { Schema } from './json-schema.js';

/** A JSON file format that this program writes and reads. */
export interface Format {
  readonly format: string;
  readonly version: number;
  readonly schema: Schema;
}

// A schema is compiled at every start and validates one document: the schemas are ours and tested, so the meta-schema need not
// see them, and optimizing the validator costs more than it saves.
const ajv = new Ajv2020({
  allowUnionTypes: true,
  discriminator: true,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
});
const validators = new Map<Schema, ValidateFunction>();

function validator(schema: Schema): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile(schema);
  validators.set(schema, known);
  return known;
}

/** "models/0/run/layers/3/tiles must be integer". */
function describe(errors: readonly ErrorObject[] | null | undefined): string {
  const error = errors?.[0];
  if (error === undefined) return 'unknown violation';
  const { allowedValues, allowedValue, additionalProperty } = error.params;
  const detail = allowedValues ?? allowedValue ?? additionalProperty;
  const shown = detail === undefined ? '' : ` (${[detail].flat().join(', ')})`;
  return `${error.instancePath.slice(1) || 'the document'} ${error.message ?? 'is wrong'}${shown}`;
}

const show = (value: unknown): string => JSON.stringify(value) ?? 'missing';

/**
 * Checks that `value` is a document of the format. `name` is what messages call it (its path). Throws a UserError of one
 * line for another format, a newer version, or a violation of the schema.
 */
export function check(value: unknown, { format, version, schema }: Format, name: string): void {
  const head = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (head.format !== format)
    throw new UserError(`${name}: format is ${show(head.format)}; expected "${format}".`);
  if (typeof head.version === 'number' && head.version > version)
    throw new UserError(
      `${name}: version is ${head.version} of ${format}; this diana-sim reads up to ${version}. Update diana-sim.`,
    );
  const by = typeof head.generator === 'string' ? ` written by ${head.generator.slice(0, 80)}` : '';
  checkSchema(value, schema, `${format}${by}`, name);
}

/** Throws a UserError of one line, beginning with `name`, where `value` breaks the schema of what messages call `what`. */
export function checkSchema(value: unknown, schema: Schema, what: string, name: string): void {
  const validate = validator(schema);
  if (!validate(value)) throw new UserError(`${name}: not a valid ${what}: ${describe(validate.errors)}.`);
}
