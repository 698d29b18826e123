import { beforeAll, describe, expect, it } from 'vitest';
import { LiteRt } from '../../scripts/oracle/tflite-runtime.js';
import type { DType } from '../../src/base/dtype.js';
import { elementCount, type Tensor, tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { runOnHost } from './host-run.js';
import { randomOf } from './random.js';
import { encodeTflite, type OperatorSpec, type OptionValue, type TensorSpec } from './tflite-writer.js';

let runtime: LiteRt;
beforeAll(async () => {
  runtime = await LiteRt.load();
});

const int8 = (v: number): OptionValue => ({ int8: v });
const int32 = (v: number): OptionValue => ({ int32: v });
const float32 = (v: number): OptionValue => ({ float32: v });

/** One operator: its inputs (those with data are constants), its outputs, its options. */
interface Case {
  readonly code: number;
  readonly inputs: readonly Omit<TensorSpec, 'name'>[];
  readonly outputs: readonly Omit<TensorSpec, 'name'>[];
  readonly options?: OperatorSpec['options'];
}

function fileOf({ code, inputs, outputs, options }: Case): { bytes: Uint8Array; given: TensorSpec[] } {
  const tensors = [
    ...inputs.map((t, i) => ({ ...t, name: `in${i}` })),
    ...outputs.map((t, i) => ({ ...t, name: `out${i}` })),
  ];
  const numbers = inputs.map((_, i) => i);
  const made = outputs.map((_, i) => inputs.length + i);
  const given = numbers.filter((i) => tensors[i]!.data === undefined);
  const bytes = encodeTflite({
    tensors,
    inputs: given,
    outputs: made,
    operators: [{ code, inputs: numbers, outputs: made, ...(options === undefined ? {} : { options }) }],
  });
  return { bytes, given: given.map((i) => tensors[i]!) };
}

const bytesOf = (t: Tensor): Uint8Array =>
  new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength).slice();

function valuesOf(bytes: Uint8Array, dtype: DType): number[] {
  const arrays = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array };
  return [...new arrays[dtype as keyof typeof arrays](bytes.slice().buffer)];
}

/** Random input: all of an integer type's values, reals to +-4. */
function randomInput(t: TensorSpec, seed: string): Tensor {
  const n = elementCount(t.shape);
  const random = randomOf(seed);
  const [lo, hi] = t.dtype === 'uint8' ? [0, 255] : [-128, 127];
  const values = t.dtype === 'float32' ? random.reals(-4, 4, n) : random.integers(lo!, hi!, n);
  return tensor(t.shape, t.dtype, values);
}

/** The largest difference of our reading from LiteRT, in steps of the output (int8, uint8) or in value. */
async function distance(c: Case, seed: string): Promise<number> {
  const { bytes, given } = fileOf(c);
  const inputs = given.map((t, i) => randomInput(t, `${seed} ${i}`));
  const model = importTflite(bytes, 'case');
  const names = model.main.params.filter((p) => !model.params.has(p.name)).map((p) => p.name);
  const ours = runOnHost(model, Object.fromEntries(inputs.map((t, i) => [names[i]!, t])));
  const theirs = await runtime.run(bytes, inputs.map(bytesOf));
  const distances = c.outputs.map((t, i) => {
    const label = c.outputs.length === 1 ? 'output' : `output.${i}`;
    const mine = ours.get(label)!;
    return Math.max(...valuesOf(theirs[i]!, t.dtype).map((v, k) => Math.abs(v - mine.data[k]!)));
  });
  return Math.max(...distances);
}

const random8 = (shape: readonly number[], seed: string) =>
  randomOf(seed).integers(-127, 127, elementCount(shape));
const q = (shape: readonly number[], scale: number, zeroPoint = 0, dtype: DType = 'int8') => ({
  shape,
  dtype,
  scales: [scale],
  zeroPoints: [zeroPoint],
});
const f = (shape: readonly number[]) => ({ shape, dtype: 'float32' as const });
const ints = (values: readonly number[], shape: readonly number[] = [values.length]) => ({
  shape,
  dtype: 'int32' as const,
  data: values,
});
const IMAGE = [1, 6, 7, 8];
const x = q(IMAGE, 0.05, 3);
const kernel = (shape: readonly number[], axis: number, channels: number) => ({
  shape,
  dtype: 'int8' as const,
  data: random8(shape, 'kernel'),
  scales: randomOf('scales').reals(0.002, 0.02, channels),
  zeroPoints: new Array<number>(channels).fill(0),
  axis,
});
const bias = (n: number) => ({
  shape: [n],
  dtype: 'int32' as const,
  data: randomOf('bias').integers(-500, 500, n),
  scales: new Array<number>(n).fill(0.0005),
  zeroPoints: new Array<number>(n).fill(0),
});

describe('one operator of TFLite, beside LiteRT', () => {
  /** `within`: steps by which XNNPACK's rounding may differ from TFLite's reference kernels, which are read here. */
  it.each<[string, number, Case]>([
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
  ])('%s: within %d', async (name, within, c) => {
    for (const seed of ['a', 'b']) expect(await distance(c, `${name} ${seed}`)).toBeLessThanOrEqual(within);
  });
});

it('CONCATENATION of different scales rescales its operands, as the uint8 kernels do (the int8 ones take none)', () => {
  const c: Case = {
    code: 2,
    inputs: [q([1, 3], 0.5, 3), q([1, 2], 2, -4)],
    outputs: [q([1, 5], 1, 10)],
    options: { 0: int32(1) },
  };
  const model = importTflite(fileOf(c).bytes, 'case');
  const inputs = {
    in0: tensor([1, 3], 'int8', [3, 5, 127]),
    in1: tensor([1, 2], 'int8', [-4, 100]),
  };
  // (q - 3) / 2 + 10 and (q + 4) * 2 + 10, saturated
  expect([...runOnHost(model, inputs).get('output')!.data]).toEqual([10, 11, 72, 10, 127]);
});

describe('refusals name the operator', () => {
  it.each<[string, Case, RegExp]>([
    [
      'int16 activations',
      {
        code: 0,
        inputs: [q([4], 0.1, 0, 'int16'), q([4], 0.1, 0, 'int16')],
        outputs: [q([4], 0.1, 0, 'int16')],
      },
      /^operator 0 \(ADD\): its activations are int16 \(in0\); supported are int8 and float32/,
    ],
    [
      'LSTM',
      { code: 16, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(LSTM\): it keeps values from one run to the next/,
    ],
    [
      'WHILE',
      { code: 119, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(WHILE\): it keeps values from one run to the next or chooses what runs/,
    ],
    [
      'an operator that is not read',
      { code: 50, inputs: [f([1, 4])], outputs: [f([1, 4])] },
      /^operator 0 \(LOG_SOFTMAX\): it is not supported/,
    ],
    [
      'a resize that changes the scale',
      { code: 97, inputs: [x, ints([9, 21])], outputs: [q([1, 9, 21, 8], 0.06, 3)], options: {} },
      /^operator 0 \(RESIZE_NEAREST_NEIGHBOR\): its input 0 and its output have different scales/,
    ],
    [
      'an extent of 0',
      { code: 19, inputs: [f([1, 0])], outputs: [f([1, 0])] },
      /^operator 0 \(RELU\): tensor in0 has shape \(1, 0\); every axis must be at least 1/,
    ],
  ])('%s', (_, c, message) => expect(() => importTflite(fileOf(c).bytes, 'case')).toThrow(message));
});
