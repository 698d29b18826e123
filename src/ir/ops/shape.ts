import { UserError } from '../../../base/errors.js';
import { elementCount, showShape } from '../../../base/tensor.js';
import { intAttr, intsAttr } from '../attrs.js';
import { type OpDef, tensorArgs } from '../op.js';
import { tensorType } from '../types.js';

/** newshape may hold one -1 (what is left) and zeros (copy the input's extent), as in Relay. */
export const reshape: OpDef = {
  name: 'reshape',
  args: ['data'],
  attrs: [{ name: 'newshape', kind: 'ints' }],
  pattern: 'injective',
  infer: (args, attrs) => {
    const x = tensorArgs('reshape', args)[0]!;
    const wanted = intsAttr(attrs, 'newshape').map((d, i) => (d === 0 ? (x.shape[i] ?? 0) : d));
    const total = elementCount(x.shape);
    const known = elementCount(wanted.filter((d) => d !== -1));
    const shape = wanted.map((d) => (d === -1 ? total / known : d));
    if (
      wanted.filter((d) => d === -1).length > 1 ||
      shape.some((d) => !Number.isInteger(d) || d < 0) ||
      elementCount(shape) !== total
    )
      throw new UserError(
        `reshape of ${showShape(x.shape)} (${total} elements) to ${showShape(intsAttr(attrs, 'newshape'))}: ` +
          'the element counts differ.',
      );
    return tensorType(shape, x.dtype);
  },
};

/** Reverses the order along one axis. */
export const reverse: OpDef = {
  name: 'reverse',
  args: ['data'],
  attrs: [{ name: 'axis', kind: 'int' }],
  pattern: 'injective',
  infer: (args, attrs) => {
    const x = tensorArgs('reverse', args)[0]!;
    if (x.shape.at(intAttr(attrs, 'axis')) === undefined)
      throw new UserError(`reverse of ${showShape(x.shape)}: there is no axis ${intAttr(attrs, 'axis')}.`);
    return x;
  },
};
