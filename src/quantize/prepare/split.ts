import { call } from '../../ir/build.js';
import type { Expr } from '../../ir/expr.js';
import { tensorTypeOf } from '../../ir/expr.js';
import { rewriteGraph } from '../../ir/visit.js';

/** Each part of a split as a slice of its own, which moves values like any other. */
export function sliceSplits(body: Expr): Expr {
  return rewriteGraph(body, (e) => {
    if (e.kind !== 'tuple_get_item' || e.tuple.kind !== 'call' || e.tuple.op !== 'split') return e;
    const { args, attrs, type, label } = e.tuple;
    const data = args[0]!;
    const rank = tensorTypeOf(data).shape.length;
    const axis = (Number(attrs.axis) + rank) % rank;
    const extents = type.kind === 'tuple' ? type.fields.map((f) => f.shape[axis]!) : [];
    const begin = extents.slice(0, e.index).reduce((n, d) => n + d, 0);
    const end = begin + extents[e.index]!;
    return call('strided_slice', [data], { begin: [begin], end: [end], strides: [1], axes: [axis] }, label);
  });
}
