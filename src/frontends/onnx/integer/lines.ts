/*
 * Stage 2, 1-D layers and pools: on images of height 1, as the plain operators have them (ops/lines.ts).
 */
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { asImage, imageInts, reshaped } from '../ops/lines.js';
import type { IntegerHandler } from './handler.js';
import type { Value } from './value.js';

/** What of a value is an expression in the shape that the file has. */
const exprOf = (v: Value): Expr => (v.kind === 'plain' ? v.expr : v.base);

const withExpr = (v: Value, e: Expr): Value => (v.kind === 'plain' ? { ...v, expr: e } : { ...v, base: e });

/** `handler`, which works on images (n, c, h, w), also for lines (n, c, w). */
export const valueLines = (handler: IntegerHandler): IntegerHandler => ({
  attributes: handler.attributes,
  run: (node: NodeContext, values) => {
    const data = values[0];
    if (data === undefined || tensorTypeOf(exprOf(data)).shape.length !== 3) return handler.run(node, values);
    const image = (e: Expr): Expr => {
      const { shape } = tensorTypeOf(e);
      return shape.length === 3 ? reshaped(node, e, asImage(shape)) : e;
    };
    const exprs = node.inputs.map((e) => (e === undefined ? undefined : image(e)));
    const images = values.map((v) => (v === undefined ? undefined : withExpr(v, image(exprOf(v)))));
    const made = handler.run(node.withInputs(exprs).withInts(imageInts), images);
    return made?.map((v) => {
      const e = exprOf(v);
      const [n, c, , w] = tensorTypeOf(e).shape as readonly [number, number, number, number];
      return withExpr(v, reshaped(node, e, [n, c, w]));
    });
  },
});
