import { UserError } from '../../base/errors.js';
import { intAttr } from '../attrs.js';
import { axisIn, type OpDef, tensorArgs } from '../op.js';

/**
 * Along `axis`, in float32: m = the largest element; e = exp(x - m), where x - m is rounded to float32 and exp is the float64 result
 * rounded to float32; s = the sum of e in ascending order from 0, rounded after each addition; the result is e / s, rounded.
 */
export const nnSoftmax: OpDef = {
  name: 'nn.softmax',
  args: ['data'],
  attrs: [{ name: 'axis', kind: 'int', default: -1 }],
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = tensorArgs('nn.softmax', args)[0]!;
    if (x.dtype !== 'float32')
      throw new UserError(`nn.softmax of ${x.dtype}: must be float32; cast it first.`);
    axisIn('nn.softmax', x.shape, intAttr(attrs, 'axis'));
    return x;
  },
};
