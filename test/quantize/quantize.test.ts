import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executeHostOp } from '../../sim/host/execute.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { accuracyOf } from '../../src/library/accuracy.js';
import { samplesOf } from '../../src/library/samples.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { quantize, quantizedInput } from '../../src/quantize/index.js';
import { runOnHost, soleInput } from '../frontends/host-run.js';
import type { ModelSpec } from '../frontends/onnx-writer.js';
import { randomOf } from '../frontends/random.js';
import { describeWithModels, MODELS } from '../frontends/shared-models.js';
import { FULL, runs } from '../full.js';
import { load, pads, random } from './networks.js';

/** A residual network with a stride of 2 as TensorFlow pads it, a mean and a linear layer of 6 classes. */
const residual: ModelSpec = {
  opset: 13,
  inputs: { x: [1, 4, 8, 8] },
  outputs: ['y'],
  initializers: {
    w1: random([16, 4, 3, 3], 'w1', 0.3),
    b1: random([16], 'b1', 0.2),
    w2: random([16, 16, 3, 3], 'w2', 0.15),
    b2: random([16], 'b2', 0.2),
    w3: random([32, 16, 3, 3], 'w3', 0.15),
    w4: random([6, 32], 'w4', 0.5),
    b4: random([6], 'b4', 0.1),
  },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w1', 'b1'], outputs: ['c1'], attributes: pads(1) },
    { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
    { op: 'Conv', inputs: ['r1', 'w2', 'b2'], outputs: ['c2'], attributes: pads(1) },
    { op: 'Add', inputs: ['c2', 'r1'], outputs: ['s'] },
    { op: 'Relu', inputs: ['s'], outputs: ['r2'] },
    {
      op: 'Conv',
      inputs: ['r2', 'w3'],
      outputs: ['c3'],
      attributes: { strides: { ints: [2, 2] }, pads: { ints: [0, 0, 1, 1] } },
    },
    { op: 'Relu', inputs: ['c3'], outputs: ['r3'] },
    { op: 'GlobalAveragePool', inputs: ['r3'], outputs: ['m'] },
    { op: 'Flatten', inputs: ['m'], outputs: ['f'] },
    { op: 'Gemm', inputs: ['f', 'w4', 'b4'], outputs: ['g'], attributes: { transB: { i: 1 } } },
    { op: 'Softmax', inputs: ['g'], outputs: ['y'] },
  ],
};
const samples = Array.from({ length: 24 }, (_, i) => random([1, 4, 8, 8], `sample ${i}`, 1));
const quantized = quantize(load(residual), {
  calibration: samples.slice(0, 12),
  test: samples.slice(12),
  evaluate: executeHostOp,
});

const integerInput: Model = load({
  opset: 13,
  inputs: { x: [1, 4] },
  inputType: 3,
  outputs: ['y'],
  nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
});

