import type { AttrSpec } from '../attrs.js';
import { axisIn, type OpDef, requireClass, tensorArgs } from '../op.js';
import { tensorType } from '../types.js';

/** TVM's ReduceAttrs. axis null: all axes; `exclude` reduces all axes but those named. */
const REDUCE_ATTRS: readonly AttrSpec[] = [
  { name: 'axis', kind: 'int-or-ints', default: null },
  { name: 'keepdims', kind: 'bool', default: false },
  { name: 'exclude', kind: 'bool', default: false },
];

const reduction = (name: string): OpDef => ({
  name,
  args: ['data'],
  attrs: REDUCE_ATTRS,
  pattern: 'anchor',
  infer: (args, { axis, keepdims, exclude }) => {
    const x = requireClass(name, tensorArgs(name, args)[0]!, 'number');
    const named = (axis === null ? x.shape.map((_, i) => i) : [axis].flat()) as number[];
    const axes = new Set(named.map((a) => axisIn(name, x.shape, a)));
    const reduced = (i: number): boolean => axes.has(i) !== (exclude === true && axis !== null);
    const shape = x.shape
      .map((d, i) => (reduced(i) ? 1 : d))
      .filter((_, i) => keepdims === true || !reduced(i));
    return tensorType(shape, x.dtype);
  },
});

/**
 * Sum over the axes. The dtype stays: integers wrap to it as in Relay (int8 100 + 100 = -56). float32: from 0 over the
 * elements in row-major order of the data, rounded after each addition.
 */
export const sum = reduction('sum');
/** The largest element over the axes; float32: NaN if any is NaN. */
export const max = reduction('max');
/** The smallest element over the axes; float32: NaN if any is NaN. */
export const min = reduction('min');
/**
 * Mean over the axes. Integers: the sum in int32 (wraps there), divided by the count, truncated toward zero [ours; TVM
 * sums in the data's dtype]. float32: the sum as in `sum`, then one division.
 */
export const mean = reduction('mean');
