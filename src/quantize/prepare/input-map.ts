import { call, variable } from '../../ir/build.js';
import type { Expr, Var } from '../../ir/expr.js';
import { tensorType } from '../../ir/types.js';
import { rewriteGraph, useCounts, usersOf } from '../../ir/visit.js';
import type { InputMap } from '../types.js';
import { type Affine, affineOf, composed } from './affine.js';

export interface AbsorbedInput {
  readonly body: Expr;
  readonly input: Var;
  /** What the new input is of the old one. */
  readonly map: InputMap;
}

/**
 * Moves a network's first steps before its input: a cast to float32, scales and offsets (in all or along one axis, as pixels and
 * batch norms have them), also behind transposes. The new input is what those steps made; whoever quantizes an image for the
 * integer network does them anyway.
 */
export function absorbInput(body: Expr, given: Var): AbsorbedInput {
  const users = usersOf(body);
  const counts = useCounts(body);
  const removed = new Set<Expr>();
  const moved = new Set<Expr>();
  const { shape } = given.type;
  // Axis i of the tensor at hand is axis order[i] of the input.
  let order = shape.map((_, i) => i);
  let at: Expr = given;
  let map: Affine = {
    data: given,
    scale: Float64Array.of(1),
    offset: Float64Array.of(0),
    axis: undefined,
  };
  for (;;) {
    const list: readonly Expr[] = users.get(at) ?? [];
    const user: Expr | undefined = list[0];
    if (list.length !== 1 || counts.get(at) !== 1 || user?.kind !== 'call') break;
    if (user.op === 'transpose' && user.attrs.axes !== null) {
      order = (user.attrs.axes as readonly number[]).map((a) => order[(a + order.length) % order.length]!);
      moved.add(user);
    } else if (user.op === 'cast' && user.attrs.dtype === 'float32') {
      removed.add(user);
    } else {
      const affine = affineOf(user);
      const axis = affine?.axis === undefined ? undefined : order[affine.axis]!;
      const next = affine === undefined ? undefined : composed({ ...affine, axis }, map);
      if (next === undefined) break;
      map = next;
      removed.add(user);
    }
    at = user;
  }
  const input = variable(given.name, tensorType(shape, 'float32'));
  const rewritten = rewriteGraph(body, (e, original) => {
    if (original === given) return input;
    if (e.kind === 'call' && removed.has(original)) return e.args.find((a) => a.kind !== 'constant')!;
    // Rebuilt: what lies before a cast is float32 now.
    return e.kind === 'call' && moved.has(original) ? call(e.op, e.args, e.attrs, e.label) : e;
  });
  return {
    body: rewritten,
    input,
    map: { scale: [...map.scale], offset: [...map.offset], axis: map.axis ?? 0 },
  };
}
