import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { runOnHost } from './host-run.js';
import { encodeOnnx, floats, type ModelSpec, type NodeSpec } from './onnx-writer.js';
import { describeWithModels, MODELS } from './shared-models.js';

const load = (spec: ModelSpec) =>
  importOnnx(encodeOnnx(spec), {
    name: 'net',
    dequantize: true,
    external: () => {
      throw new Error('none');
    },
  });
const output = (spec: ModelSpec, x: Tensor) => [...runOnHost(load(spec), { x }).get('output')!.data];

const scalar = (v: number) => tensor([], 'float32', [v]);
const int8 = (values: readonly number[], shape: readonly number[] = []) => tensor(shape, 'int8', values);
const uint8 = (v: number) => tensor([], 'uint8', [v]);

/** Two inputs, three units. Real weights (rows: inputs): 1 -2 3, 0.5 1 -1.5; real bias 0.25 -0.5 0. */
const initializers: Record<string, Tensor> = {
  sx: scalar(0.5),
  zx: uint8(128),
  w: int8([4, -8, 12, 2, 4, -6], [2, 3]),
  wt: int8([4, 2, -8, 4, 12, -6], [3, 2]),
  sw: scalar(0.25),
  swEach: tensor([3], 'float32', [0.25, 0.25, 0.25]),
  zw: int8([0]),
  zwEach: int8([0, 0, 0], [3]),
  b: tensor([3], 'int32', [2, -4, 0]),
  sb: scalar(0.125),
  sbEach: tensor([3], 'float32', [0.125, 0.125, 0.125]),
  sy: scalar(0.125),
  zero: uint8(0),
  middle: uint8(128),
  least: int8([-128]),
};
const spec = (nodes: readonly NodeSpec[], more: Partial<ModelSpec> = {}): ModelSpec => ({
  opset: 13,
  inputs: { x: [1, 2] },
  outputs: ['y'],
  initializers,
  nodes: [...nodes],
  ...more,
});
const qdq = (zeroPoint: string, each = ''): NodeSpec[] => [
  { op: 'QuantizeLinear', inputs: ['x', 'sx', 'zx'], outputs: ['xq'] },
  { op: 'DequantizeLinear', inputs: ['xq', 'sx', 'zx'], outputs: ['xr'] },
  { op: 'DequantizeLinear', inputs: ['w', `sw${each}`, `zw${each}`], outputs: ['wr'] },
  { op: 'DequantizeLinear', inputs: ['b', `sb${each}`], outputs: ['br'] },
  { op: 'Gemm', inputs: ['xr', 'wr', 'br'], outputs: ['s'] },
  { op: 'QuantizeLinear', inputs: ['s', 'sy', zeroPoint], outputs: ['yq'] },
  { op: 'DequantizeLinear', inputs: ['yq', 'sy', zeroPoint], outputs: ['y'] },
];
const gemm = (zeroPoint: string): NodeSpec => ({
  op: 'QGemm',
  domain: 'com.microsoft',
  inputs: ['xq', 'sx', 'zx', 'wt', 'swEach', 'zwEach', 'b', 'sy', zeroPoint],
  outputs: ['yq'],
  attributes: { transB: { i: 1 } },
});
const around = (node: NodeSpec, zeroPoint: string): NodeSpec[] => [
  { op: 'QuantizeLinear', inputs: ['x', 'sx', 'zx'], outputs: ['xq'] },
  node,
  { op: 'DequantizeLinear', inputs: ['yq', 'sy', zeroPoint], outputs: ['y'] },
];
const dynamic: NodeSpec[] = [
  { op: 'DynamicQuantizeLinear', inputs: ['x'], outputs: ['xq', 'xs', 'xz'] },
  { op: 'MatMulInteger', inputs: ['xq', 'w', 'xz', 'zw'], outputs: ['n'] },
  { op: 'Cast', inputs: ['n'], outputs: ['f'], attributes: { to: { i: 1 } } },
  { op: 'Mul', inputs: ['xs', 'sw'], outputs: ['m'] },
  { op: 'Mul', inputs: ['f', 'm'], outputs: ['y'] },
];
const matmul: NodeSpec = {
  op: 'QLinearMatMul',
  inputs: ['xq', 'sx', 'zx', 'w', 'swEach', 'zwEach', 'sy', 'middle'],
  outputs: ['yq'],
};

