import { describe, expect, it } from 'vitest';
import { runProgram } from '../../sim/program/run.js';
import { runElf } from '../../sim/soc/run-elf.js';
import type { Attrs } from '../../src/base/attr-value.js';
import { DTYPES, type DType, integerRange, isFloat } from '../../src/base/dtype.js';
import { type Random, random } from '../../src/base/random.js';
import { type Shape, type Tensor, tensor } from '../../src/base/tensor.js';
import { emitProject } from '../../src/codegen/project.js';
import { buildElf } from '../../src/node/toolchain/cross.js';
import { runNative } from '../../src/node/toolchain/native.js';
import { hasTool, nativeCompiler, riscvPrefix } from '../../src/node/toolchain/tool.js';
import { FULL } from '../full.js';
import { type KernelOp, KernelProgram } from './kernel-program.js';

const rng = random('host operators in C');
const INTEGERS = DTYPES.filter((d) => !isFloat(d) && d !== 'bool');
const NUMBERS = DTYPES.filter((d) => d !== 'bool');

/** Random values with the ends of the range among them; int64 stays small enough for products below 2^53. */
function values(shape: Shape, dtype: DType, stream: Random = rng): Tensor {
  const t = tensor(shape, dtype);
  const [low, high] = isFloat(dtype) || dtype === 'int64' ? [-1e6, 1e6] : integerRange(dtype as 'int8');
  for (let i = 0; i < t.data.length; i++) {
    const pick = stream.int(0, 9);
    if (isFloat(dtype)) t.data[i] = pick === 0 ? 0 : pick === 1 ? -0 : stream.uniform(-8, 8);
    else t.data[i] = pick === 0 ? low : pick === 1 ? high : pick === 2 ? 0 : stream.int(low, high);
  }
  return t;
}

const scalar = (dtype: DType, v: number): { readonly constant: Tensor } => ({
  constant: tensor([], dtype, [v]),
});
const one = (op: string, args: KernelOp['args'], attrs: Attrs = {}): KernelOp[] => [{ op, args, attrs }];
const then = (op: string, attrs: Attrs = {}, ...more: KernelOp['args']): KernelOp => ({
  op,
  args: ['previous', ...more],
  attrs,
});

const CONV: Attrs = {
  strides: [1, 1],
  padding: [0, 0, 0, 0],
  dilation: [1, 1],
  groups: 1,
  out_dtype: 'int32',
};
const conv = (data: Shape, weight: Shape, attrs: Attrs, dtype: DType = 'int8'): KernelOp[] =>
  one('nn.conv2d', [values(data, dtype), { constant: values(weight, dtype) }], {
    ...CONV,
    channels: weight[0]!,
    kernel_size: weight.slice(2) as number[],
    ...(isFloat(dtype) ? { out_dtype: 'float32' } : {}),
    ...attrs,
  });
const requantize: KernelOp[] = [
  then('nn.bias_add', { axis: 1 }, { constant: values([6], 'int32') }),
  then('right_shift', {}, scalar('int32', 5)),
  then('clip', { a_min: -128, a_max: 127 }),
  then('cast', { dtype: 'int8' }),
];

/** The end of an integer layer: what generated code takes into its blocks. */
const ending = (channels: number, low: number, high: number): KernelOp[] => [
  then('nn.bias_add', { axis: 1 }, { constant: values([channels], 'int32') }),
  then('right_shift', {}, scalar('int32', 7)),
  then('clip', { a_min: -128, a_max: 127 }),
  then('cast', { dtype: 'int8' }),
  then('clip', { a_min: low, a_max: high }),
];
const dense = (batch: number, inputs: number, units: number): KernelOp[] =>
  one('nn.dense', [values([batch, inputs], 'int8'), { constant: values([units, inputs], 'int8') }], {
    units,
    out_dtype: 'int32',
  });
const scaled = (channels: number): KernelOp[] => [
  then('cast', { dtype: 'float32' }),
  then('multiply', {}, { constant: values([channels, 1, 1], 'float32') }),
];

