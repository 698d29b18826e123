import { UserError } from '../../../base/errors.js';
import { showShape } from '../../../base/tensor.js';
import { type OpDef, tensorArgs } from '../op.js';
import { type TensorType, tensorType } from '../types.js';

/** data (n, c) x weight (k, c) -> (n, k): y = x w^T. */
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
    return tensorType([n!, k!], (attrs.out_dtype ?? data.dtype) as TensorType['dtype']);
  },
};
