import { UserError } from '../../base/errors.js';
import type { HostOp } from '../../program/types.js';

function bad(op: HostOp, name: string, wanted: string): never {
  throw new UserError(
    `host operator ${op.op}: attribute ${name} is ${JSON.stringify(op.attrs[name]) ?? 'missing'}; must be ${wanted}. ` +
      'The program is damaged.',
  );
}

/** The attribute `name` as a number, as integers, as integers where null means all, as pairs. Throw a UserError otherwise. */
export function numberAttr(op: HostOp, name: string): number {
  const v = op.attrs[name];
  return typeof v === 'number' ? v : bad(op, name, 'a number');
}

export function intsAttr(op: HostOp, name: string): readonly number[] {
  const v = op.attrs[name];
  if (typeof v === 'number') return [v];
  return Array.isArray(v) && v.every((x) => typeof x === 'number')
    ? (v as readonly number[])
    : bad(op, name, 'integers');
}

export const optionalIntsAttr = (op: HostOp, name: string): readonly number[] | null =>
  op.attrs[name] === null ? null : intsAttr(op, name);

export function pairsAttr(op: HostOp, name: string): readonly (readonly number[])[] {
  const v = op.attrs[name];
  return Array.isArray(v) && v.every((p) => Array.isArray(p) && p.length === 2)
    ? (v as readonly (readonly number[])[])
    : bad(op, name, 'pairs of integers');
}

/** `axis` counted from the front. */
export const axisAttr = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