/** Product sums that run in blocks: columns and channels that leave remainders, bands of rows, borders on any side. */
const BLOCKS: KernelOp[][] = [
  [...conv([1, 5, 7, 9], [6, 5, 3, 3], { padding: [1, 1, 1, 1] }), ...ending(6, 0, 127)],
  [...conv([2, 3, 5, 5], [9, 3, 3, 3], { padding: [0, 2, 1, 0], strides: [2, 1] }), ...ending(9, -128, 127)],
  [...conv([1, 8, 4, 5], [8, 4, 1, 1], { groups: 2 }), ...ending(8, -7, 99)],
  [...conv([2, 6, 6, 6], [8, 3, 3, 2], { groups: 2, padding: [1, 1, 1, 1] }), ...scaled(8)],
  [...conv([1, 2, 3, 3], [5, 2, 7, 7], { padding: [3, 3, 3, 3] }), ...ending(5, 0, 127)],
  [...conv([1, 3, 12, 12], [4, 3, 3, 3], { dilation: [3, 2], padding: [3, 2, 3, 2] }), ...ending(4, 0, 6)],
  // Few channels, read in padded rows: several bands, odd columns and channels, groups, more padding than a window.
  [...conv([1, 3, 50, 47], [8, 3, 3, 3], { padding: [1, 1, 1, 1] }), ...ending(8, 0, 127)],
  [
    ...conv([2, 3, 21, 66], [5, 3, 3, 3], { padding: [0, 0, 1, 1], strides: [2, 2] }),
    ...ending(5, -128, 127),
  ],
  [...conv([1, 1, 6, 7], [7, 1, 3, 3], { padding: [3, 2, 1, 4] }), ...ending(7, -7, 99)],
  [
    ...conv([2, 4, 5, 4], [8, 2, 3, 3], { groups: 2, padding: [1, 1, 1, 1], strides: [2, 2] }),
    ...ending(8, 0, 9),
  ],
  [...conv([1, 17, 4, 5], [6, 17, 3, 3], { padding: [1, 1, 1, 1] }), ...ending(6, 0, 127)],
  // Planes one by one: without padding, in several bands (70 rows of 76 bytes), with a multiplier, dilated, wide kernels.
  [...conv([2, 4, 8, 9], [4, 1, 3, 3], { groups: 4 }), ...ending(4, 0, 127)],
  [...conv([1, 2, 70, 70], [2, 1, 3, 3], { groups: 2, padding: [1, 1, 1, 1] }), ...ending(2, -128, 127)],
  [
    ...conv([1, 2, 70, 69], [2, 1, 3, 3], { groups: 2, padding: [1, 1, 1, 1], strides: [2, 2] }),
    ...scaled(2),
  ],
  [
    ...conv([2, 3, 6, 7], [6, 1, 3, 3], { groups: 3, padding: [1, 1, 1, 1], strides: [2, 2] }),
    ...ending(6, 0, 9),
  ],
  [...conv([1, 3, 9, 9], [3, 1, 5, 5], { groups: 3, padding: [2, 2, 2, 2] }), ...ending(3, 0, 127)],
  [
    ...conv([1, 3, 9, 11], [3, 1, 3, 3], { groups: 3, dilation: [2, 3], padding: [2, 3, 2, 3] }),
    ...ending(3, 0, 127),
  ],
  [...conv([2, 4, 3, 6], [8, 1, 1, 4], { groups: 4, padding: [0, 0, 0, 3], strides: [1, 3] }), ...scaled(8)],
  // 3x3 windows down a plane: rows shorter than a word, with a multiplier too; padding on some sides; odd rows and columns.
  ...[1, 2].flatMap((step) => [
    [
      ...conv([2, 5, 3, 3], [5, 1, 3, 3], { groups: 5, padding: [1, 1, 1, 1], strides: [step, step] }),
      ...ending(5, 0, 127),
    ],
    [
      ...conv([1, 2, 2, 3], [6, 1, 3, 3], { groups: 2, padding: [1, 1, 1, 1], strides: [step, step] }),
      ...ending(6, -9, 99),
    ],
    [
      ...conv([1, 3, 6, 6], [3, 1, 3, 3], { groups: 3, padding: [0, 0, 1, 1], strides: [step, step] }),
      ...ending(3, -128, 127),
    ],
    [
      ...conv([1, 3, 7, 5], [3, 1, 3, 3], { groups: 3, padding: [1, 0, 0, 1], strides: [step, step] }),
      ...ending(3, 0, 127),
    ],
    [
      ...conv([1, 3, 5, 4], [3, 1, 3, 3], { groups: 3, padding: [0, 1, 1, 0], strides: [step, step] }),
      ...ending(3, 0, 127),
    ],
    [
      ...conv([1, 2, 7, 3], [4, 1, 3, 3], { groups: 2, padding: [1, 1, 1, 1], strides: [step, step] }),
      ...scaled(4),
    ],
    [
      ...conv([1, 2, 1, 9], [2, 1, 3, 3], { groups: 2, padding: [1, 1, 1, 1], strides: [step, step] }),
      ...ending(2, 0, 127),
    ],
  ]),
  // Long rows: without padding (words read end with the plane, or before), more padding than a window.
  [...conv([1, 3, 5, 18], [3, 1, 3, 3], { groups: 3 }), ...ending(3, -7, 99)],
  [...conv([1, 3, 5, 21], [3, 1, 3, 3], { groups: 3 }), ...ending(3, 0, 127)],
  [...conv([1, 2, 6, 20], [2, 1, 3, 3], { groups: 2, padding: [1, 2, 1, 3] }), ...ending(2, -128, 127)],
  conv([1, 1, 5, 5], [2, 1, 3, 3], { padding: [1, 0, 1, 0] }),
  [...dense(3, 29, 10), ...ending(10, -128, 127)],
  [...dense(2, 64, 7), then('cast', { dtype: 'float32' })],
];

