import fc from 'fast-check';
import {
  f,
  floats,
  geometry,
  i,
  ints,
  type Made,
  type Operator,
  one,
  opsetFrom,
  s,
  upTo,
  windowOf,
} from './onnx-arbitrary-parts.js';
import { quantized } from './onnx-arbitrary-quantized.js';
import { type AttributeValue, int64s } from './onnx-writer.js';

/**
 * ONNX models of one operator, by chance: shapes, attributes and operator set. Some are invalid (a window that does not fit); then both
 * readers must refuse them.
 */

const convolution: Made = fc
  .record({
    g: geometry,
    groups: fc.constantFrom(1, 2, 4),
    each: upTo(2, 1),
    bias: fc.boolean(),
    opset: opsetFrom(9),
  })
  .map(({ g, groups, each, bias, opset }) => {
    const [kernel, size] = [g.k.slice(0, g.axes), g.size.slice(0, g.axes)];
    const w = floats(g.seed, groups * each, 4 / groups, ...kernel);
    const attributes = { ...windowOf(g.axes, g.k, g.p, g.st, g.d, g.auto), group: i(groups) };
    const constants = [w, bias ? floats(g.seed + 1, groups * each) : undefined];
    return { opset, made: { op: 'Conv', shape: [1, 4, ...size], attributes, constants } };
  });

const pool: Made = fc
  .record({
    g: geometry,
    average: fc.boolean(),
    ceil: fc.boolean(),
    padded: fc.boolean(),
    opset: opsetFrom(11),
  })
  .map(({ g, average, ceil, padded, opset }) => {
    // A pad below the kernel, as runtimes want it; dilations of means since opset 19.
    const p = g.p.map((v, a) => Math.min(v, g.k[a % 2]! - 1));
    const { dilations, ...rest } = windowOf(g.axes, g.k, p, g.st, average ? [1, 1] : g.d, g.auto);
    const attributes = {
      ...rest,
      ceil_mode: i(ceil),
      ...(average ? { count_include_pad: i(padded) } : { dilations }),
    };
    const op = average ? 'AveragePool' : 'MaxPool';
    return { opset, made: { op, shape: [1, 2, ...g.size.slice(0, g.axes)], attributes } };
  });

const transposedConvolution: Made = fc
  .record({ g: geometry, groups: fc.constantFrom(1, 2), extra: upTo(1), opset: opsetFrom(11) })
  .map(({ g, groups, extra, opset }) => {
    const { auto_pad, ...rest } = windowOf(g.axes, g.k, g.p, g.st, g.d, 'NOTSET') as Record<
      string,
      AttributeValue
    >;
    const padding = g.st.slice(0, g.axes).map((v) => Math.min(extra, v - 1));
    const attributes = { ...rest, group: i(groups), output_padding: ints(...padding) };
    const w = floats(g.seed, 4, 2, ...g.k.slice(0, g.axes));
    return {
      opset,
      made: { op: 'ConvTranspose', shape: [1, 4, ...g.size.slice(0, g.axes)], attributes, constants: [w] },
    };
  });

const box = fc.array(upTo(4, 1), { minLength: 2, maxLength: 4 });

