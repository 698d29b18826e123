import { type Shape, type Tensor, tensor } from '../../src/base/tensor.js';
import type { ConvLayerOptions } from '../../src/builder/layers.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import * as op from '../../src/builder/operators.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { type Expr, type Model, tensorTypeOf } from '../../src/ir/expr.js';
import { suiteModels } from '../../src/models/registry.js';
import type { Program } from '../../src/program/types.js';

/** A program to calibrate with. */
export interface CalibrationProgram {
  readonly name: string;
  readonly model: Model;
  readonly program: Program;
}

/** The body of a small model; weights and biases are parameters of the builder. */
type Body = (x: Expr, m: ModelBuilder) => Expr;

/** A tensor of small values: times depend on them by a branch here and there. */
export function filledTensor(shape: Shape, dtype: 'int8' | 'int32' | 'float32'): Tensor {
  const t = tensor(shape, dtype);
  for (let i = 0; i < t.data.length; i++) t.data[i] = ((i * 37) % 23) - 11;
  return t;
}

const channelsOf = (x: Expr): number => tensorTypeOf(x).shape[1]!;

/** A whole convolution layer on x: `channels` null for a depthwise one. */
export const convolutionOf =
  (channels: number | null, kernel: number, options: ConvLayerOptions): Body =>
  (x, m) => {
    const [out, inputs] = channels === null ? [channelsOf(x), 1] : [channels, channelsOf(x)];
    const groups = channels === null ? { groups: out } : {};
    const weights = filledTensor([out, inputs, kernel, kernel], 'int8');
    return m.conv2d(x, 'conv', weights, filledTensor([out], 'int32'), { shift: 6, ...groups, ...options });
  };

/** A convolution whose sums go on as floats. */
const floatTail =
  (kernel: number, groups: boolean): Body =>
  (x, m) => {
    const n = channelsOf(x);
    const weights = m.parameter('w', filledTensor([n, groups ? 1 : n, kernel, kernel], 'int8'));
    const attrs = {
      channels: n,
      kernelSize: [kernel, kernel],
      padding: kernel >> 1,
      outDtype: 'int32',
    } as const;
    return op.multiply(op.cast(op.conv2d(x, weights, { ...attrs, groups: groups ? n : 1 }), 'float32'), 0.01);
  };

const wide = (x: Expr): Expr => op.cast(x, 'int32');

