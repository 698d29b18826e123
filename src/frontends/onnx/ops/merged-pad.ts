import type { Expr } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';

type Four = readonly [number, number, number, number];

/**
 * The data of a convolution without a Pad of zeros that stands before it, and the padding top, left, bottom, right that the Pad stood for.
 * Exact: a convolution counts what lies outside as 0. Its product sums, in their order, stay the same.
 */
export function withoutPad(node: NodeContext, x: Expr): { readonly x: Expr; readonly padding: Four } {
  const none = { x, padding: [0, 0, 0, 0] as const };
  if (x.kind !== 'call' || x.op !== 'nn.pad') return none;
  const [data, value] = x.args as [Expr, Expr];
  const width = x.attrs.pad_width as readonly (readonly [number, number])[];
  const zeros = value.kind === 'constant' && value.value.data.every((v) => v === 0);
  if (!zeros || width.length !== 4 || [...width[0]!, ...width[1]!].some((w) => w !== 0)) return none;
  const [, , [top, bottom], [left, right]] = width as [unknown, unknown, [number, number], [number, number]];
  node.remark(`Pad ${x.label.layer ?? ''} merged into the padding of ${node.node.op} ${node.node.name}`);
  return { x: data, padding: [top, left, bottom, right] };
}

/** Two paddings as one. */
export const plusPadding = (a: readonly number[], b: Four): Four =>
  a.map((v, i) => v + b[i]!) as unknown as Four;