describe('a float network with power-of-two scales', () => {
  it('runs its layers and sums on the core', () => {
    const { manifest } = compile(quantized.model, DEFAULT_OPTIONS);
    const digital = manifest.layers
      .filter((l) => l.target === 'digital')
      .map((l) => l.operators.find((o) => /conv|dense|add$/.test(o)));
    expect(digital.sort()).toEqual(['add', 'nn.conv2d', 'nn.conv2d', 'nn.conv2d', 'nn.dense']);
    expect(quantized.floating).toEqual([{ operator: 'nn.softmax', layer: 'Softmax_y', between: false }]);
  });

  it('reports every layer with a shift that the core has', () => {
    expect(quantized.layers.map((l) => l.operator)).toEqual([
      ...['nn.conv2d', 'nn.conv2d', 'add', 'nn.conv2d', 'nn.global_avg_pool2d', 'nn.dense'],
    ]);
    for (const l of quantized.layers) {
      expect(l.shift).toBeGreaterThanOrEqual(0);
      expect(l.shift).toBeLessThanOrEqual(31);
      expect(l.sqnr).toBeGreaterThan(22);
      expect(l.saturated).toBeLessThan(0.02);
      if (l.weights !== undefined) expect(l.shift).toBe(l.output - l.input - l.weights);
    }
  });

  it('agrees with the float network on held-aside samples', () => {
    expect(quantized.test!.samples).toBe(12);
    expect(quantized.test!.top1).toBeGreaterThanOrEqual(0.9);
    expect(quantized.test!.meanError).toBeLessThan(0.02);
  });

  it('gives what the report measured: the model over quantized inputs', () => {
    const input = soleInput(quantized.model);
    const out = samples.slice(12).map((s) => {
      const x = quantizedInput(s, quantized.input);
      return [...runOnHost(quantized.model, { [input.name]: x }).get('output')!.data];
    });
    const float = load(residual);
    const expected = samples.slice(12).map((s) => [...runOnHost(float, { x: s }).get('output')!.data]);
    const error = out.flat().map((v, i) => Math.abs(v - expected.flat()[i]!));
    expect(error.reduce((a, b) => a + b) / error.length).toBeCloseTo(quantized.test!.meanError, 6);
  });

  it('the same samples give the same network', () => {
    const again = quantize(load(residual), {
      calibration: samples.slice(0, 12),
      test: [],
      evaluate: executeHostOp,
    });
    expect([...again.model.params].map(([n, t]) => [n, [...t.data]])).toEqual(
      [...quantized.model.params].map(([n, t]) => [n, [...t.data]]),
    );
  });

  const refuse = (model: Model, calibration: readonly Tensor[]) => () =>
    quantize(model, { calibration, test: [], evaluate: executeHostOp });
  const small = tensor([1, 4, 8, 7], 'float32');
  const nan = tensor([1, 4, 8, 8], 'float32', new Array(256).fill(NaN));
  const flat = tensor([1, 4, 8, 8], 'float32', new Array(256).fill(3));

  it.each<[string, Model, readonly Tensor[], RegExp]>([
    ['an integer input', integerInput, samples, /net makes int8; only float32 networks are quantized/],
    ['no samples', load(residual), [], /the number of calibration samples is 0; must be 1 to 512/],
    ['another shape', load(residual), [small], /a sample is \(1, 4, 8, 7\) float32; must be \(1, 4, 8, 8\)/],
    [
      'NaN',
      load(residual),
      [samples[0]!, nan],
      /calibration sample 1 holds NaN; every value must be a finite number/,
    ],
    [
      'one value everywhere',
      load(residual),
      [flat, flat],
      /the calibration data is 3 everywhere; must be samples/,
    ],
  ])('refuses %s in one line', (_, model, calibration, message) => {
    expect(refuse(model, calibration)).toThrow(message);
  });
});

describeWithModels('the trained networks of MLPerf Tiny', () => {
  const file = (name: string) => join(MODELS, 'mlperf-tiny', name);

  it.runIf(FULL)(
    'resnet8: all convolutions, sums and the dense layer on the core, at least 90 % of the classes',
    () => {
      const model = loadModelFile(file('resnet8_float32.tflite'));
      const all = samplesOf(
        readNpyFile(file('photo_crops_32x32_uint8_nhwc.npy')),
        'photo_crops_32x32_uint8_nhwc.npy',
        [1, 32, 32, 3],
      );
      const q = quantize(model, {
        calibration: all.slice(0, 32),
        test: all.slice(32),
        evaluate: executeHostOp,
      });
      expect(q.test!.top1).toBeGreaterThanOrEqual(0.9);
      const { layers } = compile(q.model, DEFAULT_OPTIONS).manifest;
      const digital = layers.filter((l) => l.target === 'digital');
      const count = (op: string) => digital.filter((l) => l.operators.includes(op)).length;
      expect([count('nn.conv2d'), count('nn.dense'), digital.length]).toEqual([9, 1, 13]);
      expect(
        layers.filter((l) => l.target === 'host' && l.operators.some((o) => /conv|dense/.test(o))),
      ).toEqual([]);
    },
  );

  it('dscnn: all but its 10x4 convolution on the core, over variations of the one sample there is', () => {
    const model = loadModelFile(file('dscnn_float32.tflite'));
    const { data } = readNpyFile(file('kws_sample_int8_nhwc.npy'));
    const variations = Array.from({ length: runs(32, 16) }, (_, k) => variation(data, k));
    const even = variations.filter((_, k) => k % 2 === 0);
    const odd = variations.filter((_, k) => k % 2 === 1);
    const q = quantize(model, { calibration: even, test: odd, evaluate: executeHostOp });
    expect(q.test!.top1).toBeGreaterThanOrEqual(0.85);
    const { layers } = compile(q.model, DEFAULT_OPTIONS).manifest;
    const convs = layers.filter((l) => l.operators.some((o) => /conv2d|dense/.test(o)));
    expect(convs.map((l) => l.target)).toEqual(['host', ...new Array<string>(9).fill('digital')]);
    expect(q.floating.map((f) => f.operator)).toEqual(['nn.softmax']);
  });
});

