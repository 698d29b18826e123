import { UserError } from '../../../base/errors.js';
import { type Shape, showShape, tensor } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import { broadcastShapes } from '../../../ir/ops/elementwise.js';
import type { Handler, NodeContext } from '../context.js';

/** `take` of constant positions along one axis. */
export const taken = (
  node: NodeContext,
  x: Expr,
  indices: readonly number[],
  shape: Shape,
  axis: number,
): Expr => node.call('take', [x, constant(tensor(shape, 'int32', indices))], { axis });

/** Gather: of constant positions; a negative one counts from the end. One position is a slice. */
function gather(node: NodeContext): Expr[] {
  const { shape } = node.type(0);
  const axis = node.axis(node.int('axis', 0), shape.length);
  const extent = shape[axis]!;
  const indices = node.constant(1);
  const bad = indices.data.find((i) => i < -extent || i >= extent);
  if (bad !== undefined) throw new UserError(`index ${bad} is not in axis ${axis} of ${showShape(shape)}`);
  const positions = Array.from(indices.data, (i) => (i < 0 ? i + extent : i));
  if (positions.length !== 1) return [taken(node, node.input(0), positions, indices.shape, axis)];
  const [index] = positions as [number];
  const slice = node.call('strided_slice', [node.input(0)], {
    begin: [index],
    end: [index + 1],
    strides: [1],
    axes: [axis],
  });
  const newshape = [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)];
  return [indices.shape.length === 1 ? slice : node.call('reshape', [slice], { newshape })];
}

/** `x` repeated to `shape` by numpy's rule: along each axis of extent 1 its only element is taken as often as needed. */
export function expanded(node: NodeContext, x: Expr, shape: Shape): Expr {
  const from = tensorTypeOf(x).shape;
  const missing = shape.length - from.length;
  let out = x;
  if (missing > 0)
    out = node.call('reshape', [out], { newshape: [...Array<number>(missing).fill(1), ...from] });
  shape.forEach((extent, axis) => {
    if (tensorTypeOf(out).shape[axis] !== extent)
      out = taken(node, out, new Array<number>(extent).fill(0), [extent], axis);
  });
  return out;
}

function expand(node: NodeContext): Expr[] {
  const asked = node.constantInts(1);
  if (asked === undefined) throw new UserError('the shape is missing');
  const shape = broadcastShapes('Expand', node.type(0).shape, asked);
  if (shape.some((d) => d < 1)) throw new UserError(`the new shape is ${showShape(shape)}`);
  return [expanded(node, node.input(0), shape)];
}

/** Operators that choose elements by constant positions. */
export const GATHER_OPS: Readonly<Record<string, Handler>> = {
  Gather: { attributes: ['axis'], run: gather },
  Expand: { attributes: [], run: expand },
};
