/*
 * Stage 2, AveragePool: a sum over a count, which the next rounding divides.
 */
import { tensor } from '../../../base/tensor.js';
import { call, scalar } from '../../../ir/build.js';
import { tensorTypeOf } from '../../../ir/expr.js';
import type { NodeContext } from '../context.js';
import { poolAttrs } from '../ops/pool.js';
import { hull } from './bounds.js';
import { dividedByEach } from './fractions.js';
import { carrierOf, castTo, dividedBy, type IntegerValue, integerValue, type Value, whole } from './value.js';

type PoolAttrs = ReturnType<typeof poolAttrs>['attrs'];

/** Positions along one axis: `before` and `after` are its padding in elements. */
interface Axis {
  readonly extent: number;
  readonly before: number;
  readonly after: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly outputs: number;
}

/** How many elements of the image (with `padded`: of image and padding) each window of an axis sees. */
export function windowCounts(a: Axis, padded: boolean): number[] {
  const [first, end] = padded ? [-a.before, a.extent + a.after] : [0, a.extent];
  return Array.from({ length: a.outputs }, (_, y) => {
    let count = 0;
    for (let k = 0; k < a.kernel; k++) {
      const at = y * a.stride - a.before + k * a.dilation;
      if (at >= first && at < end) count++;
    }
    return count;
  });
}

/** `padding`: the network's own, without what ceil_mode adds to that of `attrs`. */
function axesOf(
  attrs: PoolAttrs,
  padding: ReturnType<typeof poolAttrs>['padding'],
  image: readonly number[],
  outputs: readonly number[],
): [Axis, Axis] {
  const one = (i: 0 | 1): Axis => ({
    extent: image[i + 2]!,
    before: padding[i],
    after: padding[i + 2]!,
    kernel: attrs.pool_size[i],
    stride: attrs.strides[i],
    dilation: attrs.dilation[i],
    outputs: outputs[i + 2]!,
  });
  return [one(0), one(1)];
}

/**
 * AveragePool: the integer sum of each window over the number of elements that count, which is smaller where padding (or, with
 * ceil_mode, the end of the image) cuts the window. Exact; undefined where a window counts nothing.
 */
export function integerAveragePool(
  node: NodeContext,
  values: readonly (Value | undefined)[],
): IntegerValue | undefined {
  const v = values[0];
  if (v?.kind !== 'integer' || v.limits !== undefined) return undefined;
  const x = whole({ ...v, denominator: 1 });
  const { attrs, padding } = poolAttrs(node.withInputs([x.base]));
  const outputs = tensorTypeOf(node.call('nn.avg_pool2d', [x.base], attrs)).shape;
  const axes = axesOf(attrs, padding, tensorTypeOf(x.base).shape, outputs);
  const padded = node.int('count_include_pad', 0) === 1;
  const [rows, columns] = axes.map((a) => windowCounts(a, padded)) as [number[], number[]];
  const counts = rows.flatMap((r) => columns.map((c) => r * c));
  if (counts.includes(0)) return undefined;
  const sum = windowSum(node, x, attrs, v.denominator);
  if (counts.every((c) => c === counts[0])) return dividedBy(sum, counts[0]!);
  return dividedByEach(sum, tensor([1, 1, rows.length, columns.length], 'int64', counts));
}

/** The sum of each window, with the denominator of the operand. */
function windowSum(node: NodeContext, x: IntegerValue, attrs: PoolAttrs, denominator: number): IntegerValue {
  const area = attrs.pool_size[0] * attrs.pool_size[1];
  const range = hull({ lo: x.lo * area, hi: x.hi * area }, { lo: 0, hi: 0 });
  // nn.avg_pool2d divides by the area again, exactly; it sums in int32.
  carrierOf(range.lo * area, range.hi * area, ['int32']);
  const many = call('multiply', [castTo(x.base, 'int32', node.label), scalar(area)], {}, node.label);
  const base = node.call('nn.avg_pool2d', [many], { ...attrs, count_include_pad: true });
  return integerValue(base, range.lo, range.hi, node.label, { denominator, integerTyped: x.integerTyped });
}
