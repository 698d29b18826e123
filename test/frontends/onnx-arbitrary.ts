import fc from 'fast-check';
import { random, randomInts, randomUniform } from '../../src/base/random.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { type AttributeValue, int64s, type ModelSpec, type NodeSpec } from './onnx-writer.js';

/**
 * ONNX models of one operator, by chance: shapes, attributes and operator set. Some are invalid (a window that does not fit); then both
 * readers must refuse them.
 */

/** TensorProto.DataType of what the models use. */
export const TYPES = { float32: 1, uint8: 2, int8: 3, int64: 7 } as const;
type Type = keyof typeof TYPES;

interface Operator {
  readonly op: string;
  readonly domain?: string;
  /** Shape of the input `x`. */
  readonly shape: readonly number[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** Constants after `x`; undefined leaves an input out. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly input?: Type;
  readonly output?: Type;
}

const i = (v: number | boolean): AttributeValue => ({ i: Number(v) });
const f = (v: number): AttributeValue => ({ f: Math.fround(v) });
const s = (v: string): AttributeValue => ({ s: v });
const ints = (...v: number[]): AttributeValue => ({ ints: v });

const floats = (seed: number, ...shape: number[]): Tensor =>
  randomUniform(random('weights', seed), shape, -1, 1, 'float32');
const one = (v: number): Tensor => tensor([], 'float32', [v]);

const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
const opsetFrom = (least: number) => fc.integer({ min: least, max: 22 });
type Made = fc.Arbitrary<{ readonly opset: number; readonly made: Operator }>;

/** The attributes of a window over `axes` axes. */
const windowOf = (axes: number, k: number[], p: number[], st: number[], d: number[], auto: string) => ({
  kernel_shape: ints(...k.slice(0, axes)),
  // Beside SAME, with a kernel smaller than the stride, onnxruntime pads by a negative number or refuses; ONNX's reference pads by 0.
  strides: ints(...st.slice(0, axes).map((v, a) => (auto.startsWith('SAME') ? Math.min(v, k[a]!) : v))),
  // onnxruntime has no dilation beside SAME.
  dilations: ints(...d.slice(0, axes).map((v) => (auto.startsWith('SAME') ? 1 : v))),
  // ONNX allows no pads beside auto_pad.
  ...(auto === 'NOTSET'
    ? { pads: ints(...p.slice(0, axes), ...p.slice(2, 2 + axes)) }
    : { auto_pad: s(auto) }),
});

const geometry = fc.record({
  size: fc.tuple(upTo(9, 3), upTo(9, 3)),
  k: fc.tuple(upTo(4, 1), upTo(4, 1)),
  p: fc.tuple(upTo(2), upTo(2), upTo(2), upTo(2)),
  st: fc.tuple(upTo(3, 1), upTo(3, 1)),
  d: fc.tuple(upTo(2, 1), upTo(2, 1)),
  auto: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  axes: fc.constantFrom(2, 2, 2, 1),
  seed: upTo(1e6),
});

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

const quantized: Made = fc
  .record({
    g: geometry,
    op: fc.constantFrom(
      'QLinearConv',
      'QuantizeLinear',
      'DequantizeLinear',
      'QLinearAdd',
      'QLinearMul',
      'QLinearGlobalAveragePool',
      'QLinearSigmoid',
      'QLinearLeakyRelu',
    ),
    signed: fc.boolean(),
    scales: fc.tuple(
      fc.double({ min: 0.004, max: 0.1, noNaN: true }),
      fc.double({ min: 0.004, max: 0.1, noNaN: true }),
    ),
    zeros: fc.tuple(upTo(255), upTo(255)),
    opset: opsetFrom(13),
  })
  .map(({ g, op, signed, scales, zeros, opset }): { opset: number; made: Operator } => {
    const type = signed ? ('int8' as const) : ('uint8' as const);
    const zero = (z: number) => tensor([], type, [signed ? z - 128 : z]);
    const [xs, ys] = scales.map((v) => one(Math.fround(v)));
    const [xz, yz] = zeros.map(zero);
    const shape = [1, 4, ...g.size];
    const microsoft = { op, domain: 'com.microsoft', shape, attributes: {}, input: type, output: type };
    const bytes = (...of: number[]) =>
      randomInts(random('bytes', g.seed), of, signed ? -128 : 0, signed ? 127 : 255, type);
    switch (op) {
      case 'QuantizeLinear':
        return { opset, made: { op, shape, attributes: {}, constants: [xs, xz], output: type } };
      case 'DequantizeLinear':
        return { opset, made: { op, shape, attributes: {}, constants: [xs, xz], input: type } };
      case 'QLinearConv': {
        const w = randomInts(random('w', g.seed), [3, 4, ...g.k], -127, 127, 'int8');
        const ws = randomUniform(random('ws', g.seed), [3], 0.001, 0.01, 'float32');
        const bias = randomInts(random('b', g.seed), [3], -2000, 2000, 'int32');
        const constants = [xs, xz, w, ws, tensor([3], 'int8'), one(0.05), yz, bias];
        const attributes = windowOf(2, g.k, g.p, g.st, g.d, g.auto);
        return { opset, made: { op, shape, attributes, constants, input: type, output: type } };
      }
      case 'QLinearAdd':
      case 'QLinearMul':
        return { opset, made: { ...microsoft, constants: [xs, xz, bytes(...shape), ys, yz, one(0.05), xz] } };
      default:
        return { opset, made: { ...microsoft, constants: [xs, xz, ys, yz] } };
    }
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
  { arbitrary: quantized, weight: 3 },
);

/** The file of such a model. */
export function modelOf({ opset, made }: { readonly opset: number; readonly made: Operator }): ModelSpec {
  const names = (made.constants ?? []).map((t, at) => (t === undefined ? '' : `k${at}`));
  while (names.at(-1) === '') names.pop();
  const initializers = Object.fromEntries(
    (made.constants ?? []).flatMap((t, at) => (t === undefined ? [] : [[`k${at}`, t] as const])),
  );
  const node: NodeSpec = {
    op: made.op,
    inputs: ['x', ...names],
    outputs: ['y'],
    attributes: made.attributes,
    ...(made.domain === undefined ? {} : { domain: made.domain }),
  };
  return {
    opset,
    nodes: [node],
    initializers,
    inputs: { x: made.shape },
    inputType: TYPES[made.input ?? 'float32'],
    outputs: ['y'],
    outputTypes: { y: TYPES[made.output ?? 'float32'] },
  };
}
