import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { evaluate } from '../../golden/reference.js';
import { encodeTflite, type TfliteSpec } from '../../scripts/oracle/tflite-writer.js';
import { tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { frexp, quantizeMultiplier } from '../../src/frontends/tflite/multiplier.js';
import { differing, runOnHost, soleInput } from './host-run.js';
import { randomOf } from './random.js';
import { floatNetwork, int8Network } from './tflite-models.js';
import { evaluateTflite } from './tflite-oracle.js';

const load = (spec: TfliteSpec) => importTflite(encodeTflite(spec), 'net');

/** NCHW to NHWC, for comparison with the file's order. */
function channelsLast(data: ArrayLike<number>, shape: readonly number[]): number[] {
  const [, c, h, w] = shape as [number, number, number, number];
  return Array.from({ length: c * h * w }, (_, i) => data[(i % c) * h * w + Math.floor(i / c)]!);
}

describe('int8 networks', () => {
  it.each([0, 1, 2, 3])(
    'every tensor equals a literal evaluation of TFLite`s kernels (seed %i)',
    async (seed) => {
      const spec = int8Network(`weights ${seed}`);
      const model = load(spec);
      const input = soleInput(model);
      const x = tensor([1, 9, 7, 3], 'int8', randomOf(`input ${seed}`).integers(-128, 127, 189));
      const actual = runOnHost(model, { [input.name]: x });
      const expected = evaluateTflite(spec, [...x.data]);
      let compared = 0;
      for (const t of spec.tensors) {
        const got = actual.get(model.sourceNames.get(t.name) ?? '');
        if (got === undefined || t.name === 'probabilities') continue;
        const values = t.shape.length === 4 ? channelsLast(got.data, got.shape) : [...got.data];
        expect([t.name, values]).toEqual([t.name, expected.get(t.name)]);
        compared++;
      }
      expect(compared).toBe(10);
      const reference = evaluate(model.main, new Map([[input.name, x]]), model.params, await openBackend());
      expect(differing(reference.tensors, actual)).toEqual([]);
      // softmax: within one step of 1/256 of the real one
      const logits = expected.get('logits')!.map((v) => Math.exp((v + 9) * Math.fround(0.2)));
      const sum = logits.reduce((a, b) => a + b, 0);
      for (const [i, v] of [...actual.get('output')!.data].entries())
        expect(Math.abs(v + 128 - Math.min(255, (256 * logits[i]!) / sum))).toBeLessThanOrEqual(1);
    },
  );

  it.each([
    // by hand from QuantizeMultiplier: 31 bits of the fraction, halves away from zero
    [0, 0, 0],
    [0.5, 2 ** 30, 0],
    [1, 2 ** 30, 1],
    [0.75, 3 * 2 ** 29, 0],
    [3, 3 * 2 ** 29, 2],
    [2 ** -40, 0, 0],
    [1 - 2 ** -40, 2 ** 30, 1],
  ])('multiplier of %d', (real, multiplier, shift) =>
    expect(quantizeMultiplier(real)).toEqual({ multiplier, shift }),
  );

  it.each([1, 0.3, 2 ** 52 + 1, 2 ** -1060, 1 - 2 ** -53, 4503599627370495.5])('frexp %d', (v) => {
    const [fraction, exponent] = frexp(v);
    expect(fraction).toBeGreaterThanOrEqual(0.5);
    expect(fraction).toBeLessThan(1);
    expect(fraction * 2 ** exponent).toBe(v);
  });
});

describe('float32 networks', () => {
  it('convolution, mean and a dense layer over int8 weights', () => {
    const spec = floatNetwork();
    const model = load(spec);
    const x = randomOf('x').reals(-1, 1, 32);
    const out = runOnHost(model, { [soleInput(model).name]: tensor([1, 4, 4, 2], 'float32', x) }).get(
      'output',
    )!;
    const [w, b] = [spec.tensors[1]!.data!, spec.tensors[2]!.data!];
    const mean = [0, 1, 2].map((k) => {
      let sum = 0;
      for (let y = 0; y < 2; y++)
        for (let xx = 0; xx < 2; xx++) {
          let acc = b[k]!;
          for (let fy = 0; fy < 3; fy++)
            for (let fx = 0; fx < 3; fx++)
              for (let c = 0; c < 2; c++) {
                // SAME of a 3x3 with stride 2 over 4: one row and column after, none before
                const [iy, ix] = [2 * y + fy, 2 * xx + fx];
                if (iy < 4 && ix < 4) acc += x[(iy * 4 + ix) * 2 + c]! * w[((k * 3 + fy) * 3 + fx) * 2 + c]!;
              }
          sum += Math.max(0, acc);
        }
      return sum / 4;
    });
    const dense = [
      [0.5, -1, 1.5],
      [2, -2.5, 3],
    ].map((row) => row.reduce((s, v, i) => s + v * mean[i]!, 0));
    for (const [i, v] of [...out.data].entries()) expect(v).toBeCloseTo(dense[i]!, 5);
  });
});

describe('what is damaged or not supported is one line', () => {
  const changed = (change: (spec: TfliteSpec) => TfliteSpec) => encodeTflite(change(int8Network()));
  const operator = (index: number, more: object) => (spec: TfliteSpec) => ({
    ...spec,
    operators: spec.operators.map((o, i) => (i === index ? { ...o, ...more } : o)),
  });
  const renamed = (name: string, more: object) => (spec: TfliteSpec) => ({
    ...spec,
    tensors: spec.tensors.map((t) => (t.name === name ? { ...t, ...more } : t)),
  });

  it.each([
    [new Uint8Array(3), /^this is no TFLite file: its bytes 4 to 8 are not "TFL3"\.$/],
    [
      changed(operator(0, { code: 15 })),
      /^operator 0 \(LSH_PROJECTION\): it is not supported; supported are ADD, AVERAGE_POOL_2D/,
    ],
    [
      changed(operator(0, { options: { 0: { int8: 7 } } })),
      /^operator 0 \(CONV_2D\): padding 7 is not SAME \(0\) or VALID \(1\)\.$/,
    ],
    [
      changed(operator(0, { options: { 3: { int8: 4 } } })),
      /^operator 0 \(CONV_2D\): .*fused activation 4 is not supported|its output is/,
    ],
    [changed(operator(2, { inputs: [99, 1] })), /names tensor 99 of/],
    [changed(operator(2, { inputs: [0, 1] })), /^operator 2 \(ADD\)/],
    [
      changed(renamed('a', { zeroPoints: [200] })),
      /^operator 0 \(CONV_2D\): tensor a has zero point 200; must be in -128\.\.127\.$/,
    ],
    [
      changed(renamed('a', { shape: [1, 5, 4, 7] })),
      /^operator 0 \(CONV_2D\): its output is \(1, 8, 5, 4\) int8; the file says \(1, 7, 5, 4\) int8\.$/,
    ],
    [
      changed(renamed('net/conv/Conv2D', { zeroPoints: new Array(8).fill(1) })),
      /weights net\/conv\/Conv2D have a zero point other than 0/,
    ],
    [changed(renamed('b1', { data: [1, 2] })), /tensor b1 of shape \(8,\) int32 needs 32 bytes, not 8/],
    [changed(renamed('probabilities', { scales: [0.1] })), /must be 1\/256 and -128/],
    [changed(renamed('a', { scales: [Number.NaN] })), /a quantization scale is NaN/],
  ] as const)('%#', (bytes, message) => expect(() => importTflite(bytes, 'net')).toThrow(message));
});