describe('a quantized ONNX network as the float32 network that it approximates', () => {
  // x = (0.3, 1): 0.3 * (1, -2, 3) + (0.5, 1, -1.5) = (0.8, 0.4, -0.6); the bias makes it (1.05, -0.1, -0.6)
  it.each<[string, readonly NodeSpec[], readonly number[]]>([
    ['QDQ, nothing is rounded', qdq('middle'), [1.05, -0.1, -0.6]],
    ['QDQ with scales an axis', qdq('middle', 'Each'), [1.05, -0.1, -0.6]],
    ['saturation of uint8 at 0 is a ReLU', qdq('zero'), [1.05, 0, 0]],
    ['saturation of int8 at -128, too', qdq('least'), [1.05, 0, 0]],
    ['operator format, bias in units of the sum', around(gemm('middle'), 'middle'), [1.05, -0.1, -0.6]],
    ['operator format with a ReLU', around(gemm('zero'), 'zero'), [1.05, 0, 0]],
    ['QLinearMatMul, scales a column', around(matmul, 'middle'), [0.8, 0.4, -0.6]],
    ['quantized at run time', dynamic, [0.8, 0.4, -0.6]],
  ])('%s', (_, nodes, expected) => {
    const made = output(spec(nodes), floats([1, 2], [0.3, 1]));
    made.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('an input of integers is read as real values, and its scale is told', () => {
    const model = load(spec(qdq('middle').slice(1), { inputs: { xq: [1, 2] }, inputType: 2 }));
    expect(model.quantizedInput).toEqual({ dtype: 'uint8', scale: 0.5, zeroPoint: 128 });
    expect(model.main.params[0]!.type.dtype).toBe('float32');
  });

  it('refuses integers that no QuantizeLinear makes', () => {
    const nodes: NodeSpec[] = [
      { op: 'Cast', inputs: ['x'], outputs: ['xq'], attributes: { to: { i: 2 } } },
      { op: 'DequantizeLinear', inputs: ['xq', 'sx', 'zx'], outputs: ['y'], name: 'dq' },
    ];
    expect(() => load(spec(nodes))).toThrow(
      'node dq (DequantizeLinear): its input is uint8 that no QuantizeLinear makes; such a network cannot be read as float32.',
    );
  });
});

describeWithModels('the quantized MNIST networks as float32', () => {
  const file = (name: string) => `${MODELS}/mnist/${name}`;
  const firstImage = () => {
    const { data } = readNpyFile(file('test_images_uint8_nchw.npy'));
    return tensor(
      [1, 1, 28, 28],
      'float32',
      Array.from(data.subarray(0, 784), (v) => Math.fround(v / 127.5) - 1),
    );
  };

  // Steps of the last quantization, from the files; the rounding of every layer before adds up to a few.
  it.each([
    ['lenet_qdq_u8', 0.0524],
    ['lenet_qop_u8', 0.0524],
    ['resnet_qdq_s8', 0.0423],
  ])('%s is within 8 steps of %d of what onnxruntime makes of the quantized file', (name, step) => {
    const model = loadModelFile(file(`mnist_${name}.onnx`), { dequantize: true });
    const recorded = readNpyFile(file(`mnist_${name}_out.npy`));
    const classes = recorded.shape[1]!;
    const out = runOnHost(model, { input: firstImage() }).get('output')!;
    expect(out.dtype).toBe('float32');
    const steps = Array.from(out.data, (v, k) => Math.abs(v - recorded.data[k]!) / step);
    expect(steps).toHaveLength(classes);
    expect(Math.max(...steps)).toBeLessThan(8);
    expect(Math.max(...steps)).toBeGreaterThan(0);
  });
});
