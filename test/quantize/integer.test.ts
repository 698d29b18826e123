import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { quantizedInput } from '../../src/quantize/index.js';
import { showLost } from '../../src/quantize/report.js';
import { loadRelay } from '../../src/relay/load.js';
import { runOnHost, soleInput } from '../frontends/host-run.js';
import type { ModelSpec } from '../frontends/onnx-writer.js';
import { load, onCore, pads, quantized, random, samplesFor } from './networks.js';

type Node = ModelSpec['nodes'][number];

const conv = (
  input: string,
  output: string,
  weights: string,
  attributes: Node['attributes'] = pads(1),
): Node => ({
  op: 'Conv',
  inputs: [input, weights],
  outputs: [output],
  attributes: attributes!,
});
const relu = (input: string, output: string): Node => ({ op: 'Relu', inputs: [input], outputs: [output] });

/** A network over 1 x 4 x 8 x 8 with what stands between its convolutions. */
const network = (
  nodes: readonly Node[],
  more: ModelSpec['initializers'] = {},
  shape: readonly number[] = [1, 4, 8, 8],
): ModelSpec => ({
  opset: 13,
  inputs: { x: [...shape] },
  outputs: ['y'],
  initializers: {
    w1: random([8, 4, 3, 3], 'w1', 0.4),
    w2: random([8, 8, 3, 3], 'w2', 0.3),
    w3: random([8, 16, 1, 1], 'w3', 0.4),
    ...more,
  },
  nodes: [...nodes],
});

const constants = {
  scale: tensor([], 'float32', [1 / 127.5]),
  one: tensor([], 'float32', [1]),
  norm: tensor([1, 4, 1, 1], 'float32', [0.5, 1.5, 1, 2]),
  mean: tensor([1, 4, 1, 1], 'float32', [0.1, -0.2, 0, 0.3]),
  gain: tensor([1, 8, 1, 1], 'float32', [0.5, 1.5, 1, 2, 1, 0.7, 1.1, 0.3]),
  move: tensor([1, 8, 1, 1], 'float32', [0.1, -0.2, 0, 0.3, 0.4, -0.5, 0.1, 0]),
  field: random([1, 8, 8, 8], 'field', 0.5),
  zero: tensor([], 'float32', [0]),
  pads: tensor([8], 'int64', [0, 0, 1, 1, 0, 0, 1, 1]),
  low: tensor([], 'float32', [-0.7]),
  high: tensor([], 'float32', [0.9]),
  tiny: random([8, 4, 3, 3], 'tiny', 0.004),
  loud: random([8, 4, 3, 3], 'loud', 1.1),
};
const ONE_CONV = ['nn.conv2d'];
const TWO_CONVS = ['nn.conv2d', 'nn.conv2d'];
const block = (...between: Node[]) => [conv('x', 'a', 'w1'), ...between, conv('b', 'y', 'w2')];