/** The official sample, shifted in time, louder or softer, with noise; as the float network takes it. */
function variation(sample: ArrayLike<number>, k: number): Tensor {
  const random = randomOf(`variation ${k}`);
  const [shift] = random.integers(-6, 6, 1);
  const [gain, noise] = random.reals(-10, 10, 2);
  const jitter = random.reals(-1, 1, 490);
  const values = Array.from({ length: 490 }, (_, i) => {
    const time = Math.min(48, Math.max(0, Math.floor(i / 10) + shift!));
    // scale and zero point of the int8 network's input
    return (sample[time * 10 + (i % 10)]! - 83) * 0.5847029089927673 + gain! + Math.abs(noise!) * jitter[i]!;
  });
  return tensor([1, 49, 10, 1], 'float32', values);
}

describeWithModels('the int8 network of MLPerf Tiny with other scales', () => {
  it('resnet8: dequantized and quantized again, all layers on the core, at least 85 % of the classes', () => {
    const file = (name: string) => join(MODELS, 'mlperf-tiny', name);
    const model = loadModelFile(file('resnet8_int8.tflite'), { dequantize: true });
    expect(model.quantizedInput).toEqual({ dtype: 'int8', scale: 1, zeroPoint: -128 });
    const path = file('photo_crops_32x32_uint8_nhwc.npy');
    const all = samplesOf(readNpyFile(path), path, [1, 32, 32, 3], 1, 0);
    const q = quantize(model, {
      calibration: all.slice(0, FULL ? 32 : 4),
      test: all.slice(32, FULL ? 64 : 36),
      evaluate: executeHostOp,
    });
    expect(q.test!.top1).toBeGreaterThanOrEqual(0.85);
    const { layers } = compile(q.model, DEFAULT_OPTIONS).manifest;
    expect(layers.filter((l) => l.target === 'digital')).toHaveLength(13);
  });
});

describeWithModels('networks trained on MNIST', () => {
  const file = (name: string) => join(MODELS, 'mnist', name);
  const images = (name: string, count: number) =>
    samplesOf(readNpyFile(file(name)), file(name), [1, 1, 28, 28], 1 / 127.5, -1).slice(0, count);

  const formats = ['float', 'qdq_u8', 'qdq_s8', 'qop_u8', 'dynamo', 'bn'];
  const networks = ['lenet', 'resnet'].flatMap((n) => formats.map((f) => `${n}_${f}`));

  it.each(FULL ? networks.filter((n) => n !== 'lenet_bn') : ['lenet_float', 'lenet_qop_u8'])(
    '%s: within 0.3 points of float on 1,000 labels (0.5 on 400); in short at most one of 30 is lost',
    (name) => {
      // Every network's way into the quantizer is another; one residual network on all labels says what that costs.
      const all = name.startsWith('lenet') || name === 'resnet_float';
      const labelled = FULL ? (all ? 1000 : 400) : 30;
      const q = quantize(loadModelFile(file(`mnist_${name}.onnx`), { dequantize: true }), {
        calibration: images('calibration_images_uint8_nchw.npy', FULL ? 256 : 8),
        test: images('test_images_uint8_nchw.npy', labelled),
        evaluate: executeHostOp,
      });
      const labels = [...readNpyFile(file('test_labels_uint8.npy')).data].slice(0, labelled);
      const float = accuracyOf(q.outputs.float, labels).top1;
      expect(float).toBeGreaterThan(0.9);
      expect(accuracyOf(q.outputs.quantized, labels).top1).toBeGreaterThanOrEqual(
        float - (FULL ? (all ? 0.003 : 0.005) : 1 / 30),
      );
      expect(q.floating).toEqual([]);
    },
  );
});