const reduction: Made = fc
  .record({
    shape: box,
    op: fc.constantFrom('ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceSumSquare'),
    axes: fc.option(fc.uniqueArray(upTo(3, -2), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    keep: fc.boolean(),
    opset: opsetFrom(9),
  })
  .map(({ shape, op, axes, keep, opset }) => {
    const named = axes
      ?.filter(
        (a, at, all) =>
          all.findIndex((b) => (b + shape.length) % shape.length === (a + shape.length) % shape.length) ===
          at,
      )
      .filter((a) => a < shape.length);
    const asInput = opset >= (op === 'ReduceSum' ? 13 : 18);
    const given = named !== undefined && named.length > 0;
    return {
      opset,
      made: {
        op,
        shape,
        attributes: { keepdims: i(keep), ...(given && !asInput ? { axes: ints(...named) } : {}) },
        constants: given && asInput ? [int64s(named)] : [],
      },
    };
  });

const overAxis: Made = fc
  .record({
    shape: box,
    op: fc.constantFrom('Softmax', 'LogSoftmax', 'Flatten', 'ArgMax'),
    axis: upTo(3, -2),
    keep: fc.boolean(),
    opset: opsetFrom(12),
  })
  .map(({ shape, op, axis, keep, opset }) => {
    const at = Math.min(axis, shape.length - 1);
    const attributes = {
      axis: i(at),
      ...(op === 'ArgMax' ? { keepdims: i(keep), select_last_index: i(keep) } : {}),
    };
    return {
      opset,
      made: { op, shape, attributes, ...(op === 'ArgMax' ? { output: 'int64' as const } : {}) },
    };
  });

const activation: Made = fc
  .record({
    shape: box,
    op: fc.constantFrom(
      'HardSigmoid',
      'Elu',
      'LeakyRelu',
      'HardSwish',
      'PRelu',
      'Sigmoid',
      'Tanh',
      'Clip',
      'Round',
      'Abs',
    ),
    alpha: fc.double({ min: 0.05, max: 2, noNaN: true }),
    opset: opsetFrom(14),
  })
  .map(({ shape, op, alpha, opset }) => {
    const known = ['HardSigmoid', 'Elu', 'LeakyRelu'].includes(op);
    const constants =
      op === 'PRelu'
        ? [floats(7, shape.at(-1)!)]
        : op === 'Clip'
          ? [one(-Math.fround(alpha) / 4), one(0.5)]
          : [];
    return { opset, made: { op, shape, attributes: known ? { alpha: f(alpha) } : {}, constants } };
  });

const arithmetic: Made = fc
  .record({
    shape: box,
    op: fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'),
    drop: upTo(2),
    ones: fc.boolean(),
    opset: opsetFrom(9),
  })
  .map(({ shape, op, drop, ones, opset }) => {
    const other = shape.slice(Math.min(drop, shape.length - 1)).map((d, at) => (ones && at === 0 ? 1 : d));
    return { opset, made: { op, shape, attributes: {}, constants: [floats(3, ...other)] } };
  });

const movement: Made = fc
  .record({
    shape: box,
    op: fc.constantFrom('Transpose', 'Slice', 'Pad', 'Concat', 'Gather', 'Expand'),
    v: upTo(1000),
    opset: opsetFrom(13),
  })
  .map(({ shape, op, v, opset }): { opset: number; made: Operator } => {
    const rank = shape.length;
    const axis = v % rank;
    const extent = shape[axis]!;
    const base = { op, shape, attributes: {} };
    switch (op) {
      case 'Transpose': {
        const perm = shape.map((_, a) => (a + v) % rank);
        return { opset, made: { ...base, attributes: { perm: ints(...perm) } } };
      }
      case 'Slice': {
        const step = [1, 2, -1, -2][v % 4]!;
        const [from, to] = step > 0 ? [v % extent, 2 ** 31 - 1] : [-1, -(2 ** 31)];
        return {
          opset,
          made: { ...base, constants: [int64s([from]), int64s([to]), int64s([axis]), int64s([step])] },
        };
      }
      case 'Pad': {
        const pads = [...shape, ...shape].map((_, a) => (v >> a) % 3);
        return { opset, made: { ...base, constants: [int64s(pads), one(0.5)] } };
      }
      case 'Concat':
        return {
          opset,
          made: {
            ...base,
            attributes: { axis: i(axis - rank) },
            constants: [floats(5, ...shape.with(axis, 2))],
          },
        };
      case 'Gather':
        return {
          opset,
          made: { ...base, attributes: { axis: i(axis) }, constants: [int64s([v % extent, -1, 0], [3])] },
        };
      default:
        return { opset, made: { ...base, constants: [int64s([2, ...shape])] } };
    }
  });

const resize: Made = fc
  .record({
    size: fc.tuple(upTo(6, 2), upTo(6, 2)),
    to: fc.tuple(upTo(9, 1), upTo(9, 1)),
    mode: fc.constantFrom('nearest', 'linear', 'cubic'),
    place: fc.constantFrom('half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'),
    nearest: fc.constantFrom('round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'),
    opset: opsetFrom(13),
  })
  .map(({ size, to, mode, place, nearest, opset }) => ({
    opset,
    made: {
      op: 'Resize',
      shape: [1, 2, ...size],
      attributes: {
        mode: s(mode),
        coordinate_transformation_mode: s(place),
        ...(mode === 'nearest' ? { nearest_mode: s(nearest) } : {}),
      },
      constants: [undefined, undefined, int64s([1, 2, ...to])],
    },
  }));

const linear: Made = fc
  .record({
    n: upTo(3, 1),
    c: upTo(5, 1),
    k: upTo(4, 1),
    a: fc.boolean(),
    b: fc.boolean(),
    alpha: fc.constantFrom(1, 0.5, 2),
    beta: fc.constantFrom(1, 0.25),
    bias: fc.constantFrom('none', 'row', 'column', 'all'),
    leading: fc.option(upTo(3, 1), { nil: undefined }),
    opset: opsetFrom(11),
  })
  .map(({ n, c, k, a, b, alpha, beta, bias, leading, opset }): { opset: number; made: Operator } => {
    if (leading !== undefined) {
      const shape = [leading, n, c];
      const w = a ? floats(1, c, k) : floats(1, b ? leading : 1, c, k);
      return { opset, made: { op: 'MatMul', shape, attributes: {}, constants: [w] } };
    }
    const shapes = { none: undefined, row: [k], column: [n, 1], all: [n, k] };
    const given = shapes[bias as keyof typeof shapes];
    const constants = [b ? floats(1, k, c) : floats(1, c, k), given && floats(2, ...given)];
    const attributes = { alpha: f(alpha), beta: f(beta), transA: i(a), transB: i(b) };
    return { opset, made: { op: 'Gemm', shape: a ? [c, n] : [n, c], attributes, constants } };
  });

/** Models of one operator. */
export const singleOperators: Made = fc.oneof(
  { arbitrary: convolution, weight: 3 },
  { arbitrary: pool, weight: 4 },
  { arbitrary: transposedConvolution, weight: 2 },
  { arbitrary: reduction, weight: 2 },
  { arbitrary: overAxis, weight: 2 },
  { arbitrary: activation, weight: 1 },
  { arbitrary: arithmetic, weight: 1 },
  { arbitrary: movement, weight: 2 },
  { arbitrary: resize, weight: 2 },
  { arbitrary: linear, weight: 2 },
  { arbitrary: quantized, weight: 5 },
);
