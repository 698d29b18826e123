import type { Attrs, AttrValue } from '../base/attr-value.js';
import { isDType } from '../base/dtype.js';
import { UserError } from '../base/errors.js';

export type AttrKind = 'int' | 'float' | 'bool' | 'string' | 'dtype' | 'ints' | 'pairs' | 'int-or-ints';

/** One attribute of an operator, in the order in which Relay prints them. No default: it must be given. */
export interface AttrSpec {
  readonly name: string;
  readonly kind: AttrKind;
  readonly default?: AttrValue;
  /** How many numbers a list of kind `ints` holds; any number when left out. */
  readonly length?: number;
  /** Relay's text shows the attribute even when it has its default (TVM's own default differs, or it has none). */
  readonly alwaysPrinted?: boolean;
}

const isInts = (v: unknown): v is readonly number[] => Array.isArray(v) && v.every(Number.isInteger);

const ACCEPTS: Record<AttrKind, (v: AttrValue) => boolean> = {
  int: (v) => Number.isInteger(v),
  float: (v) => typeof v === 'number',
  bool: (v) => typeof v === 'boolean',
  string: (v) => typeof v === 'string',
  dtype: (v) => isDType(v),
  ints: isInts,
  pairs: (v) => Array.isArray(v) && v.every((pair) => isInts(pair) && pair.length === 2),
  'int-or-ints': (v) => Number.isInteger(v) || isInts(v),
};

/**
 * The attributes of `op`, complete: defaults filled in, in the order of `specs`. A spec whose default is null accepts null.
 * Throws a UserError for an attribute that is unknown, missing or of another kind.
 */
export function completeAttrs(op: string, specs: readonly AttrSpec[], given: Attrs): Attrs {
  for (const name of Object.keys(given))
    if (!specs.some((s) => s.name === name))
      throw new UserError(
        `${op} has no attribute ${name}; it takes ${specs.map((s) => s.name).join(', ') || 'none'}.`,
      );
  const out: Record<string, AttrValue> = {};
  for (const spec of specs) {
    const value = given[spec.name] ?? spec.default;
    if (value === undefined) throw new UserError(`${op} needs the attribute ${spec.name} (${spec.kind}).`);
    if (!(value === null && spec.default === null) && !ACCEPTS[spec.kind](value))
      throw new UserError(
        `${op}: attribute ${spec.name} is ${JSON.stringify(value)}; must be of kind ${spec.kind}.`,
      );
    if (spec.length !== undefined && Array.isArray(value) && value.length !== spec.length)
      throw new UserError(
        `${op}: attribute ${spec.name} is ${JSON.stringify(value)}; must have ${spec.length} numbers.`,
      );
    out[spec.name] = value;
  }
  return out;
}

/** Typed access to complete attributes. A wrong kind here is a mistake in this program, not in its input. */
export function intAttr(attrs: Attrs, name: string): number {
  const v = attrs[name];
  if (typeof v !== 'number') throw new Error(`attribute ${name} is ${JSON.stringify(v)}, not a number`);
  return v;
}
export function intsAttr(attrs: Attrs, name: string): readonly number[] {
  const v = attrs[name];
  if (!isInts(v)) throw new Error(`attribute ${name} is ${JSON.stringify(v)}, not a list of integers`);
  return v;
}
export function pairsAttr(attrs: Attrs, name: string): readonly (readonly number[])[] {
  const v = attrs[name];
  if (!Array.isArray(v)) throw new Error(`attribute ${name} is ${JSON.stringify(v)}, not a list of pairs`);
  return v as readonly (readonly number[])[];
}
export function stringAttr(attrs: Attrs, name: string): string {
  const v = attrs[name];
  if (typeof v !== 'string') throw new Error(`attribute ${name} is ${JSON.stringify(v)}, not a string`);
  return v;
}
export const boolAttr = (attrs: Attrs, name: string): boolean => attrs[name] === true;
