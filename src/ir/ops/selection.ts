import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { intAttr } from '../attrs.js';
import { axisIn, type OpDef, requireClass, tensorArgs } from '../op.js';
import { showType, type TensorType, tensorType } from '../types.js';
import { broadcastShapes } from './elementwise.js';

/**
 * Elements of `data` along one axis by their numbers: out[.., i.., ..] = data[.., indices[i..], ..]; the axis gives way to the axes of
 * the indices (int32). An index outside the axis is limited to it (TVM's mode "clip"), also a negative one.
 */
export const take: OpDef = {
  name: 'take',
  args: ['data', 'indices'],
  attrs: [
    { name: 'axis', kind: 'int' },
    { name: 'mode', kind: 'string', default: 'clip' },
  ],
  pattern: 'injective',
  infer: (args, attrs) => {
    const [x, indices] = tensorArgs('take', args) as [TensorType, TensorType];
    const axis = axisIn('take', x.shape, intAttr(attrs, 'axis'));
    if (indices.dtype !== 'int32' || attrs.mode !== 'clip')
      throw new UserError(
        `take: the indices are ${indices.dtype} and mode is ${String(attrs.mode)}; must be int32 and clip.`,
      );
    return tensorType([...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], x.dtype);
  },
};

/** x where the condition (bool) holds, else y; the three shapes broadcast by numpy's rule, x and y have one dtype. */
export const where: OpDef = {
  name: 'where',
  args: ['condition', 'x', 'y'],
  attrs: [],
  pattern: 'broadcast',
  infer: (args) => {
    const [condition, x, y] = tensorArgs('where', args) as [TensorType, TensorType, TensorType];
    if (condition.dtype !== 'bool' || x.dtype !== y.dtype)
      throw new UserError(
        `where of ${showType(condition)} with ${showType(x)} and ${showType(y)}: must be bool, and two of one dtype.`,
      );
    const values = broadcastShapes('where', x.shape, y.shape);
    return tensorType(broadcastShapes('where', condition.shape, values), x.dtype);
  },
};

/**
 * The number (int32) of the largest element along one axis: of equal ones the first, with select_last_index the last. A NaN counts as
 * smaller than every number.
 */
export const argmax: OpDef = {
  name: 'argmax',
  args: ['data'],
  attrs: [
    { name: 'axis', kind: 'int' },
    { name: 'keepdims', kind: 'bool', default: false },
    { name: 'select_last_index', kind: 'bool', default: false },
  ],
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = requireClass('argmax', tensorArgs('argmax', args)[0]!, 'number');
    const axis = axisIn('argmax', x.shape, intAttr(attrs, 'axis'));
    if (x.shape[axis]! < 1) throw new UserError(`argmax of ${showShape(x.shape)}: the axis is empty.`);
    const shape = attrs.keepdims === true ? x.shape.with(axis, 1) : x.shape.filter((_, i) => i !== axis);
    return tensorType(shape, 'int32');
  },
};
