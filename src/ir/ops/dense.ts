import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { type OpDef, tensorArgs } from '../op.js';
import { type TensorType, tensorType } from '../types.js';
import { sumDType } from './convolution.js';

/**
 * out[n, k] = sum over c of data[n, c] * weight[k, c]. Arithmetic as in `nn.conv2d`: integers wrap at 32 bits, then to
 * out_dtype (default: the data's dtype); float32 rounds after each product and sum, from 0 over ascending c.
 */
export const nnDense: OpDef = {
  name: 'nn.dense',
  args: ['data', 'weight'],
  attrs: [
    { name: 'units', kind: 'int', default: null, alwaysPrinted: true },
    // null: the data's dtype
    { name: 'out_dtype', kind: 'dtype', default: null },
  ],
  pattern: 'anchor',
  infer: (args, attrs) => {
    const [data, weight] = tensorArgs('nn.dense', args) as [TensorType, TensorType];
    const [n, c] = data.shape;
    const [k, ci] = weight.shape;
    if (data.shape.length !== 2 || weight.shape.length !== 2 || c !== ci)
      throw new UserError(
        `nn.dense of ${showShape(data.shape)} with weights ${showShape(weight.shape)}: needs (n, c) and (k, c) with equal c.`,
      );
    if (attrs.units !== null && attrs.units !== k)
      throw new UserError(`nn.dense: units is ${attrs.units}; the weights have ${k} rows.`);
    return tensorType([n!, k!], sumDType('nn.dense', data, weight, attrs));
  },
};