const SUMS: KernelOp[][] = [
  conv([1, 3, 9, 8], [6, 3, 3, 3], { padding: [1, 1, 1, 1] }),
  [...conv([1, 3, 9, 8], [6, 3, 3, 5], { padding: [1, 2, 0, 2], strides: [2, 1] }), ...requantize],
  conv([2, 4, 7, 7], [6, 2, 3, 3], { groups: 2, dilation: [2, 1] }),
  conv([1, 6, 5, 5], [6, 1, 3, 3], { groups: 6, padding: [1, 1, 1, 1] }),
  conv([1, 4, 1, 9], [6, 4, 1, 3], { padding: [0, 1, 0, 1] }),
  conv([1, 4, 6, 6], [5, 4, 1, 1], { strides: [2, 2] }),
  conv([1, 1, 1, 1], [3, 1, 1, 1], {}),
  conv([1, 2, 4, 4], [2, 2, 1, 1], { padding: [1, 1, 1, 1] }),
  conv([1, 3, 6, 6], [4, 3, 3, 3], { padding: [1, 1, 1, 1] }, 'float32'),
  conv([1, 3, 4, 4], [4, 3, 3, 3], {}, 'int32'),
  ...(['int8', 'int16', 'float32'] as const).map((d) =>
    one('nn.dense', [values([2, 17], d), { constant: values([5, 17], d) }], {
      units: 5,
      out_dtype: isFloat(d) ? 'float32' : 'int32',
    }),
  ),
  ...(['int8', 'int32', 'float32', 'int64'] as const).flatMap((d) => [
    one('sum', [values([2, 3, 4], d)], { axis: [1], keepdims: false, exclude: false }),
    one('sum', [values([2, 3, 4], d)], { axis: [0], keepdims: true, exclude: true }),
    one('mean', [values([2, 3, 4], d)], { axis: [-1, 0], keepdims: false, exclude: false }),
    one('mean', [values([2, 1, 4], d)], { axis: null, keepdims: false, exclude: false }),
  ]),
  one('nn.softmax', [values([3, 10], 'float32')], { axis: -1 }),
  [
    ...one('nn.softmax', [values([2, 4, 3], 'float32')], { axis: 1 }),
    then('multiply', {}, scalar('float32', 100)),
    then('cast', { dtype: 'int8' }),
  ],
];

