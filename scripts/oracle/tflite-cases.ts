import type { DType } from '../../src/base/dtype.js';
import { random } from '../../src/base/random.js';
import { elementCount } from '../../src/base/tensor.js';
import type { OperatorSpec, OptionValue, TensorSpec } from './tflite-writer.js';

export const int8 = (v: number): OptionValue => ({ int8: v });
export const int32 = (v: number): OptionValue => ({ int32: v });
export const float32 = (v: number): OptionValue => ({ float32: v });

/** A file of one operator: its inputs (those with data are constants), its outputs, its options. */
export interface Case {
  readonly code: number;
  readonly inputs: readonly Omit<TensorSpec, 'name'>[];
  readonly outputs: readonly Omit<TensorSpec, 'name'>[];
  readonly options?: OperatorSpec['options'];
}

/** `n` integers of -most to most. */
function integers(seed: string, most: number, n: number): number[] {
  const rng = random(seed);
  return Array.from({ length: n }, () => rng.int(-most, most));
}

const random8 = (shape: readonly number[], seed: string) => integers(seed, 127, elementCount(shape));
/** A quantized tensor without data. */
export const q = (shape: readonly number[], scale: number, zeroPoint = 0, dtype: DType = 'int8') => ({
  shape,
  dtype,
  scales: [scale],
  zeroPoints: [zeroPoint],
});
/** A tensor of floats without data. */
export const f = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
/** A constant list of int32. */
export const ints = (values: readonly number[], shape: readonly number[] = [values.length]) => ({
  shape,
  dtype: 'int32' as const,
  data: values,
});
export const IMAGE = [1, 6, 7, 8];
export const x = q(IMAGE, 0.05, 3);
const kernel = (shape: readonly number[], axis: number, channels: number) => ({
  shape,
  dtype: 'int8' as const,
  data: random8(shape, 'kernel'),
  scales: Array.from({ length: channels }, (_, i) => 0.002 + 0.0025 * ((i * 5) % 8)),
  zeroPoints: new Array<number>(channels).fill(0),
  axis,
});
const bias = (n: number) => ({
  shape: [n],
  dtype: 'int32' as const,
  data: integers('bias', 500, n),
  scales: new Array<number>(n).fill(0.0005),
  zeroPoints: new Array<number>(n).fill(0),
});

/**
 * One operator each, with how far LiteRT's result may lie from ours: steps of an int8 output (XNNPACK, whose kernels LiteRT runs, rounds a float
 * product where TFLite's reference kernels, which are read here, round twice in fixed point), parts of a float.
 */
