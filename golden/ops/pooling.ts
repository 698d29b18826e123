import { integerRange } from '../../src/base/dtype.js';
import type { Shape, Tensor } from '../../src/base/tensor.js';
import { boolAttr, intsAttr } from '../../src/ir/attrs.js';
import type { Call } from '../../src/ir/expr.js';
import { type Evaluate, type Run, resultType, store } from '../value.js';
import { truncatedQuotient } from './elementwise.js';
import { sumRounding } from './sums.js';

/** Which input coordinates each output coordinate of one axis reads; those outside 0..size - 1 are padding. */
interface Axis {
  readonly size: number;
  readonly windows: readonly (readonly number[])[];
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Rows and columns of a pool with `pool_size`, `strides`, `dilation` and `padding`. */
function axesOf(call: Call, x: Tensor): [Axis, Axis] {
  const at = (name: string, i: 0 | 1) => intsAttr(call.attrs, name)[i]!;
  const axis = (i: 0 | 1): Axis => ({
    size: x.shape[i + 2]!,
    windows: range(resultType(call).shape[i + 2]!).map((o) =>
      range(at('pool_size', i)).map(
        (tap) => o * at('strides', i) - at('padding', i) + tap * at('dilation', i),
      ),
    ),
  });
  return [axis(0), axis(1)];
}

/** The whole plane as one window. */
const wholeAxes = (shape: Shape): [Axis, Axis] => {
  const axis = (size: number): Axis => ({ size, windows: [range(size)] });
  return [axis(shape[2]!), axis(shape[3]!)];
};

/** Window o of an adaptive pool: from floor(o * size / count) to before ceil((o + 1) * size / count). */
const adaptiveAxes = (shape: Shape, out: Shape): [Axis, Axis] => {
  const axis = (size: number, count: number): Axis => ({
    size,
    windows: range(count).map((o) => {
      const first = Math.floor((o * size) / count);
      return range(Math.ceil(((o + 1) * size) / count) - first).map((i) => first + i);
    }),
  });
  return [axis(shape[2]!, out[2]!), axis(shape[3]!, out[3]!)];
};

const inside = (axis: Axis, o: number): number[] => axis.windows[o]!.filter((i) => i >= 0 && i < axis.size);

/** fn(the window's values that are not padding, in row order; how many are padding) for every output element. */
function overWindows(
  x: Tensor,
  [rows, columns]: [Axis, Axis],
  fn: (values: number[], padding: number) => number,
): Float64Array {
  const planes = x.shape[0]! * x.shape[1]!;
  const out = new Float64Array(planes * rows.windows.length * columns.windows.length);
  const [ys, xs] = [rows, columns].map((axis) => axis.windows.map((_, o) => inside(axis, o)));
  let i = 0;
  for (let base = 0; base < x.data.length; base += rows.size * columns.size)
    for (let oy = 0; oy < ys!.length; oy++)
      for (let ox = 0; ox < xs!.length; ox++) {
        const values: number[] = [];
        for (const y of ys![oy]!)
          for (const at of xs![ox]!) values.push(x.data[base + y * columns.size + at]!);
        out[i++] = fn(values, rows.windows[oy]!.length * columns.windows[ox]!.length - values.length);
      }
  return out;
}

/**
 * Integers: exact sum, wrapped at 32 bits (reported), quotient truncated toward zero. Floats: sum and quotient rounded to
 * float32, the sum in row order after each addition.
 */
function average(call: Call, x: Tensor, axes: [Axis, Axis], run: Run, includePadding = false): Tensor {
  const round = sumRounding(x.dtype, run);
  const means = overWindows(x, axes, (values, padding) => {
    const count = Math.max(1, values.length + (includePadding ? padding : 0));
    return truncatedQuotient(round.total(values), count, x.dtype);
  });
  round.report();
  return store(resultType(call), means, run);
}

export const averagePool: Evaluate = (call, [x], run) =>
  average(call, x!, axesOf(call, x!), run, boolAttr(call.attrs, 'count_include_pad'));
export const globalAveragePool: Evaluate = (call, [x], run) => average(call, x!, wholeAxes(x!.shape), run);
export const adaptiveAveragePool: Evaluate = (call, [x], run) =>
  average(call, x!, adaptiveAxes(x!.shape, resultType(call).shape), run);

/** Padding counts as the dtype's lowest value, for floats the lowest finite one. */
function maximum(call: Call, x: Tensor, axes: [Axis, Axis], run: Run): Tensor {
  const lowest = x.dtype === 'float32' ? -LARGEST_FLOAT : integerRange(x.dtype)[0];
  const largest = overWindows(x, axes, (values, padding) =>
    Math.max(...values, ...(padding > 0 ? [lowest] : [])),
  );
  return store(resultType(call), largest, run);
}

/** The largest finite float32. */
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

export const maximumPool: Evaluate = (call, [x], run) => maximum(call, x!, axesOf(call, x!), run);
export const globalMaximumPool: Evaluate = (call, [x], run) => maximum(call, x!, wholeAxes(x!.shape), run);
