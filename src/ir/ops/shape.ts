import { UserError } from '../../base/errors.js';
import { elementCount, showShape } from '../../base/tensor.js';
import { intAttr, intsAttr } from '../attrs.js';
import { axisIn, type OpDef, tensorArgs } from '../op.js';
import { tensorType } from '../types.js';

/** newshape may hold one -1 (what is left) and zeros (copy the input's extent), as in Relay. Row-major order stays. */
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

/** (n, a, b, ...) -> (n, a*b*...); row-major order stays. */
export const nnBatchFlatten: OpDef = {
  name: 'nn.batch_flatten',
  args: ['data'],
  attrs: [],
  pattern: 'injective',
  infer: (args) => {
    const x = tensorArgs('nn.batch_flatten', args)[0]!;
    if (x.shape.length === 0) throw new UserError('nn.batch_flatten of a scalar: needs at least 1 axis.');
    return tensorType([x.shape[0]!, elementCount(x.shape.slice(1))], x.dtype);
  },
};

/** Drops the named axes, each of extent 1; without `axis`, all axes of extent 1. */
export const squeeze: OpDef = {
  name: 'squeeze',
  args: ['data'],
  attrs: [{ name: 'axis', kind: 'int-or-ints', default: null }],
  pattern: 'injective',
  infer: (args, { axis }) => {
    const x = tensorArgs('squeeze', args)[0]!;
    if (axis === null || axis === undefined)
      return tensorType(
        x.shape.filter((d) => d !== 1),
        x.dtype,
      );
    const axes = ([axis].flat() as number[]).map((a) => axisIn('squeeze', x.shape, a));
    for (const a of axes)
      if (x.shape[a] !== 1)
        throw new UserError(`squeeze of ${showShape(x.shape)}: axis ${a} is ${x.shape[a]} long; must be 1.`);
    return tensorType(
      x.shape.filter((_, i) => !axes.includes(i)),
      x.dtype,
    );
  },
};

/** Bounds the size of the result's type. [ours] */
const MAX_NEW_AXES = 16;

/** Inserts num_newaxis axes of extent 1 before axis `axis` (negative: counted from the end of the result, -1 appends). */
export const expandDims: OpDef = {
  name: 'expand_dims',
  args: ['data'],
  attrs: [
    { name: 'axis', kind: 'int' },
    { name: 'num_newaxis', kind: 'int', default: 1 },
  ],
  pattern: 'injective',
  infer: (args, attrs) => {
    const x = tensorArgs('expand_dims', args)[0]!;
    const [axis, count] = [intAttr(attrs, 'axis'), intAttr(attrs, 'num_newaxis')];
    const at = axis < 0 ? x.shape.length + axis + 1 : axis;
    if (at < 0 || at > x.shape.length || count < 0 || count > MAX_NEW_AXES)
      throw new UserError(
        `expand_dims of ${showShape(x.shape)}: axis is ${axis} and num_newaxis ${count}; ` +
          `must be ${-x.shape.length - 1}..${x.shape.length} and 0..${MAX_NEW_AXES}.`,
      );
    return tensorType(
      [...x.shape.slice(0, at), ...Array<number>(count).fill(1), ...x.shape.slice(at)],
      x.dtype,
    );
  },
};

/** Axis i of the result is axis axes[i] of the data; without `axes`, the axes in reverse order. */
export const transpose: OpDef = {
  name: 'transpose',
  args: ['data'],
  attrs: [{ name: 'axes', kind: 'ints', default: null, alwaysPrinted: true }],
  pattern: 'injective',
  infer: (args, attrs) => {
    const x = tensorArgs('transpose', args)[0]!;
    const axes =
      attrs.axes === null
        ? x.shape.map((_, i) => x.shape.length - 1 - i)
        : intsAttr(attrs, 'axes').map((a) => axisIn('transpose', x.shape, a));
    if (axes.length !== x.shape.length || new Set(axes).size !== axes.length)
      throw new UserError(
        `transpose of ${showShape(x.shape)}: axes is [${axes.join(', ')}]; must name each of its ${x.shape.length} axes once.`,
      );
    return tensorType(
      axes.map((a) => x.shape[a]!),
      x.dtype,
    );
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
    axisIn('reverse', x.shape, intAttr(attrs, 'axis'));
    return x;
  },
};
