import { UserError } from '../../../base/errors.js';
import { type OpDef, tensorArgs } from '../op.js';

/** exp(x - max) / sum, along `axis`, in float32. */
export const nnSoftmax: OpDef = {
  name: 'nn.softmax',
  args: ['data'],
  attrs: [{ name: 'axis', kind: 'int', default: -1 }],
  pattern: 'anchor',
  infer: (args) => {
    const x = tensorArgs('nn.softmax', args)[0]!;
    if (x.dtype !== 'float32')
      throw new UserError(`nn.softmax of ${x.dtype}: must be float32; cast it first.`);
    return x;
  },
};
