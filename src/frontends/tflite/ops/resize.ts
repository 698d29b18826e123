import { UserError } from '../../../base/errors.js';
import { tensor } from '../../../base/tensor.js';
import { constant, scalar } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { OperatorContext, TfliteHandler } from '../context.js';
import { sameQuantization } from './shape.js';

/** How positions of the output lie over those of the input (fields of the operator's options). */
interface Places {
  readonly alignCorners: boolean;
  readonly halfPixel: boolean;
}

/** The file's extents of rows and columns before and after, and how they lie. `first`: field number of align_corners. */
function extents(op: OperatorContext, first: number) {
  const [from, to] = [op.inputTensor(0).shape, op.outputTensor().shape];
  if (from.length !== 4 || to.length !== 4) throw new UserError('its image must have four axes');
  const [, h, w] = from as [number, number, number];
  const [, oh, ow] = to as [number, number, number];
  const flag = (field: number) => (op.options?.int8(field) ?? 0) !== 0;
  const places: Places = { alignCorners: flag(first), halfPixel: flag(first + 1) };
  return { h, w, oh, ow, places };
}

/** What the kernels multiply a position of the output with, in float32. */
const ratio = (extent: number, outputs: number, { alignCorners }: Places): number =>
  Math.fround(alignCorners && outputs > 1 ? (extent - 1) / (outputs - 1) : extent / outputs);

const indices = (outputs: number, f: (o: number) => number): number[] =>
  Array.from({ length: outputs }, (_, o) => f(o));

/** reference_ops::GetNearestNeighbor. */
function nearest(extent: number, outputs: number, places: Places): number[] {
  const scale = ratio(extent, outputs, places);
  return indices(outputs, (o) => {
    const at = Math.fround(Math.fround(o + (places.halfPixel ? 0.5 : 0)) * scale);
    const whole = places.alignCorners ? Math.floor(at + 0.5) : Math.floor(at);
    return Math.max(0, Math.min(whole, extent - 1));
  });
}

const take = (op: OperatorContext, x: Expr, axis: number, positions: readonly number[], name: string): Expr =>
  op.call('take', [x, constant(tensor([positions.length], 'int32', positions), op.parameter(name))], {
    axis,
  });

/** RESIZE_NEAREST_NEIGHBOR: rows and columns of constant positions. */
export const resizeNearest: TfliteHandler = (op) => {
  sameQuantization(op, 0);
  const { h, w, oh, ow, places } = extents(op, 0);
  const rows = take(op, op.planar(0), 2, nearest(h, oh, places), 'rows');
  return { expr: take(op, rows, 3, nearest(w, ow, places), 'columns'), planar: true };
};

/** The two neighbours of each output along one axis, and the parts of `one` that they have in it. */
interface Taps {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly lowPart: readonly number[];
  readonly highPart: readonly number[];
}

/** reference_ops::ComputeInterpolationValues. */
function floatTaps(extent: number, outputs: number, places: Places): Taps {
  const scale = ratio(extent, outputs, places);
  const at = indices(outputs, (o) =>
    places.halfPixel ? Math.fround(Math.fround(Math.fround(o + 0.5) * scale) - 0.5) : Math.fround(o * scale),
  );
  const low = at.map((x) => Math.max(Math.floor(x), 0));
  const highPart = at.map((x, o) => Math.fround(x - low[o]!));
  return {
    low,
    high: at.map((x) => Math.min(Math.ceil(x), extent - 1)),
    lowPart: highPart.map((p) => Math.fround(1 - p)),
    highPart,
  };
}

/** Fraction bits of reference_ops::ResizeBilinearInteger's positions. */
const BITS = 10;
const ONE = 2 ** BITS;