export const TFLITE_CASES: readonly (readonly [name: string, within: number, c: Case])[] = [
  [
    'CONV_2D, SAME, stride 2',
    1,
    {
      code: 3,
      inputs: [x, kernel([5, 3, 3, 8], 0, 5), bias(5)],
      outputs: [q([1, 3, 4, 5], 0.3, -7)],
      options: { 0: int8(0), 1: int32(2), 2: int32(2), 3: int8(1) },
    },
  ],
  [
    'CONV_2D, VALID, dilated',
    0,
    {
      code: 3,
      inputs: [x, kernel([5, 3, 3, 8], 0, 5), bias(5)],
      outputs: [q([1, 2, 3, 5], 0.3, -7)],
      options: { 0: int8(1), 1: int32(1), 2: int32(1), 4: int32(2), 5: int32(2) },
    },
  ],
  [
    'DEPTHWISE_CONV_2D',
    1,
    {
      code: 4,
      inputs: [x, kernel([1, 3, 3, 8], 3, 8), bias(8)],
      outputs: [q(IMAGE, 0.1, 4)],
      options: { 0: int8(0), 1: int32(1), 2: int32(1), 3: int32(1), 4: int8(3) },
    },
  ],
  [
    'TRANSPOSE_CONV, SAME, stride 2',
    1,
    {
      code: 67,
      inputs: [ints([1, 12, 14, 5]), kernel([5, 3, 3, 8], 0, 5), x, bias(5)],
      outputs: [q([1, 12, 14, 5], 0.2, 2)],
      options: { 0: int8(0), 1: int32(2), 2: int32(2) },
    },
  ],
  [
    'TRANSPOSE_CONV, VALID, stride 2',
    1,
    {
      code: 67,
      inputs: [ints([1, 13, 15, 5]), kernel([5, 3, 3, 8], 0, 5), x, bias(5)],
      outputs: [q([1, 13, 15, 5], 0.2, 2)],
      options: { 0: int8(1), 1: int32(2), 2: int32(2) },
    },
  ],
  [
    'FULLY_CONNECTED',
    0,
    {
      code: 9,
      inputs: [q([1, 40], 0.05, 3), { ...q([6, 40], 0.01), data: random8([6, 40], 'fc') }, bias(6)],
      outputs: [q([1, 6], 0.2, 1)],
      options: { 0: int8(0) },
    },
  ],
  [
    'ADD',
    1,
    { code: 0, inputs: [x, q(IMAGE, 0.031, -9)], outputs: [q(IMAGE, 0.07, 5)], options: { 0: int8(0) } },
  ],
  [
    'ADD of a constant',
    1,
    {
      code: 0,
      inputs: [x, { ...q([8], 0.031, -9), data: random8([8], 'c') }],
      outputs: [q(IMAGE, 0.07, 5)],
      options: { 0: int8(1) },
    },
  ],
  [
    'ADD of vectors',
    0,
    {
      code: 0,
      inputs: [q([9], 0.05, 3), q([9], 0.031, -9)],
      outputs: [q([9], 0.07, 5)],
      options: { 0: int8(0) },
    },
  ],
  [
    'SUB',
    1,
    { code: 41, inputs: [x, q(IMAGE, 0.031, -9)], outputs: [q(IMAGE, 0.07, 5)], options: { 0: int8(0) } },
  ],
  [
    'MUL',
    1,
    { code: 18, inputs: [x, q(IMAGE, 0.031, -9)], outputs: [q(IMAGE, 0.09, 5)], options: { 0: int8(0) } },
  ],
  ['MAXIMUM', 0, { code: 55, inputs: [x, x], outputs: [x], options: {} }],
  [
    'AVERAGE_POOL_2D',
    0,
    {
      code: 1,
      inputs: [x],
      outputs: [q([1, 3, 4, 8], 0.05, 3)],
      options: { 0: int8(0), 1: int32(2), 2: int32(2), 3: int32(3), 4: int32(3) },
    },
  ],
  [
    'MAX_POOL_2D',
    0,
    {
      code: 17,
      inputs: [x],
      outputs: [q([1, 3, 4, 8], 0.05, 3)],
      options: { 0: int8(0), 1: int32(2), 2: int32(2), 3: int32(3), 4: int32(3) },
    },
  ],
  [
    'MEAN over an image',
    1,
    { code: 40, inputs: [x, ints([1, 2])], outputs: [q([1, 8], 0.03, 1)], options: { 0: int8(0) } },
  ],
  ['LOGISTIC', 0, { code: 14, inputs: [q([1, 256], 0.05, 3)], outputs: [q([1, 256], 1 / 256, -128)] }],
  ['TANH', 0, { code: 28, inputs: [q([1, 256], 0.05, 3)], outputs: [q([1, 256], 1 / 128, 0)] }],
  [
    'LEAKY_RELU',
    1,
    {
      code: 98,
      inputs: [q([1, 256], 0.05, 3)],
      outputs: [q([1, 256], 0.04, -5)],
      options: { 0: float32(0.2) },
    },
  ],
  ['HARD_SWISH', 0, { code: 117, inputs: [q([1, 256], 0.05, 3)], outputs: [q([1, 256], 0.04, -100)] }],
  [
    'SOFTMAX',
    0,
    {
      code: 25,
      inputs: [q([1, 10], 0.1, 3)],
      outputs: [q([1, 10], 1 / 256, -128)],
      options: { 0: float32(1) },
    },
  ],
  [
    'QUANTIZE of uint8 to int8',
    0,
    { code: 114, inputs: [q(IMAGE, 0.05, 128, 'uint8')], outputs: [q(IMAGE, 0.05, 0)] },
  ],
  [
    'QUANTIZE of uint8 to another scale',
    0,
    { code: 114, inputs: [q(IMAGE, 0.05, 100, 'uint8')], outputs: [q(IMAGE, 0.07, 3)] },
  ],
  [
    'QUANTIZE of int8 to uint8',
    0,
    { code: 114, inputs: [q(IMAGE, 0.05, 0)], outputs: [q(IMAGE, 0.05, 128, 'uint8')] },
  ],
  ['QUANTIZE of int8 to another scale', 0, { code: 114, inputs: [x], outputs: [q(IMAGE, 0.07, -3)] }],
  ['QUANTIZE of float32', 0, { code: 114, inputs: [f(IMAGE)], outputs: [x] }],
  [
    'QUANTIZE of float32 to uint8',
    0,
    { code: 114, inputs: [f(IMAGE)], outputs: [q(IMAGE, 0.03, 120, 'uint8')] },
  ],
  ['DEQUANTIZE of uint8', 1e-5, { code: 6, inputs: [q(IMAGE, 0.05, 128, 'uint8')], outputs: [f(IMAGE)] }],
  [
    'TRANSPOSE',
    0,
    { code: 39, inputs: [x, ints([0, 3, 1, 2])], outputs: [q([1, 8, 6, 7], 0.05, 3)], options: {} },
  ],
  [
    'STRIDED_SLICE with masks',
    0,
    {
      code: 45,
      inputs: [x, ints([0, 1, 0, -3]), ints([1, 5, 7, 8]), ints([1, 2, 3, 1])],
      outputs: [q([1, 2, 3, 3], 0.05, 3)],
      options: { 0: int32(4), 1: int32(4) },
    },
  ],
  [
    'STRIDED_SLICE that drops an axis',
    0,
    {
      code: 45,
      inputs: [x, ints([0, 2, 0, 0]), ints([1, 3, 7, 8]), ints([1, 1, 1, 1])],
      outputs: [q([1, 7, 8], 0.05, 3)],
      options: { 4: int32(2) },
    },
  ],
  [
    'SLICE',
    0,
    {
      code: 65,
      inputs: [x, ints([0, 1, 2, 3]), ints([1, -1, 4, 5])],
      outputs: [q([1, 5, 4, 5], 0.05, 3)],
      options: {},
    },
  ],
  [
    'SPLIT',
    0,
    {
      code: 49,
      inputs: [ints([3], []), x],
      outputs: [q([1, 6, 7, 4], 0.05, 3), q([1, 6, 7, 4], 0.05, 3)],
      options: { 0: int32(2) },
    },
  ],
  [
    'SPLIT_V',
    0,
    {
      code: 102,
      inputs: [x, ints([3, 4]), ints([2], [])],
      outputs: [q([1, 6, 3, 8], 0.05, 3), q([1, 6, 4, 8], 0.05, 3)],
      options: { 0: int32(2) },
    },
  ],
  [
    'CONCATENATION',
    0,
    { code: 2, inputs: [x, x], outputs: [q([1, 6, 7, 16], 0.05, 3)], options: { 0: int32(3) } },
  ],
  [
    'PADV2',
    0,
    {
      code: 60,
      inputs: [x, ints([0, 0, 1, 2, 0, 1, 0, 0], [4, 2]), { ...q([], 0.05, 3), data: [-20] }],
      outputs: [q([1, 9, 8, 8], 0.05, 3)],
    },
  ],
  [
    'RESIZE_NEAREST_NEIGHBOR',
    0,
    { code: 97, inputs: [x, ints([12, 21])], outputs: [q([1, 12, 21, 8], 0.05, 3)], options: {} },
  ],
  [
    'RESIZE_NEAREST_NEIGHBOR by other factors',
    0,
    { code: 97, inputs: [x, ints([9, 4])], outputs: [q([1, 9, 4, 8], 0.05, 3)], options: {} },
  ],
  [
    'RESIZE_NEAREST_NEIGHBOR, corners aligned',
    0,
    {
      code: 97,
      inputs: [x, ints([9, 13])],
      outputs: [q([1, 9, 13, 8], 0.05, 3)],
      options: { 0: int8(1) },
    },
  ],
  [
    'RESIZE_NEAREST_NEIGHBOR, centres of pixels',
    0,
    {
      code: 97,
      inputs: [x, ints([9, 13])],
      outputs: [q([1, 9, 13, 8], 0.05, 3)],
      options: { 1: int8(1) },
    },
  ],
  [
    'RESIZE_BILINEAR',
    1,
    { code: 23, inputs: [x, ints([9, 13])], outputs: [q([1, 9, 13, 8], 0.05, 3)], options: {} },
  ],
  [
    'RESIZE_BILINEAR, corners aligned',
    1,
    {
      code: 23,
      inputs: [x, ints([9, 13])],
      outputs: [q([1, 9, 13, 8], 0.05, 3)],
      options: { 2: int8(1) },
    },
  ],
  [
    'RESIZE_BILINEAR, centres of pixels',
    1,
    {
      code: 23,
      inputs: [x, ints([4, 13])],
      outputs: [q([1, 4, 13, 8], 0.05, 3)],
      options: { 3: int8(1) },
    },
  ],
  [
    'RESIZE_BILINEAR of float32',
    1e-5,
    { code: 23, inputs: [f(IMAGE), ints([9, 13])], outputs: [f([1, 9, 13, 8])], options: { 3: int8(1) } },
  ],
  [
    'PAD',
    0,
    {
      code: 34,
      inputs: [x, ints([0, 0, 1, 2, 0, 1, 0, 0], [4, 2])],
      outputs: [q([1, 9, 8, 8], 0.05, 3)],
    },
  ],
  ['MINIMUM', 0, { code: 57, inputs: [x, x], outputs: [x], options: {} }],
  ['LOGISTIC of float32', 1e-5, { code: 14, inputs: [f(IMAGE)], outputs: [f(IMAGE)] }],
  [
    'LEAKY_RELU of float32',
    1e-6,
    { code: 98, inputs: [f(IMAGE)], outputs: [f(IMAGE)], options: { 0: float32(0.2) } },
  ],
  ['HARD_SWISH of float32', 1e-5, { code: 117, inputs: [f(IMAGE)], outputs: [f(IMAGE)] }],
  ['TANH of float32', 1e-5, { code: 28, inputs: [f(IMAGE)], outputs: [f(IMAGE)] }],
];
