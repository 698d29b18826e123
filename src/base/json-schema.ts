/** A JSON Schema (draft 2020-12), or a part of one. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const count: Schema = { type: 'integer', minimum: 0 };
/** Estimates of time: whole, unless a parameter set has fractions. */
export const cycles: Schema = { type: 'number', minimum: 0 };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
export const truth: Schema = { type: 'boolean' };
export const sha256: Schema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const exactly = (value: string | number): Schema => ({ const: value });
export const oneOf = (values: readonly string[]): Schema => ({ enum: [...values] });
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const described = (schema: Schema, description: string): Schema => ({ ...schema, description });
export const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

/**
 * An object whose properties are all required, but those whose name ends in "?". Further properties are allowed: a later
 * release may add some without a new version of the format.
 */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(properties);
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name.replace(/\?$/, ''), schema]),
    ),
    required: names.filter((name) => !name.endsWith('?')),
  };
}

/** One schema for each name of a list. */
export const each = (names: readonly string[], schema: Schema): Record<string, Schema> =>
  Object.fromEntries(names.map((name) => [name, schema]));

/** The schema with every object closed to further properties: what this release itself writes. */
export function closed(schema: Schema): Schema {
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== 'object' || part === null) return part;
    const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, visit(value)]));
    return 'properties' in copy ? { ...copy, additionalProperties: false } : copy;
  };
  return visit(schema) as Schema;
}
