import type { AttrValue } from '../base/attr-value.js';
import type { AttrKind } from '../ir/attrs.js';
import type { Call } from '../ir/expr.js';
import { opDef } from '../ir/registry.js';
import { showFloat } from './numbers.js';

function showAttr(kind: AttrKind, v: AttrValue): string {
  if (v === null) return 'None';
  if (Array.isArray(v)) return `[${v.map((x) => showAttr('int', x as AttrValue)).join(', ')}]`;
  if (typeof v === 'number') return kind === 'float' ? showFloat(v) : String(v);
  if (typeof v === 'string') return JSON.stringify(v);
  return v ? 'True' : 'False';
}

const same = (a: AttrValue, b: AttrValue | undefined): boolean =>
  b !== undefined && JSON.stringify(a) === JSON.stringify(b);

/** "padding=[1, 1, 1, 1]": the attributes that differ from their default, in the operator's order. */
export const showCallAttrs = (e: Call): string[] =>
  opDef(e.op)
    .attrs.filter((spec) => spec.alwaysPrinted === true || !same(e.attrs[spec.name]!, spec.default))
    .map((spec) => `${spec.name}=${showAttr(spec.kind, e.attrs[spec.name]!)}`);

/** "Inline=1", "Compiler=\"soma_dory\""; lists and others only in functions that were read from a file. */
export const showFuncAttr = (name: string, v: unknown): string => `${name}=${showValue(v)}`;

const showValue = (v: unknown): string =>
  Array.isArray(v) ? `[${v.map(showValue).join(', ')}]` : showAttr('int', v as AttrValue);
