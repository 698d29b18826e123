import { strides } from '../../src/base/tensor.js';
import { intAttr, intsAttr } from '../../src/ir/attrs.js';
import { type Evaluate, gather, gatherIndex, resultType } from '../value.js';

/** The same elements in the same order under another shape: reshape, squeeze, expand_dims, nn.batch_flatten. */
export const sameElements: Evaluate = (call, args) => ({ ...args[0]!, shape: resultType(call).shape });

export const reverse: Evaluate = (call, args) => {
  const x = args[0]!;
  const axis = intAttr(call.attrs, 'axis');
  const at = axis < 0 ? axis + x.shape.length : axis;
  const steps = strides(x.shape);
  const last = (x.shape[at]! - 1) * steps[at]!;
  return gather(resultType(call), x, gatherIndex(x.shape, steps.with(at, -steps[at]!), last));
};

export const transpose: Evaluate = (call, args) => {
  const x = args[0]!;
  const rank = x.shape.length;
  const axes = call.attrs.axes === null ? [...x.shape.keys()].reverse() : intsAttr(call.attrs, 'axes');
  const steps = strides(x.shape);
  const type = resultType(call);
  const index = gatherIndex(
    type.shape,
    axes.map((a) => steps[a < 0 ? a + rank : a]!),
  );
  return gather(type, x, index);
};
