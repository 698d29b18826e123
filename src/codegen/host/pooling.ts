import { type DType, integerRange, isFloat } from '../../base/dtype.js';
import { C_TYPES, literal } from '../c/types.js';
import { intsAttr } from './attributes.js';
import type { ElementCode, KernelContext } from './kernel-context.js';
import { operand, Position, plus, times } from './position.js';
import { quotient, summing } from './sums.js';
import { overAxis, overShortAxis, slidingAxis, type WindowAxis } from './windows.js';

type Quad = readonly [number, number, number, number];

const lowest = (dtype: DType): string =>
  isFloat(dtype)
    ? '-3.4028234663852886e38f'
    : literal(integerRange(dtype as Exclude<DType, 'float32'>)[0], dtype);

interface Window {
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
  /** Elements of a window where all have as many; null where it must be counted. */
  readonly count: number | null;
  /** The divisor of a mean where it is fixed. */
  readonly divisor: number | null;
  /** Taps of a whole window. */
  readonly taps: number;
}

/** Runs over a window row by row. */
const overWindow = (
  k: KernelContext,
  { rows, columns }: Window,
  body: (y: string, x: string) => void,
): void => overAxis(k, rows, (y) => overShortAxis(k, columns, (x) => body(y, x)));

type Reduce = (window: Window, x: DType, k: KernelContext, read: (y: string, x: string) => string) => string;

const mean: Reduce = (window, dtype, k, read) => {
  const { type, add } = summing(dtype);
  const sum = k.fresh('sum');
  const counted = window.divisor === null && window.count === null ? k.fresh('count') : null;
  k.out.line(`${type} ${sum} = 0;`);
  if (counted !== null) k.out.line(`int32_t ${counted} = 0;`);
  overWindow(k, window, (y, x) => {
    k.out.line(add(sum, read(y, x)));
    if (counted !== null) k.out.line(`++${counted};`);
  });
  if (counted !== null) k.out.line(`if (${counted} == 0) ${counted} = 1;`);
  return quotient(sum, window.divisor ?? window.count ?? counted!, dtype);
};

const maximum: Reduce = (window, dtype, k, read) => {
  const max = k.fresh('max');
  const float = isFloat(dtype);
  // Padding counts as the lowest finite value, which only minus infinity is below.
  const counted = float && window.count === null ? k.fresh('count') : null;
  k.out.line(`${C_TYPES[dtype]} ${max} = ${float ? '(-1.0f / 0.0f)' : lowest(dtype)};`);
  if (counted !== null) k.out.line(`int32_t ${counted} = 0;`);
  overWindow(k, window, (y, x) => {
    const v = k.fresh('value');
    k.out.line(`const ${C_TYPES[dtype]} ${v} = ${read(y, x)};`);
    k.out.line(float ? `${max} = host_maxf(${max}, ${v});` : `if (${v} > ${max}) ${max} = ${v};`);
    if (counted !== null) k.out.line(`++${counted};`);
  });
  if (counted !== null)
    k.out.line(`if (${counted} < ${window.taps}) ${max} = host_maxf(${max}, ${lowest(dtype)});`);
  return max;
};

const pool =
  (window: (...args: Parameters<ElementCode>) => Window, reduce: Reduce): ElementCode =>
  (op, at, k) => {
    const x = k.typeOf(op.args[0]!);
    const [n, c] = at.axes as readonly [string, string];
    return reduce(window(op, at, k), x.dtype, k, (row, column) =>
      k.value(op.args[0]!, Position.ofAxes(x.shape, [n, c, row, column])),
    );
  };

const sliding = (op: Parameters<ElementCode>[0], at: Position, k: KernelContext): Window => {
  const { shape } = k.typeOf(op.args[0]!);
  const [size, stride, dilation, padding] = ['pool_size', 'strides', 'dilation', 'padding'].map((name) =>
    intsAttr(op, name),
  ) as [readonly number[], readonly number[], readonly number[], Quad];
  const axis = (i: 0 | 1): WindowAxis => {
    const sizes = {
      output: at.axes[2 + i]!,
      outputs: op.results[0]!.shape[2 + i]!,
      extent: shape[2 + i]!,
      taps: size[i]!,
      stride: stride[i]!,
      dilation: dilation[i]!,
      before: padding[i]!,
    };
    return slidingAxis(k, sizes, i === 0 ? 'fy' : 'fx', i === 0 ? 'iy' : 'ix');
  };
  const [rows, columns] = [axis(0), axis(1)];
  const taps = size[0]! * size[1]!;
  return {
    rows,
    columns,
    taps,
    count: !rows.partial && !columns.partial ? taps : null,
    divisor: op.attrs.count_include_pad === true ? taps : null,
  };
};

/** Windows that divide the plane into `pieces`; neighbours may overlap by a row or column. */
const dividing = (
  pieces: readonly [number, number],
  at: Position,
  k: KernelContext,
  shape: readonly number[],
): Window => {
  const axis = (i: 0 | 1): WindowAxis => {
    const [extent, parts, o] = [shape[2 + i]!, pieces[i], at.axes[2 + i]!];
    const tap = k.fresh(i === 0 ? 'iy' : 'ix');
    const even = extent % parts === 0;
    const from = even ? times(o, extent / parts) : `${operand(times(o, extent))} / ${parts}`;
    const end = times(operand(plus(o, 1)), extent);
    const to = even ? plus(from, extent / parts) : `(${plus(end, parts - 1)}) / ${parts}`;
    return { tap, from, to, place: (t) => t, name: tap, extent, partial: false, checked: false };
  };
  const even = [0, 1].every((i) => shape[2 + i]! % pieces[i as 0 | 1] === 0);
  const count = even ? (shape[2]! / pieces[0]) * (shape[3]! / pieces[1]) : null;
  return { rows: axis(0), columns: axis(1), count, divisor: null, taps: count ?? 0 };
};

const global: Parameters<typeof pool>[0] = (op, at, k) =>
  dividing([1, 1], at, k, k.typeOf(op.args[0]!).shape);
const adaptive: Parameters<typeof pool>[0] = (op, at, k) => {
  const [oh, ow] = intsAttr(op, 'output_size');
  return dividing([oh!, ow ?? oh!], at, k, k.typeOf(op.args[0]!).shape);
};

export const avgPool = pool(sliding, mean);
export const maxPool = pool(sliding, maximum);
export const globalAvgPool = pool(global, mean);
export const globalMaxPool = pool(global, maximum);
export const adaptiveAvgPool = pool(adaptive, mean);