const POOL: Attrs = { pool_size: [3, 2], strides: [1, 1], padding: [0, 0, 0, 0] };
const POOLS: KernelOp[][] = (['int8', 'uint8', 'int32', 'float32'] as const).flatMap((d) =>
  [
    {},
    { padding: [1, 1, 1, 1], strides: [2, 1] },
    { padding: [2, 1, 2, 1], strides: [2, 2], ceil_mode: true },
    { pool_size: [1, 2], dilation: [1, 2] },
  ].flatMap((attrs) => [
    one('nn.max_pool2d', [values([1, 2, 7, 6], d)], { ...POOL, ...attrs } as Attrs),
    one('nn.avg_pool2d', [values([1, 2, 7, 6], d)], { ...POOL, ...attrs } as Attrs),
    one('nn.avg_pool2d', [values([1, 2, 7, 6], d)], { ...POOL, ...attrs, count_include_pad: true } as Attrs),
  ]),
);
const GLOBAL_POOLS: KernelOp[][] = (['int8', 'float32'] as const).flatMap((d) => [
  one('nn.global_avg_pool2d', [values([1, 3, 5, 4], d)]),
  one('nn.global_max_pool2d', [values([1, 3, 5, 4], d)]),
  one('nn.adaptive_avg_pool2d', [values([1, 2, 7, 6], d)], { output_size: [3, 2] }),
  one('nn.adaptive_avg_pool2d', [values([1, 2, 7, 6], d)], { output_size: [1] }),
  one('nn.adaptive_avg_pool2d', [values([1, 2, 6, 6], d)], { output_size: [2, 3] }),
]);

/** Divisors that are not 0, shifts in range, everything else at random. */
function second(op: string, shape: Shape, d: DType): Tensor {
  const t = values(shape, d);
  if (op.endsWith('shift'))
    for (let i = 0; i < t.data.length; i++) t.data[i] = rng.int(0, d === 'int64' ? 30 : 31);
  if (op === 'divide') for (let i = 0; i < t.data.length; i++) t.data[i] ||= 3;
  return t;
}

const BINARY = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum'].flatMap((op) =>
  NUMBERS.flatMap((d) => [
    one(op, [values([2, 3, 4], d), second(op, [2, 3, 4], d)]),
    one(op, [values([2, 3, 4], d), second(op, [3, 1], d)]),
    one(op, [values([4], d), scalar(d, isFloat(d) ? -2.5 : d === 'uint8' ? 7 : -1)]),
  ]),
);
const SHIFTS = ['right_shift', 'left_shift'].flatMap((op) =>
  INTEGERS.flatMap((d) => [
    one(op, [values([24], d), second(op, [24], d)]),
    one(op, [values([24], d), scalar(d, 3)]),
  ]),
);

const floats = (...v: number[]): Tensor => tensor([v.length], 'float32', v);
/** Values at which roundings, signs and limits show; and a dense net of values around them. */
const EDGES = floats(
  0,
  -0,
  0.5,
  -0.5,
  1.5,
  -1.5,
  2.5,
  -2.5,
  0.49999997,
  -0.49999997,
  8388607.5,
  -8388607.5,
  8388609,
  1e10,
  -1e10,
  2147483648,
  -2147483648,
  127.5,
  -128.5,
  1e-40,
  -1e-40,
  88.7,
  88.72284,
  89,
  -87.3,
  -103.5,
  -105,
  -110,
  9.01,
  -9.01,
  0.0002,
  0.00025,
  1e-10,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  3.4028234663852886e38,
  1.1754943508222875e-38,
);
const POSITIVE = floats(
  0,
  1,
  2,
  3,
  4,
  1e-45,
  1.4e-42,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  0.1,
  1e10,
  1e-10,
  16777215,
  8388607.5,
);
const NET = tensor(
  [2000],
  'float32',
  Array.from({ length: 2000 }, (_, i) => (i - 1000) * 0.0213),
);

