import { UserError } from '../../../base/errors.js';
import { showShape } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';

/** (n, c, w) as an image of height 1. */
export const asImage = (shape: readonly number[]): number[] => [shape[0]!, shape[1]!, 1, shape[2]!];

/** `e` in another shape; a constant stays one. */
export function reshaped(node: NodeContext, e: Expr, newshape: readonly number[]): Expr {
  if (e.kind === 'constant') return constant({ ...e.value, shape: newshape }, e.name);
  return node.call('reshape', [e], { newshape: [...newshape] });
}

/** An attribute of a line as that of an image: one number an axis (pads: two, all begins before all ends). */
export function imageInts(name: string, ints: readonly number[]): readonly number[] {
  const wanted = name === 'pads' ? 2 : 1;
  if (ints.length !== wanted)
    throw new UserError(`${name} is [${ints.join(', ')}]; must be ${wanted} for the one axis of a line`);
  if (name === 'pads') return [0, ints[0]!, 0, ints[1]!];
  return [name === 'output_padding' ? 0 : 1, ints[0]!];
}

/**
 * `handler`, which works on images (n, c, h, w), also for (n, c, w): its operands of three axes become images of height 1 with
 * attributes to match, and its results lines again.
 */
export const lines = (handler: Handler): Handler => ({
  attributes: handler.attributes,
  run: (node) => {
    const { shape } = node.type(0);
    if (shape.length === 4) return handler.run(node);
    if (shape.length !== 3)
      throw new UserError(
        `input 0 has shape ${showShape(shape)}; supported are 3 axes (1-D) and 4 axes (NCHW)`,
      );
    const images = node.inputs.map((e) => {
      const own = e === undefined ? undefined : tensorTypeOf(e).shape;
      return own?.length === 3 ? reshaped(node, e!, asImage(own)) : e;
    });
    return handler.run(node.withInputs(images).withInts(imageInts)).map((e) => {
      const [n, c, h, w] = tensorTypeOf(e).shape as readonly [number, number, number, number];
      if (h !== 1) throw new UserError(`its result has height ${h}`);
      return reshaped(node, e, [n, c, w]);
    });
  },
});
