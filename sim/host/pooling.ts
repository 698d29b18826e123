import { type DType, integerRange, isFloat, type TypedArray } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { showShape, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { argument, exactInt64, type HostContext, type HostKernel, intsOf, result } from './kernel.js';
import { isWrapping, WrapCounter } from './wrapping.js';

/** The positions inside the data that one output row (or column) reads: first, step and number; and whether padding is too. */
interface Span {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly padded: boolean;
}
interface Windows {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
  /** What a mean divides by when not by the elements inside: the pool's size. */
  readonly divisor?: number;
}

function span(start: number, taps: number, step: number, extent: number): Span {
  const skipped = start < 0 ? Math.ceil(-start / step) : 0;
  const reach = Math.min(taps, Math.ceil((extent - start) / step));
  const count = Math.max(0, reach - skipped);
  return { first: start + skipped * step, step, count, padded: count < taps };
}

/** The windows of nn.avg_pool2d and nn.max_pool2d. */
function slidingWindows(op: HostOp, x: Tensor): Windows {
  const size = intsOf(op, 'pool_size', 2);
  const step = intsOf(op, 'strides', 2);
  const dilation = intsOf(op, 'dilation', 2);
  const padding = intsOf(op, 'padding', 4);
  if (Math.min(...size, ...step, ...dilation) < 1 || Math.min(...padding) < 0)
    throw new UserError(`host operator ${op.op}: pool_size, strides, dilation or padding is too small.`);
  const axis = (i: 0 | 1): Span[] => {
    const extent = x.shape[2 + i]!;
    const slack = op.attrs.ceil_mode === true ? step[i]! - 1 : 0;
    const reach = (size[i]! - 1) * dilation[i]! + 1;
    const count = Math.floor((extent + padding[i]! + padding[i + 2]! + slack - reach) / step[i]!) + 1;
    return Array.from({ length: Math.max(count, 0) }, (_, o) =>
      span(o * step[i]! - padding[i]!, size[i]!, dilation[i]!, extent),
    );
  };
  const windows = { rows: axis(0), columns: axis(1) };
  return op.attrs.count_include_pad === true ? { ...windows, divisor: size[0]! * size[1]! } : windows;
}

/** The windows of the global and adaptive pools: `oh` x `ow` pieces of the plane, which may overlap by a row or column. */
function dividingWindows(x: Tensor, oh: number, ow: number): Windows {
  const axis = (extent: number, pieces: number): Span[] =>
    Array.from({ length: pieces }, (_, o) => {
      const first = Math.floor((o * extent) / pieces);
      return { first, step: 1, count: Math.ceil(((o + 1) * extent) / pieces) - first, padded: false };
    });
  return { rows: axis(x.shape[2]!, oh), columns: axis(x.shape[3]!, ow) };
}

/** What a pool makes of one window: the plane begins at element `base`, its rows are `pitch` apart. */
type Reduce = (
  x: Tensor,
  base: number,
  pitch: number,
  rows: Span,
  columns: Span,
  divisor?: number,
  /** Takes note of the exact sum. */
  wraps?: WrapCounter,
) => number;

const meanOf: Reduce = (x, base, pitch, rows, columns, divisor, wraps) => {
  const { data, dtype } = x;
  const count = divisor ?? Math.max(rows.count * columns.count, 1);
  if (isFloat(dtype)) return sumOf(data, base, pitch, rows, columns, Math.fround) / count;
  if (dtype === 'int64') return Math.trunc(sumOf(data, base, pitch, rows, columns, exactSum) / count) + 0;
  const exact =
    data instanceof Int8Array
      ? sumOfInt8(data, base, pitch, rows, columns)
      : sumOf(data, base, pitch, rows, columns, keep);
  wraps?.note(exact);
  return Math.trunc((exact | 0) / count) + 0;
};

/** The sum of a window in float64, row by row; `round` is applied to each partial sum. */
function sumOf(
  data: TypedArray,
  base: number,
  pitch: number,
  rows: Span,
  columns: Span,
  round: (v: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    const row = base + (rows.first + i * rows.step) * pitch + columns.first;
    for (let j = 0; j < columns.count; j++) sum = round(sum + data[row + j * columns.step]!);
  }
  return sum;
}

/** The same of what most networks pool: one type of array, and integers, cost a fraction. */
function sumOfInt8(data: Int8Array, base: number, pitch: number, rows: Span, columns: Span): number {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    const row = base + (rows.first + i * rows.step) * pitch + columns.first;
    for (let j = 0; j < columns.count; j++) sum += data[row + j * columns.step]!;
  }
  return sum;
}

const keep = (v: number): number => v;
const exactSum = (v: number): number => exactInt64('pool', v);

const LOWEST_FLOAT32 = -3.4028234663852886e38;
const lowest = (dtype: DType): number => (dtype === 'float32' ? LOWEST_FLOAT32 : integerRange(dtype)[0]);

const maximumOf: Reduce = (x, base, pitch, rows, columns) => {
  let max = rows.padded || columns.padded ? lowest(x.dtype) : Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.count; i++) {
    const row = base + (rows.first + i * rows.step) * pitch + columns.first;
    for (let j = 0; j < columns.count; j++) max = Math.max(max, x.data[row + j * columns.step]!);
  }
  return max;
};

function pool(
  x: Tensor,
  { rows, columns, divisor }: Windows,
  reduce: Reduce,
  context: HostContext,
): Tensor[] {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const out = result([n, c, rows.length, columns.length], x.dtype);
  // Sums of narrow integers are int32.
  const wraps = isWrapping(x.dtype) ? new WrapCounter('int32') : undefined;
  let o = 0;
  for (let plane = 0; plane < n * c; plane++)
    for (const row of rows)
      for (const column of columns) out.data[o++] = reduce(x, plane * h * w, w, row, column, divisor, wraps);
  wraps?.tell(context);
  return [out];
}

function image(op: HostOp, args: readonly Tensor[]): Tensor {
  const x = argument(op, args, 0);
  if (x.shape.length !== 4 || x.dtype === 'bool')
    throw new UserError(
      `host operator ${op.op} of ${showShape(x.shape)} ${x.dtype}: needs 4 axes of numbers.`,
    );
  return x;
}

/** nn.avg_pool2d, nn.max_pool2d: semantics in src/ir/ops/pooling.ts. */
export const pool2d: HostKernel = (op, args, context) => {
  const x = image(op, args);
  return pool(x, slidingWindows(op, x), op.op === 'nn.avg_pool2d' ? meanOf : maximumOf, context);
};

/** nn.global_avg_pool2d, nn.global_max_pool2d. */
export const globalPool2d: HostKernel = (op, args, context) => {
  const x = image(op, args);
  return pool(x, dividingWindows(x, 1, 1), op.op === 'nn.global_avg_pool2d' ? meanOf : maximumOf, context);
};

/** nn.adaptive_avg_pool2d. */
export const adaptivePool2d: HostKernel = (op, args, context) => {
  const x = image(op, args);
  const [oh, ow] = intsOf(op, 'output_size');
  if (oh === undefined || Math.min(oh, ow ?? oh) < 1)
    throw new UserError(`host operator ${op.op}: output_size must be one or two integers of at least 1.`);
  return pool(x, dividingWindows(x, oh, ow ?? oh), meanOf, context);
};