const UNARY = [
  ...['negative', 'abs', 'nn.relu', 'floor', 'round'].flatMap((op) =>
    NUMBERS.map((d) => one(op, [values([40], d)])),
  ),
  ...['negative', 'abs', 'nn.relu', 'floor', 'round', 'onnx.round', 'exp', 'tanh', 'sigmoid'].flatMap(
    (op) => [one(op, [EDGES]), one(op, [NET])],
  ),
  one('sqrt', [POSITIVE]),
  one('sqrt', [
    tensor(
      [500],
      'float32',
      Array.from({ length: 500 }, (_, i) => i * 1.37),
    ),
  ]),
  one('nn.leaky_relu', [EDGES], { alpha: 0.1 }),
  ...NUMBERS.flatMap((d) => [
    one('clip', [values([40], d)], { a_min: -5.5, a_max: 20.25 }),
    one('clip', [values([40], d)], { a_min: -1e12, a_max: 1e12 }),
  ]),
  ...DTYPES.flatMap((from) =>
    DTYPES.map((to) => one('cast', [from === 'float32' ? EDGES : values([30], from)], { dtype: to })),
  ),
];

const box = (shape: Shape): Tensor => values(shape, 'int8');
const MOVEMENT: KernelOp[][] = [
  one('reshape', [box([2, 6])], { newshape: [3, 4] }),
  one('nn.batch_flatten', [box([2, 3, 2])]),
  one('squeeze', [box([1, 3, 1])], { axis: [-1] }),
  one('expand_dims', [box([3])], { axis: 0, num_newaxis: 2 }),
  one('transpose', [box([2, 3, 4])], { axes: null }),
  one('transpose', [box([1, 2, 3, 4])], { axes: [0, 2, 3, 1] }),
  one('reverse', [box([2, 3, 4])], { axis: 1 }),
  one('reverse', [box([2, 3])], { axis: -1 }),
  one('strided_slice', [box([4, 7])], { begin: [1, 1], end: [4, 7], strides: [2, 3] }),
  one('strided_slice', [box([5])], { begin: [-1], end: [-6], strides: [-2] }),
  one('strided_slice', [box([5, 5])], { begin: [3], end: [0], strides: [-1], axes: [1] }),
  one('strided_slice', [box([5])], { begin: [-3], end: [-1], slice_mode: 'size' }),
  one('nn.pad', [box([2, 3]), scalar('int32', 200)], {
    pad_width: [
      [0, 1],
      [2, 0],
    ],
  }),
  one('nn.pad', [values([1, 2, 3, 3], 'float32'), scalar('float32', -1.5)], {
    pad_width: [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 2],
    ],
  }),
  one('nn.pad', [box([2, 3]), scalar('int8', 4)], {
    pad_width: [
      [0, 0],
      [0, 0],
    ],
  }),
  one('concatenate', [box([2, 3]), box([2, 1]), box([2, 4])], { axis: 1 }),
  one('concatenate', [box([1, 3]), box([2, 3])], { axis: 0 }),
  one('split', [box([2, 6, 3])], { indices_or_sections: 3, axis: 1 }),
  one('split', [box([2, 6])], { indices_or_sections: [1, 4], axis: -1 }),
];