/** reference_ops::ComputeInterpolationValuesInteger. */
function integerTaps(extent: number, outputs: number, { alignCorners, halfPixel }: Places): Taps {
  const half = (n: number) => Math.floor(n / 2);
  const scale =
    alignCorners && outputs > 1
      ? Math.floor((ONE * (extent - 1) + half(outputs - 1)) / (outputs - 1))
      : Math.floor((ONE * extent + half(outputs)) / outputs);
  const at = indices(outputs, (o) => (halfPixel ? o * scale + half(scale) - ONE / 2 : o * scale));
  // C's division truncates.
  const low = at.map((x) => Math.max(Math.trunc(x / ONE), 0));
  const highPart = at.map((x, o) => x - ONE * low[o]!);
  return {
    low,
    high: at.map((x) => Math.min(Math.trunc((x + ONE - 1) / ONE), extent - 1)),
    lowPart: highPart.map((p) => ONE - p),
    highPart,
  };
}

/** The four neighbours of each output, with the parts of rows and columns. */
function corners(op: OperatorContext, x: Expr, y: Taps, z: Taps) {
  const rows = { low: take(op, x, 2, y.low, 'upper'), high: take(op, x, 2, y.high, 'lower') };
  const column = (e: Expr, side: 'low' | 'high') =>
    take(op, e, 3, z[side], side === 'low' ? 'left' : 'right');
  return (['low', 'high'] as const).flatMap((row) =>
    (['low', 'high'] as const).map((side) => ({
      value: column(rows[row], side),
      row: row === 'low' ? y.lowPart : y.highPart,
      column: side === 'low' ? z.lowPart : z.highPart,
    })),
  );
}

/** reference_ops::ResizeBilinear: each neighbour times its part of the row, then of the column. */
function floatBilinear(op: OperatorContext, x: Expr, y: Taps, z: Taps): Expr {
  const parts = corners(op, x, y, z).map(({ value, row, column }) => {
    const rows = constant(tensor([row.length, 1], 'float32', row), op.parameter('row_parts'));
    const columns = constant(tensor([column.length], 'float32', column), op.parameter('column_parts'));
    return op.call('multiply', [op.call('multiply', [value, rows]), columns]);
  });
  // The kernel adds lower left before upper right.
  const [upperLeft, upperRight, lowerLeft, lowerRight] = parts as [Expr, Expr, Expr, Expr];
  return [lowerLeft, upperRight, lowerRight].reduce((sum, p) => op.call('add', [sum, p]), upperLeft);
}

/** reference_ops::ResizeBilinearInteger: sums in 2^-20, rounded half away from zero. */
function int8Bilinear(op: OperatorContext, x: Expr, y: Taps, z: Taps): Expr {
  const terms = corners(op, x, y, z).map(({ value, row, column }) => {
    const parts = row.flatMap((r) => column.map((c) => r * c));
    const weights = constant(tensor([row.length, column.length], 'int32', parts), op.parameter('parts'));
    return op.call('multiply', [op.call('cast', [value], { dtype: 'int32' }), weights]);
  });
  const sum = terms.reduce((a, b) => op.call('add', [a, b]));
  const rounded = (e: Expr) => {
    const positive = op.call('maximum', [e, scalar(0)]);
    return op.call('right_shift', [
      op.call('add', [positive, scalar(2 ** (2 * BITS - 1))]),
      scalar(2 * BITS),
    ]);
  };
  const [above, below] = [rounded(sum), rounded(op.call('negative', [sum]))];
  return op.call('cast', [op.call('subtract', [above, below])], { dtype: 'int8' });
}

/** RESIZE_BILINEAR. */
export const resizeBilinear: TfliteHandler = (op) => {
  sameQuantization(op, 0);
  const { h, w, oh, ow, places } = extents(op, 2);
  const int8 = op.isInt8();
  const taps = int8 ? integerTaps : floatTaps;
  const bilinear = int8 ? int8Bilinear : floatBilinear;
  const expr = bilinear(op, op.planar(0), taps(h, oh, places), taps(w, ow, places));
  return { expr, planar: true };
};