/** What the networks do not do, or only together with something else. */
const SINGLE: readonly (readonly [name: string, dtype: 'int8' | 'float32', body: Body])[] = [
  ['add-float', 'float32', (x) => op.add(x, x)],
  ['multiply-float', 'float32', (x) => op.multiply(x, 0.75)],
  ['divide-float', 'float32', (x) => op.divide(x, 1.7)],
  ['exp', 'float32', (x) => op.exp(x)],
  ['sqrt', 'float32', (x) => op.sqrt(op.abs(x))],
  ['sigmoid', 'float32', (x) => op.sigmoid(x)],
  ['tanh', 'float32', (x) => op.tanh(x)],
  ['max-float', 'float32', (x) => op.maxPool2d(x, { poolSize: [2, 2], strides: [2, 2] })],
  ['avg-float', 'float32', (x) => op.avgPool2d(x, { poolSize: [2, 2], strides: [2, 2] })],
  [
    'conv-float',
    'float32',
    (x, m) =>
      op.conv2d(x, m.parameter('w', filledTensor([4, channelsOf(x), 3, 3], 'float32')), {
        channels: 4,
        kernelSize: [3, 3],
        padding: 1,
        outDtype: 'float32',
      }),
  ],
  ['max-pool', 'int8', (x) => op.maxPool2d(x, { poolSize: [2, 2], strides: [2, 2] })],
  ['max-pool-padded', 'int8', (x) => op.maxPool2d(x, { poolSize: [3, 3], strides: [2, 2], padding: 1 })],
  ['avg-pool', 'int8', (x) => op.avgPool2d(x, { poolSize: [4, 4], strides: [4, 4] })],
  ['avg-pool-padded', 'int8', (x) => op.avgPool2d(x, { poolSize: [3, 3], padding: 1 })],
  ['global-max', 'int8', (x) => op.globalMaxPool2d(x)],
  ['global-avg', 'int8', (x) => op.globalAvgPool2d(x)],
  ['mean', 'int8', (x) => op.mean(wide(x), { axis: [2, 3] })],
  ['transpose', 'int8', (x) => op.transpose(x, [0, 2, 3, 1])],
  ['concatenate', 'int8', (x) => op.concatenate([x, x], 1)],
  [
    'strided-slice',
    'int8',
    (x) => op.stridedSlice(x, { begin: [0, 0, 0, 0], end: [1, 2, 8, 8], strides: [1, 1, 2, 2] }),
  ],
  [
    'pad',
    'int8',
    (x) =>
      op.pad(x, [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
  ],
  ['maximum', 'int8', (x) => op.maximum(x, 3)],
  ['relu', 'int8', (x) => op.relu(x)],
  ['cast', 'int8', (x) => op.cast(x, 'int32')],
  ['add', 'int8', (x) => op.add(wide(x), wide(op.relu(x)))],
  ['add-layer', 'int8', (x, m) => m.add(x, op.relu(x), 'add', { shift: 1, relu: true })],
  [
    'requantize',
    'int8',
    (x) => op.cast(op.clip(op.rightShift(op.multiply(wide(x), 77), 5), -128, 127), 'int8'),
  ],
  [
    'conv-int32',
    'int8',
    (x, m) =>
      op.conv2d(wide(x), m.parameter('w', filledTensor([4, channelsOf(x), 3, 3], 'int32')), {
        channels: 4,
        kernelSize: [3, 3],
        padding: 1,
        outDtype: 'int32',
      }),
  ],
  ['softmax', 'float32', (x) => op.softmax(op.reshape(x, [4, 256]))],
  ['softmax-int8', 'int8', (x) => op.softmax(op.cast(op.reshape(x, [4, 256]), 'float32'))],
  ['conv-5x5', 'int8', convolutionOf(8, 5, {})],
  ['conv-3x3-6', 'int8', convolutionOf(6, 3, { relu: true })],
  ['conv-3x3-s2', 'int8', convolutionOf(16, 3, { strides: 2 })],
  ['conv-1x1', 'int8', convolutionOf(12, 1, {})],
  ['depthwise-3x3', 'int8', convolutionOf(null, 3, {})],
  ['depthwise-3x3-s2', 'int8', convolutionOf(null, 3, { strides: 2, relu: true })],
  ['depthwise-5x5', 'int8', convolutionOf(null, 5, {})],
  ['conv-3x3-to-float', 'int8', floatTail(3, false)],
  ['depthwise-3x3-to-float', 'int8', floatTail(3, true)],
];
const SHAPES: readonly Shape[] = [
  [1, 4, 16, 16],
  [1, 16, 8, 8],
];

/** Planes that are all border, and channels so few or many that their windows are not, or hardly, worth gathering. */
const SMALL: readonly (readonly [name: string, shape: Shape, body: Body])[] = [
  ['depthwise-3x3', [1, 32, 6, 6], convolutionOf(null, 3, { relu: true })],
  ['depthwise-3x3', [1, 64, 3, 3], convolutionOf(null, 3, { relu: true })],
  ['depthwise-3x3-s2', [1, 32, 12, 12], convolutionOf(null, 3, { strides: 2 })],
  ['depthwise-3x3-s2', [1, 64, 6, 6], convolutionOf(null, 3, { strides: 2 })],
  ['depthwise-3x3', [1, 3, 48, 48], convolutionOf(null, 3, {})],
  ['conv-3x3', [1, 1, 28, 28], convolutionOf(8, 3, { relu: true })],
  ['conv-3x3', [1, 3, 32, 32], convolutionOf(16, 3, { relu: true })],
  ['conv-3x3-s2', [1, 3, 32, 32], convolutionOf(32, 3, { strides: 2 })],
  ['conv-3x3', [1, 8, 6, 6], convolutionOf(7, 3, {})],
  ['conv-3x3', [1, 32, 8, 8], convolutionOf(32, 3, {})],
  ['conv-1x1', [1, 16, 12, 12], convolutionOf(10, 1, {})],
];

function singles(): { readonly name: string; readonly build: () => Model }[] {
  const single = (name: string, shape: Shape, dtype: 'int8' | 'float32', body: Body) => {
    const full = `${name} ${shape.join('x')}`;
    return {
      name: full,
      build: () => {
        const m = new ModelBuilder(full);
        return m.build(body(m.input('input', shape, dtype), m));
      },
    };
  };
  return [
    ...SINGLE.flatMap(([name, dtype, body]) => SHAPES.map((shape) => single(name, shape, dtype, body))),
    ...SMALL.map(([name, shape, body]) => single(name, shape, 'int8', body)),
  ];
}

/** Every built-in network for both targets, fused and not, and the single operators. */
export function* calibrationPrograms(): Generator<CalibrationProgram> {
  const make = (name: string, model: Model, options: Partial<CompileOptions>): CalibrationProgram => ({
    name: `${name}, "${options.target}"${options.fuse === false ? ', not fused' : ''}`,
    model,
    program: compile(model, { ...DEFAULT_OPTIONS, ...options }),
  });
  for (const { name, build } of suiteModels('all'))
    for (const target of ['soma_dory, c', 'c'] as const)
      for (const fuse of [true, false]) {
        // Unfused, the int32 tensors between the operators of the larger networks do not fit L2.
        if (!fuse && target === 'c' && ['resnet20', 'mobilenet-v1', 'mobilenet-v2'].includes(name)) continue;
        yield make(name, build(0), { target, fuse });
      }
  for (const { name, build } of singles()) yield make(name, build(), { target: 'c' });
}