/** A tensor of a few values that meet each other, so that largest and smallest ones repeat. */
const few = (shape: Shape, dtype: DType): Tensor => {
  const t = tensor(shape, dtype);
  for (let i = 0; i < t.data.length; i++) t.data[i] = rng.int(dtype === 'uint8' ? 0 : -2, 2);
  return t;
};
const positions = (shape: Shape, ...v: number[]) => ({ constant: tensor(shape, 'int32', v) });
const SELECTION: KernelOp[][] = [
  one('take', [box([2, 5, 3]), positions([4], 4, 0, -1, 9)], { axis: 1 }),
  one('take', [box([4]), positions([2, 2], 3, 3, 0, 1)], { axis: 0 }),
  one('take', [values([2, 3], 'float32'), positions([], 1)], { axis: -1 }),
  one('where', [few([2, 3], 'bool'), box([2, 3]), box([3])]),
  one('where', [few([2, 1], 'bool'), values([3], 'float32'), scalar('float32', 0.5)]),
  ...NUMBERS.flatMap((d) => [
    one('max', [few([2, 4, 3], d)], { axis: [1], keepdims: true, exclude: false }),
    one('min', [few([2, 4, 3], d)], { axis: [0, 2], keepdims: false, exclude: false }),
    one('argmax', [few([3, 5], d)], { axis: 1, keepdims: false, select_last_index: false }),
    one('argmax', [few([5, 3], d)], { axis: 0, keepdims: true, select_last_index: true }),
  ]),
  one('log', [tensor([7], 'float32', [0, 1, 0.5, 3, 1e-40, Number.POSITIVE_INFINITY, 1.0000001])]),
];

const vector = (...v: number[]): { readonly constant: Tensor } => ({
  constant: tensor([v.length], 'int32', v),
});
const TFLITE: KernelOp[][] = [
  one(
    'tflite.requantize',
    [values([1, 3, 4, 5], 'int32'), vector(1073741824, 2 ** 31 - 1, 1518500250), vector(-3, 0, -31)],
    { axis: 1, zero_point: -5, out_dtype: 'int8' },
  ),
  one('tflite.requantize', [values([40], 'int32'), scalar('int32', 1276901417), scalar('int32', 4)], {
    axis: 0,
    zero_point: 77,
    out_dtype: 'int32',
  }),
  one('tflite.requantize', [values([40], 'int32'), scalar('int32', 1276901417), scalar('int32', -22)], {
    axis: 0,
    zero_point: 3,
    out_dtype: 'int8',
  }),
  one('tflite.avg_pool2d', [values([1, 2, 7, 6], 'int8')], {
    pool_size: [3, 2],
    strides: [2, 1],
    padding: [1, 1, 1, 0],
  }),
  one('tflite.avg_pool2d', [values([1, 3, 4, 4], 'int8')], {
    pool_size: [4, 4],
    strides: [1, 1],
    padding: [0, 0, 0, 0],
  }),
  ...[
    [1420909824, 21, -1200],
    [1073741824, 24, -15],
    [2147483647, 27, -7],
  ].map(([multiplier, left_shift, diff_min]) =>
    one('tflite.softmax', [values([4, 12], 'int8')], {
      multiplier: multiplier!,
      left_shift: left_shift!,
      diff_min: diff_min!,
    }),
  ),
  one('tflite.softmax', [tensor([1, 3], 'int8', [5, 4, 5])], {
    multiplier: 1420909824,
    left_shift: 23,
    diff_min: -255,
  }),
];

