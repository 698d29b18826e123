import { tensor } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';

/** A constant less the zero point of each element of `axis`, as int32; undefined where `e` is none. */
export function constantTensor(e: Expr, zeroPoints: readonly number[], axis: number): Expr | undefined {
  if (e.kind !== 'constant') return undefined;
  const { shape, data } = e.value;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const zeroOf = (i: number) => zeroPoints[Math.floor(i / inner) % zeroPoints.length]!;
  const values = Array.from(data, (q, i) => q - zeroOf(i));
  return constant(tensor(shape, 'int32', values), e.name);
}
