import type { DType } from '../../base/dtype.js';
import { integerRange, isFloat } from '../../base/dtype.js';
import type { Shape } from '../../base/tensor.js';
import type { HostOp } from '../../program/types.js';
import { C_TYPES } from '../c/types.js';
import { axisAttr, intsAttr, numberAttr, optionalIntsAttr } from './attributes.js';
import type { ElementCode, KernelContext } from './kernel-context.js';
import { operand, Position, plus, times } from './position.js';
import { overAxis, slidingAxis } from './windows.js';

const largest = (d: DType): number =>
  Math.max(...integerRange(d as Exclude<DType, 'float32'>).map((v) => Math.abs(v)));

/** `sum += a * b`, wrapping where the sum of `taps` products could leave int32. */
function accumulate(
  sum: string,
  a: string,
  b: string,
  dtypes: readonly [DType, DType],
  taps: number,
): string {
  if (isFloat(dtypes[0])) return `${sum} += ${a} * ${b};`;
  if (taps * largest(dtypes[0]) * largest(dtypes[1]) < 2 ** 31) return `${sum} += ${a} * ${b};`;
  return `${sum} = host_add(${sum}, host_multiply(${a}, ${b}));`;
}

/** The finished sum in the declared dtype. */
const finished = (sum: string, from: DType, op: HostOp): string => {
  const to = op.results[0]!.dtype;
  return to === from ? sum : `(${C_TYPES[to]})${sum}`;
};

type Quad = readonly [number, number, number, number];

/** nn.conv2d, qnn.conv2d: channels, kernel rows, kernel columns in ascending order, as the sum is defined. */
export const convolution: ElementCode = (op, at, k) => {
  const [data, weight] = [k.typeOf(op.args[0]!), k.typeOf(op.args[1]!)];
  const [, , h, w] = data.shape as Quad;
  const [rows, ci, kh, kw] = weight.shape as Quad;
  const [sy, sx] = intsAttr(op, 'strides') as readonly [number, number];
  const [dy, dx] = intsAttr(op, 'dilation') as readonly [number, number];
  const [top, left] = intsAttr(op, 'padding') as readonly [number, number];
  const groups = numberAttr(op, 'groups');
  const [, , oh, ow] = op.results[0]!.shape as Quad;
  const [n, channel, y, x] = at.axes as readonly [string, string, string, string];
  const perGroup = rows / groups;
  const group = perGroup === 1 ? channel : `${operand(channel)} / ${perGroup}`;
  const first = groups === 1 ? '0' : times(group, ci);
  const float = isFloat(data.dtype);
  const sum = k.fresh('sum');
  const input = ci === 1 ? '0' : k.fresh('ci');
  k.out.line(`${float ? 'float' : 'int32_t'} ${sum} = 0;`);
  const row = { output: y, outputs: oh, extent: h, taps: kh, stride: sy, dilation: dy, before: top };
  const column = { output: x, outputs: ow, extent: w, taps: kw, stride: sx, dilation: dx, before: left };
  const [rowAxis, columnAxis] = [slidingAxis(k, row, 'fy', 'iy'), slidingAxis(k, column, 'fx', 'ix')];
  const taps = (): void =>
    overAxis(k, rowAxis, (iy) =>
      overAxis(k, columnAxis, (ix) => {
        const a = k.value(op.args[0]!, Position.ofAxes(data.shape, [n, plus(first, input), iy, ix]));
        const b = k.value(
          op.args[1]!,
          Position.ofAxes(weight.shape, [channel, input, rowAxis.tap, columnAxis.tap]),
        );
        k.out.line(accumulate(sum, a, b, [data.dtype, weight.dtype], ci * kh * kw));
      }),
    );
  if (input === '0') taps();
  else k.out.loop(input, ci, taps);
  return finished(sum, float ? 'float32' : 'int32', op);
};

/** nn.dense: out[n, k] = sum over c of data[n, c] * weight[k, c], c ascending. */
export const dense: ElementCode = (op, at, k) => {
  const [data, weight] = [k.typeOf(op.args[0]!), k.typeOf(op.args[1]!)];
  const [n, row] = at.axes as readonly [string, string];
  const taps = data.shape[1]!;
  const float = isFloat(data.dtype);
  const [sum, tap] = [k.fresh('sum'), k.fresh('tap')];
  k.out.line(`${float ? 'float' : 'int32_t'} ${sum} = 0;`);
  k.out.loop(tap, taps, () => {
    const a = k.value(op.args[0]!, Position.ofAxes(data.shape, [n, tap]));
    const b = k.value(op.args[1]!, Position.ofAxes(weight.shape, [row, tap]));
    k.out.line(accumulate(sum, a, b, [data.dtype, weight.dtype], taps));
  });
  return finished(sum, float ? 'float32' : 'int32', op);
};

/** The C type of a sum, and the statement that adds `value` to it. */
export function summing(dtype: DType): { type: string; add: (sum: string, value: string) => string } {
  if (isFloat(dtype) || dtype === 'int64') return { type: C_TYPES[dtype], add: (s, v) => `${s} += ${v};` };
  return { type: 'int32_t', add: (s, v) => `${s} = host_add(${s}, ${v});` };
}

/** `sum` divided by `count`; integers truncate toward zero. */
export const quotient = (sum: string, count: string | number, dtype: DType): string =>
  isFloat(dtype)
    ? `${sum} / ${typeof count === 'number' ? `${count}.0f` : `(float)${count}`}`
    : `(${C_TYPES[dtype]})(${sum} / ${count})`;

/** Which axes a reduction takes together. */
function reducedAxes(op: HostOp, shape: Shape): readonly boolean[] {
  const named = optionalIntsAttr(op, 'axis');
  if (named === null) return shape.map(() => true);
  const axes = named.map((a) => axisAttr(a, shape.length));
  return shape.map((_, i) => axes.includes(i) !== (op.attrs.exclude === true));
}

/** Loops over the reduced axes in row-major order; `body` writes what happens at each place of the data. Returns their number of elements. */
export function reducedPlaces(
  op: HostOp,
  at: Position,
  k: KernelContext,
  body: (place: Position) => void,
): number {
  const data = k.typeOf(op.args[0]!);
  const reduced = reducedAxes(op, data.shape);
  const kept = [...at.axes];
  const axes = data.shape.map((extent, i) => {
    if (!reduced[i]) return kept.shift()!;
    if (op.attrs.keepdims === true) kept.shift();
    return extent === 1 ? '0' : k.fresh(`r${i}`);
  });
  const over = (axis: number): void => {
    if (axis === data.shape.length) body(Position.ofAxes(data.shape, axes));
    else if (reduced[axis] && axes[axis] !== '0')
      k.out.loop(axes[axis]!, data.shape[axis]!, () => over(axis + 1));
    else over(axis + 1);
  };
  over(0);
  return data.shape.reduce((p, d, i) => (reduced[i] ? p * d : p), 1);
}

/** sum, mean. */
export const reduction: ElementCode = (op, at, k) => {
  const data = k.typeOf(op.args[0]!);
  const { type, add } = summing(data.dtype);
  const sum = k.fresh('sum');
  k.out.line(`${type} ${sum} = 0;`);
  const count = reducedPlaces(op, at, k, (place) => k.out.line(add(sum, k.value(op.args[0]!, place))));
  if (op.op === 'mean') return quotient(sum, count, data.dtype);
  return `(${C_TYPES[data.dtype]})${sum}`;
};