/** Chains that fusion makes: values between the operators never reach memory. */
const CHAINS: KernelOp[][] = [
  [
    ...one('cast', [box([2, 3, 4])], { dtype: 'int32' }),
    then('add', {}, values([3, 1], 'int32')),
    then('reshape', { newshape: [6, 4] }),
    then('transpose', { axes: [1, 0] }),
    then('clip', { a_min: -100, a_max: 100 }),
  ],
  [
    ...one('nn.relu', [box([1, 2, 4, 4])]),
    then(
      'nn.pad',
      {
        pad_width: [
          [0, 0],
          [0, 0],
          [1, 1],
          [1, 1],
        ],
      },
      scalar('int8', -7),
    ),
    then('reverse', { axis: 3 }),
  ],
  [
    ...one('add', [box([4, 6]), box([6])]),
    then('strided_slice', { begin: [1, 0], end: [4, 6], strides: [1, 2] }),
    then('reshape', { newshape: [9] }),
    { op: 'multiply', args: ['previous', 'previous'] },
  ],
  [
    ...one('transpose', [box([2, 3, 4])], { axes: [2, 0, 1] }),
    then('reshape', { newshape: [3, 8] }),
    then('abs'),
    then('maximum', {}, box([3, 8])),
  ],
  [
    ...one('cast', [box([2, 8])], { dtype: 'float32' }),
    then('multiply', {}, scalar('float32', 0.37)),
    then('tanh'),
    then('sqrt'),
    then('round'),
    then('cast', { dtype: 'int16' }),
  ],
  [
    ...one('nn.max_pool2d', [box([1, 2, 6, 6])], { ...POOL }),
    then('add', {}, box([1, 2, 1, 1])),
    { op: 'minimum', args: ['previous', 'previous'] },
  ],
];

const KERNELS = [
  ...SUMS,
  ...BLOCKS,
  ...POOLS,
  ...GLOBAL_POOLS,
  ...BINARY,
  ...SHIFTS,
  ...UNARY,
  ...MOVEMENT,
  ...SELECTION,
  ...TFLITE,
  ...CHAINS,
];

/** Float operators that go through e^x: one rounding from double, which another library may do one bit apart. */
const EXPONENTIAL = new Set(['exp', 'log', 'tanh', 'sigmoid', 'nn.softmax']);

function expectEqual(name: string, native: Tensor, simulated: Tensor, exact: boolean): void {
  native.data.forEach((v, i) => {
    const want = simulated.data[i]!;
    if (exact || Object.is(v, want)) expect(v, `${name} [${i}]`).toBe(want);
    else
      expect(Math.abs(v - want), `${name} [${i}] is ${v}, not ${want}`).toBeLessThanOrEqual(
        2 ** -23 * Math.abs(want),
      );
  });
}

describe.skipIf(!hasTool(nativeCompiler()))('the C of every host operator equals the simulator', () => {
  it.each<readonly [string, readonly string[]]>([
    ['-O0 and the sanitizers', ['-O0', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']],
    ...(FULL ? [['-O2', ['-O2']] as const] : []),
  ])('with %s', { timeout: 120_000 }, (_, flags) => {
    const kernels = new KernelProgram();
    for (const chain of KERNELS) kernels.add(chain);
    const program = kernels.program();
    const simulated: Tensor[] = [];
    runProgram(program, kernels.inputs, { onTensor: ({ tensor: t }) => simulated.push(t) });
    const native = runNative(program, kernels.inputs, { flags });
    expect(native.length).toBe(simulated.length);
    native.forEach(({ tensor: t, layer }, i) => {
      const { name, operators, detail } = program.manifest.layers[layer]!;
      expectEqual(`${name} ${detail}`, t, simulated[i]!, !operators.some((op) => EXPONENTIAL.has(op)));
    });
  });
});

describe.skipIf(!hasTool(`${riscvPrefix()}gcc`) || !hasTool('make'))('product sums on the SoC', () => {
  it.each([
    ['plain RV32IMC', false],
    ['Xpulp', true],
  ])("have the simulator's results in %s", { timeout: 120_000 }, (_, xpulp) => {
    const kernels = new KernelProgram();
    for (const chain of BLOCKS) kernels.add(chain);
    for (const chain of SHIFTS) kernels.add(chain);
    const program = kernels.program();
    const { outputs } = runProgram(program, kernels.inputs);
    const { elf } = buildElf(emitProject(program, { sample: { inputs: kernels.inputs, outputs }, xpulp }));
    const { stdout, exitStatus } = runElf(elf, { maxCycles: 1e8 });
    expect(stdout).toContain('as expected');
    expect(exitStatus).toBe(0);
  });
});
