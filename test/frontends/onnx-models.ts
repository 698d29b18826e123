import { floats, int64s, type ModelSpec, type NodeSpec } from './onnx-writer.js';
import { randomOf } from './random.js';

/** Small networks in the ways that quantization libraries and exporters write them. Values come from a fixed generator. */

const scalarNode = (output: string, value: number, integer = false): NodeSpec => ({
  op: 'Constant',
  inputs: [],
  outputs: [output],
  attributes: { value: { t: integer ? int64s([value], []) : floats([], [value]) } },
});

/** diana-quantlib: Div by a power of two, Floor, Clip on floats that hold integers; a residual sum; a mean; a linear layer. */
export function dianaNetwork(seed = 'diana'): ModelSpec {
  const random = randomOf(seed);
  const weights = (shape: number[], limit: number) =>
    floats(
      shape,
      random.integers(
        -limit,
        limit,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  const requantize = (from: string, to: string, divisor: number, lo: number): NodeSpec[] => [
    scalarNode(`${to}.d`, divisor),
    { op: 'Div', inputs: [from, `${to}.d`], outputs: [`${to}.q`] },
    { op: 'Floor', inputs: [`${to}.q`], outputs: [`${to}.f`] },
    { op: 'Clip', inputs: [`${to}.f`, `clip.${lo}`, 'clip.127'], outputs: [to] },
  ];
  return {
    opset: 13,
    inputs: { input: [1, 4, 8, 8] },
    outputs: ['scores'],
    initializers: {
      'clip.-128': floats([], [-128]),
      'clip.0': floats([], [0]),
      'clip.127': floats([], [127]),
      'conv1.weight': weights([16, 4, 3, 3], 20),
      'conv1.bias': weights([16], 500),
      'conv2.weight': weights([16, 16, 3, 3], 12),
      'conv2.bias': weights([16], 500),
      'fc.weight': weights([8, 16], 60),
      'fc.bias': weights([8], 300),
    },
    nodes: [
      { op: 'Conv', inputs: ['input', 'conv1.weight', 'conv1.bias'], outputs: ['c1'], attributes: same(3) },
      ...requantize('c1', 'a1', 64, 0),
      { op: 'Conv', inputs: ['a1', 'conv2.weight', 'conv2.bias'], outputs: ['c2'], attributes: same(3) },
      ...requantize('c2', 'a2', 128, -128),
      { op: 'Add', inputs: ['a1', 'a2'], outputs: ['sum'] },
      ...requantize('sum', 'a3', 2, 0),
      { op: 'GlobalAveragePool', inputs: ['a3'], outputs: ['mean'] },
      { op: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
      { op: 'Floor', inputs: ['flat'], outputs: ['pooled.f'] },
      { op: 'Clip', inputs: ['pooled.f', 'clip.-128', 'clip.127'], outputs: ['pooled'] },
      {
        op: 'Gemm',
        inputs: ['pooled', 'fc.weight', 'fc.bias'],
        outputs: ['fc'],
        attributes: { transB: { i: 1 } },
      },
      ...requantize('fc', 'scores', 32, -128),
    ],
  };
}

const same = (kernel: number): NonNullable<NodeSpec['attributes']> => ({
  kernel_shape: { ints: [kernel, kernel] },
  pads: { ints: new Array<number>(4).fill((kernel - 1) / 2) },
  strides: { ints: [1, 1] },
});

/** NEMO: per-channel Mul and Add, requantization through int64, unsigned activations, an adder with its own scales. */
export function nemoNetwork(seed = 'nemo'): ModelSpec {
  const random = randomOf(seed);
  const weights = (shape: number[], lo: number, hi: number) =>
    floats(
      shape,
      random.integers(
        lo,
        hi,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  const initializers = {
    'conv1.weight': weights([8, 1, 5, 5], -64, 63),
    'bn1.kappa': weights([1, 8, 1, 1], 2030, 2048),
    'bn1.lamda': weights([1, 8, 1, 1], -3_000_000, 3_000_000),
    'conv2.weight': weights([8, 8, 3, 3], -64, 63),
    'bn2.kappa': weights([1, 8, 1, 1], 2030, 2048),
    'bn2.lamda': weights([1, 8, 1, 1], -30_000_000, 30_000_000),
    'fc.weight': weights([8 * 5 * 5, 2], -64, 63),
  };
  const requantize = (from: string, layer: number, factor: number): NodeSpec[] => [
    { op: 'Mul', inputs: [`bn${layer}.kappa`, from], outputs: [`m${layer}`] },
    { op: 'Add', inputs: [`m${layer}`, `bn${layer}.lamda`], outputs: [`b${layer}`] },
    { op: 'Cast', inputs: [`b${layer}`], outputs: [`i${layer}`], attributes: { to: { i: 7 } } },
    { ...scalarNode(`f${layer}`, factor, true) },
    { op: 'Mul', inputs: [`i${layer}`, `f${layer}`], outputs: [`j${layer}`] },
    scalarNode(`d${layer}`, 2 ** 24, true),
    { op: 'Div', inputs: [`j${layer}`, `d${layer}`], outputs: [`q${layer}`] },
    { op: 'Cast', inputs: [`q${layer}`], outputs: [`r${layer}`], attributes: { to: { i: 1 } } },
    {
      op: 'Clip',
      inputs: [`r${layer}`],
      outputs: [`relu${layer}`],
      attributes: { min: { f: 0 }, max: { f: 255 } },
    },
  ];
  const five = { kernel_shape: { ints: [5, 5] }, pads: { ints: [2, 2, 2, 2] }, strides: { ints: [2, 2] } };
  return {
    opset: 9,
    inputs: { '0': [1, 1, 20, 20] },
    outputs: ['probability'],
    initializers,
    nodes: [
      { op: 'Conv', inputs: ['0', 'conv1.weight'], outputs: ['c1'], attributes: five },
      ...requantize('c1', 1, 13),
      {
        op: 'MaxPool',
        inputs: ['relu1'],
        outputs: ['pool'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
      { op: 'Conv', inputs: ['pool', 'conv2.weight'], outputs: ['c2'], attributes: same(3) },
      ...requantize('c2', 2, 8),
      scalarNode('scale.a', 32),
      { op: 'Mul', inputs: ['relu2', 'scale.a'], outputs: ['left'] },
      scalarNode('scale.b', 24),
      { op: 'Mul', inputs: ['pool', 'scale.b'], outputs: ['right'] },
      { op: 'Add', inputs: ['left', 'right'], outputs: ['total'] },
      scalarNode('scale.c', 32),
      { op: 'Div', inputs: ['total', 'scale.c'], outputs: ['scaled'] },
      { op: 'Floor', inputs: ['scaled'], outputs: ['add'] },
      { op: 'Flatten', inputs: ['add'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'fc.weight'], outputs: ['fc'] },
      scalarNode('logit.scale', 1 / 65536),
      { op: 'Mul', inputs: ['fc', 'logit.scale'], outputs: ['logit'] },
      { op: 'Sigmoid', inputs: ['logit'], outputs: ['probability'] },
    ],
  };
}

/** A float network as PyTorch exports it: batch norm, shape arithmetic for the flattening, softmax. */
export function plainNetwork(opset = 13, seed = 'plain'): ModelSpec {
  const random = randomOf(seed);
  const weights = (shape: number[], scale: number) =>
    floats(
      shape,
      random.reals(
        -scale,
        scale,
        shape.reduce((a, b) => a * b, 1),
      ),
    );
  return {
    opset,
    inputs: { image: ['batch', 3, 8, 8] },
    outputs: ['probabilities'],
    initializers: {
      'conv.weight': weights([8, 3, 3, 3], 0.4),
      'conv.bias': weights([8], 0.2),
      'bn.scale': floats([8], random.reals(0.5, 1.5, 8)),
      'bn.bias': weights([8], 0.3),
      'bn.mean': weights([8], 0.3),
      'bn.var': floats([8], random.reals(0.4, 2, 8)),
      'dw.weight': weights([8, 1, 3, 3], 0.5),
      'fc.weight': weights([4, 8 * 4 * 4], 0.2),
      'fc.bias': weights([4], 0.1),
      'minus.one': int64s([-1]),
      zero: int64s([0], []),
    },
    nodes: [
      {
        op: 'Conv',
        inputs: ['image', 'conv.weight', 'conv.bias'],
        outputs: ['c'],
        attributes: { auto_pad: { s: 'SAME_UPPER' } },
      },
      { op: 'BatchNormalization', inputs: ['c', 'bn.scale', 'bn.bias', 'bn.mean', 'bn.var'], outputs: ['n'] },
      { op: 'Relu', inputs: ['n'], outputs: ['r'] },
      {
        op: 'Conv',
        inputs: ['r', 'dw.weight'],
        outputs: ['d'],
        attributes: { group: { i: 8 }, pads: { ints: [1, 1, 1, 1] } },
      },
      { op: 'Add', inputs: ['d', 'r'], outputs: ['s'] },
      {
        op: 'MaxPool',
        inputs: ['s'],
        outputs: ['p'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
      { op: 'Shape', inputs: ['p'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
      ...unsqueeze(opset),
      { op: 'Concat', inputs: ['batch.1', 'minus.one'], outputs: ['target'], attributes: { axis: { i: 0 } } },
      { op: 'Reshape', inputs: ['p', 'target'], outputs: ['flat'] },
      {
        op: 'Gemm',
        inputs: ['flat', 'fc.weight', 'fc.bias'],
        outputs: ['fc'],
        attributes: { transB: { i: 1 } },
      },
      { op: 'Softmax', inputs: ['fc'], outputs: ['probabilities'], attributes: { axis: { i: 1 } } },
    ],
  };
}

/** Axes became an input with opset 13. */
const unsqueeze = (opset: number): NodeSpec[] =>
  opset < 13
    ? [{ op: 'Unsqueeze', inputs: ['batch'], outputs: ['batch.1'], attributes: { axes: { ints: [0] } } }]
    : [
        { op: 'Constant', inputs: [], outputs: ['axes'], attributes: { value: { t: int64s([0]) } } },
        { op: 'Unsqueeze', inputs: ['batch', 'axes'], outputs: ['batch.1'] },
      ];