describe('what stands between layers stays integer', () => {
  it.each<[string, readonly Node[], readonly string[]]>([
    [
      'scale and offset of the input',
      [
        { op: 'Mul', inputs: ['x', 'scale'], outputs: ['m'] },
        { op: 'Sub', inputs: ['m', 'one'], outputs: ['n'] },
        conv('n', 'y', 'w1'),
      ],
      ONE_CONV,
    ],
    [
      'a batch norm at the input',
      [
        { op: 'Sub', inputs: ['x', 'mean'], outputs: ['m'] },
        { op: 'Mul', inputs: ['m', 'norm'], outputs: ['n'] },
        conv('n', 'y', 'w1'),
      ],
      ONE_CONV,
    ],
    [
      'a batch norm behind a layer',
      block(
        { op: 'Mul', inputs: ['a', 'gain'], outputs: ['m'] },
        { op: 'Add', inputs: ['m', 'move'], outputs: ['n'] },
        relu('n', 'b'),
      ),
      TWO_CONVS,
    ],
    [
      'a batch norm of its own, before a padded layer',
      block(
        relu('a', 'r'),
        { op: 'Mul', inputs: ['r', 'gain'], outputs: ['m'] },
        { op: 'Add', inputs: ['m', 'move'], outputs: ['b'] },
      ),
      ['nn.conv2d', ...TWO_CONVS],
    ],
    [
      'padding before a valid convolution',
      [{ op: 'Pad', inputs: ['x', 'pads', 'zero'], outputs: ['p'] }, conv('p', 'y', 'w1', {})],
      ONE_CONV,
    ],
    ['valid convolutions', [conv('x', 'a', 'w1', {}), relu('a', 'b'), conv('b', 'y', 'w2', {})], TWO_CONVS],
    [
      'a leaky ReLU',
      block({ op: 'LeakyRelu', inputs: ['a'], outputs: ['b'], attributes: { alpha: { f: 0.1 } } }),
      TWO_CONVS,
    ],
    ['a ReLU6', block({ op: 'Clip', inputs: ['a', 'zero', 'high'], outputs: ['b'] }), TWO_CONVS],
    ['a clip to both sides', block({ op: 'Clip', inputs: ['a', 'low', 'high'], outputs: ['b'] }), TWO_CONVS],
    [
      'an average pool',
      block({
        op: 'AveragePool',
        inputs: ['a'],
        outputs: ['b'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      }),
      TWO_CONVS,
    ],
    [
      'a mean over rows and columns, counted from the end',
      [
        conv('x', 'a', 'w1'),
        { op: 'ReduceMean', inputs: ['a'], outputs: ['m'], attributes: { axes: { ints: [-1, -2] } } },
        conv('m', 'y', 'w2', pads(1)),
      ],
      TWO_CONVS,
    ],
    [
      'a maximum pool',
      block({
        op: 'MaxPool',
        inputs: ['a'],
        outputs: ['b'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      }),
      TWO_CONVS,
    ],
    [
      'a concatenation of equal scales',
      [
        conv('x', 'a', 'w1'),
        relu('a', 'r'),
        conv('r', 'b', 'w2'),
        { op: 'Concat', inputs: ['r', 'b'], outputs: ['c'], attributes: { axis: { i: 1 } } },
        conv('c', 'y', 'w3', {}),
      ],
      ['nn.conv2d', ...TWO_CONVS],
    ],
    [
      'a concatenation of unequal scales, which share the coarser one',
      [
        conv('x', 'a', 'w1'),
        conv('x', 'l', 'loud'),
        { op: 'Concat', inputs: ['a', 'l'], outputs: ['c'], attributes: { axis: { i: 1 } } },
        conv('c', 'y', 'w3', {}),
      ],
      ['nn.conv2d', ...TWO_CONVS],
    ],
    [
      'a sum',
      [
        conv('x', 'a', 'w1'),
        conv('a', 'b', 'w2'),
        { op: 'Add', inputs: ['a', 'b'], outputs: ['s'] },
        conv('s', 'y', 'w2'),
      ],
      ['add', 'nn.conv2d', ...TWO_CONVS],
    ],
    ['a sum with a constant tensor', block({ op: 'Add', inputs: ['a', 'field'], outputs: ['b'] }), TWO_CONVS],
    [
      'the parts of a split',
      [
        conv('x', 'a', 'w1'),
        { op: 'Split', inputs: ['a'], outputs: ['p', 'q'], attributes: { axis: { i: 1 } } },
        conv('q', 'y', 'w1'),
      ],
      TWO_CONVS,
    ],
  ])('%s', (_, nodes, core) => {
    const model = load(network(nodes, constants));
    const samples = samplesFor([1, 4, 8, 8], 8);
    const q = quantized(model, samples);
    expect(q.floating).toEqual([]);
    expect(onCore(q)).toEqual(core);
    expect(q.layers.at(-1)!.sqnr).toBeGreaterThan(25);
    // The network that is written computes what the report measured.
    const input = soleInput(q.model).name;
    const made = samples
      .slice(4)
      .map((s) => runOnHost(q.model, { [input]: quantizedInput(s, q.input) }).get('output')!);
    made.forEach((t, i) => {
      for (const [k, v] of q.outputs.quantized[i]!.data.entries()) expect(t.data[k]).toBeCloseTo(v, 5);
    });
    const float = samples.slice(4).map((s) => runOnHost(model, { x: s }).get('output')!);
    float.forEach((t, i) => {
      for (const [k, v] of q.outputs.float[i]!.data.entries()) expect(t.data[k]).toBeCloseTo(v, 4);
    });
  });
});

describe('what does not stay integer', () => {
  it('a sigmoid between layers is computed in float32, and the layers on both sides are integer', () => {
    const q = quantized(
      load(network(block({ op: 'Sigmoid', inputs: ['a'], outputs: ['b'] }))),
      samplesFor([1, 4, 8, 8], 8),
    );
    expect(q.floating).toEqual([{ operator: 'sigmoid', layer: expect.any(String), between: true }]);
    expect(onCore(q)).toEqual(TWO_CONVS);
    expect(q.layers.at(-1)!.sqnr).toBeGreaterThan(25);
  });

  it('a layer whose weights are computed is lost, and the report says so', () => {
    const text = 'def @main(%x: Tensor[(4, 8), float32]) { nn.dense(%x, %x, units=4) }';
    const model = loadRelay(new TextEncoder().encode(text), 'net.relay');
    const q = quantized(model, samplesFor([4, 8], 8));
    expect(q.floating).toEqual([
      {
        operator: 'nn.dense',
        layer: expect.any(String),
        between: false,
        lost: 'its weights are computed at run time',
      },
    ]);
    expect(showLost(q)).toBe('1 layer that the core could take stays in float32');
  });

  it('a layer of weights much smaller than its bias keeps its bias', () => {
    const weak = {
      w: random([8, 4, 3, 3], 'weak', 1e-9),
      b: tensor([8], 'float32', [1, -1, 0.5, 0, 2, 1, 1, 1]),
    };
    const weakConv: Node = { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: pads(1) };
    const q = quantized(load(network([weakConv], weak)), samplesFor([1, 4, 8, 8], 8));
    expect(q.floating).toEqual([]);
    expect(q.outputs.quantized[0]!.data[64]).toBeCloseTo(-1, 1);
  });

  it('a dead channel with a bias (weights of 1e-13) costs no layer, whatever equalization makes of it', () => {
    const alive = random([8, 4, 3, 3], 'w1', 0.4);
    const dead = { ...alive, data: alive.data.map((v, i) => (i >= 36 && i < 72 ? v * 1e-12 : v)) };
    const bias = tensor([8], 'float32', [0, 0.3, 0, 0, 0, 0, 0, 0]);
    const nodes: Node[] = [
      { op: 'Conv', inputs: ['x', 'dead', 'bias'], outputs: ['a'], attributes: pads(1) },
      relu('a', 'b'),
      { op: 'Conv', inputs: ['b', 'each'], outputs: ['c'], attributes: { ...pads(1), group: { i: 8 } } },
      relu('c', 'd'),
      conv('d', 'y', 'w2'),
    ];
    const model = load(network(nodes, { dead, bias, each: random([8, 1, 3, 3], 'each', 0.9) }));
    const q = quantized(model, samplesFor([1, 4, 8, 8], 8));
    expect(q.floating).toEqual([]);
    expect(onCore(q)).toEqual(['nn.conv2d', ...TWO_CONVS]);
    expect(q.layers.at(-1)!.sqnr).toBeGreaterThan(25);
  });

  it('a sum whose operand has a much smaller scale is warned of', () => {
    const nodes: Node[] = [
      conv('x', 'a', 'tiny'),
      conv('x', 'b', 'tiny2'),
      { op: 'Add', inputs: ['a', 'big'], outputs: ['s'] },
      { op: 'Sub', inputs: ['s', 'big'], outputs: ['d'] },
      { op: 'Add', inputs: ['d', 'b'], outputs: ['y'] },
    ];
    const big = tensor(
      [1, 8, 8, 8],
      'float32',
      new Array(512).fill(0).map((_, i) => (i % 7) * 30),
    );
    const q = quantized(
      load(network(nodes, { ...constants, tiny2: random([8, 4, 3, 3], 'tiny2', 0.004), big })),
      samplesFor([1, 4, 8, 8], 8),
    );
    expect(q.warnings.join()).toMatch(/the sum has .* dB of signal to noise/);
  });
});
