import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Backend, evaluate, openBackend } from '../../golden/index.js';
import { inputsOf } from '../../src/ir/expr.js';
import { accuracyOf } from '../../src/library/accuracy.js';
import { quantize } from '../../src/library/quantize.js';
import { allEqual } from '../../src/library/result-document.js';
import { samplesOf } from '../../src/library/samples.js';
import { verify } from '../../src/library/verify.js';
import { loadModelFile } from '../../src/node/model-file.js';
import { readNpyFile } from '../../src/node/npy-file.js';
import { quantizedInput } from '../../src/quantize/index.js';
import { convert } from '../../src/quantize/ternary/conversion.js';
import { ternaryWeights } from '../../src/quantize/ternary/weights.js';
import type { ModelSpec } from '../frontends/onnx-writer.js';
import { describeWithModels, MODELS } from '../frontends/shared-models.js';
import { FULL } from '../full.js';
import { load, pads, random } from './networks.js';

describe('ternary weights', () => {
  it.each([
    // weights, signs, scale: the mean of those that are kept
    [[1, 1, 1, 0.1], [1, 1, 1, 0], 1],
    // 3^2 / 1 = 9 against (3 + 1)^2 / 2 = 8
    [[3, -1], [1, 0], 3],
    // (2 + 1.9)^2 / 2 = 7.6 against 2^2 = 4 and 4^2 / 3 = 5.3
    [[2, -1.9, 0.1], [1, -1, 0], 1.95],
    [[0, 0], [0, 0], 0],
  ])('%j: %j times %f', (weights, signs, scale) => {
    const t = ternaryWeights(weights, 1);
    expect([...t.signs]).toEqual(signs);
    expect(t.scale[0]).toBeCloseTo(scale, 12);
  });

  it('no other threshold has a smaller error', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -127, max: 127 }), { minLength: 1, maxLength: 12 }), (w) => {
        const { signs, scale } = ternaryWeights(w, 1);
        const errorOf = (s: ArrayLike<number>, a: number) =>
          w.reduce((n, v, i) => n + (v - a * s[i]!) ** 2, 0);
        const others = w.map((_, i) => {
          const limit = Math.abs(w[i]!);
          const kept = w.map((v) => (Math.abs(v) >= limit ? Math.sign(v) : 0));
          const n = kept.filter((v) => v !== 0).length;
          return errorOf(kept, n === 0 ? 0 : w.reduce((m, v, j) => m + v * kept[j]!, 0) / n);
        });
        expect(errorOf(signs, scale[0]!)).toBeLessThanOrEqual(Math.min(...others) + 1e-6);
      }),
      { seed: 5 },
    ));

  it.each([
    // sum, output for a gain of 8, factor 2, addend 5, shift 1
    [100, false, 14], // floor(12.5) = 12; 12 * 2 + 5 = 29; 29 >> 1
    [1000, false, 33], // the converter ends at 31: 67 >> 1
    [-1000, false, -30], // and at -32: -59 >> 1
    [-1000, true, 0],
  ])('a sum of %i (ReLU %s) becomes %i', (sum, relu, out) => {
    const c = { gain: 8, factors: Int16Array.of(2), addends: Int16Array.of(5), shift: 1 };
    expect(convert(sum, 0, c, relu)).toBe(out);
  });
});

/** Four layers, two of them between the first and the last, one over a residual sum. */
const network: ModelSpec = {
  opset: 13,
  inputs: { x: [1, 4, 8, 8] },
  outputs: ['y'],
  initializers: {
    w1: random([16, 4, 3, 3], 'w1', 0.3),
    w2: random([16, 16, 3, 3], 'w2', 0.15),
    w3: random([24, 16, 1, 1], 'w3', 0.3),
    w4: random([6, 24], 'w4', 0.5),
    b4: random([6], 'b4', 0.1),
  },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w1'], outputs: ['c1'], attributes: pads(1) },
    { op: 'Relu', inputs: ['c1'], outputs: ['r1'] },
    { op: 'Conv', inputs: ['r1', 'w2'], outputs: ['c2'], attributes: pads(1) },
    { op: 'Add', inputs: ['c2', 'r1'], outputs: ['s'] },
    { op: 'Relu', inputs: ['s'], outputs: ['r2'] },
    { op: 'Conv', inputs: ['r2', 'w3'], outputs: ['c3'] },
    { op: 'Relu', inputs: ['c3'], outputs: ['r3'] },
    { op: 'GlobalAveragePool', inputs: ['r3'], outputs: ['m'] },
    { op: 'Flatten', inputs: ['m'], outputs: ['f'] },
    { op: 'Gemm', inputs: ['f', 'w4', 'b4'], outputs: ['y'], attributes: { transB: { i: 1 } } },
  ],
};
const samples = Array.from({ length: 16 }, (_, i) => random([1, 4, 8, 8], `sample ${i}`, 1));
const options = { calibration: samples.slice(0, 12), test: samples.slice(12) };

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('cpu');
});

describe('quantize with analog', () => {
  it('makes the inner layers ternary, on the analog core; what it says of the outputs is what the reference computes', async () => {
    const q = await quantize(load(network), { ...options, analog: {} });
    expect(q.analog!.layers.length).toBe(2);
    for (const l of q.analog!.layers) expect(l.sqnr).toBeGreaterThan(5);
    const name = inputsOf(q.model)[0]!.name;
    options.test.forEach((sample, i) => {
      const inputs = new Map([[name, quantizedInput(sample, q.input)]]);
      const { tensors } = evaluate(q.model.main, inputs, q.model.params, backend);
      expect([...tensors.get('output')!.data]).toEqual([...q.outputs.quantized[i]!.data]);
    });
    const result = await verify(q.model);
    expect(allEqual(result)).toBe(true);
    expect(result.models[0]!.run.layers.filter((l) => l.target === 'analog').length).toBe(2);
  });

  it('of fewer layers takes those that lose least', async () => {
    const all = await quantize(load(network), { ...options, analog: {} });
    const one = await quantize(load(network), { ...options, analog: { layers: 1 } });
    const [best] = [...all.analog!.layers].sort((a, b) => b.alone - a.alone);
    expect(one.analog!.layers.map((l) => l.layer)).toEqual([best!.layer]);
  });

  it.each([0, 3, 1.5])('%f layers: refused', (layers) =>
    expect(quantize(load(network), { ...options, analog: { layers } })).rejects.toThrow(
      `the number of ternary layers is ${layers}; must be 1 to 2`,
    ),
  );
});

describeWithModels('trained networks on MNIST', () => {
  it.skipIf(!FULL).each([['mnist_resnet_float.onnx', 0.99, 0.95]] as const)(
    '%s: float %f, ternary at least %f',
    async (file, float, least) => {
      const folder = join(MODELS, 'mnist');
      const read = (name: string) => readNpyFile(join(folder, name));
      const images = (name: string) => samplesOf(read(name), name, [1, 1, 28, 28], 1 / 127.5, -1);
      const q = await quantize(loadModelFile(join(folder, file)), {
        calibration: images('calibration_images_uint8_nchw.npy'),
        test: images('test_images_uint8_nchw.npy'),
        analog: {},
      });
      const labels = [...read('test_labels_uint8.npy').data];
      expect(accuracyOf(q.outputs.float, labels).top1).toBe(float);
      expect(accuracyOf(q.outputs.quantized, labels).top1).toBeGreaterThanOrEqual(least);
    },
  );
});
