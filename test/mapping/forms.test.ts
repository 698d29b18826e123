import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Backend, evaluate, openBackend } from '../../golden/index.js';
import { random, randomInts } from '../../src/base/random.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { mapModel } from '../../src/mapping/map-network.js';
import { FULL } from '../full.js';
import { verified } from '../passes/verified.js';

interface Layer {
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly relu: boolean;
  readonly shift: number;
  readonly seed: number;
}

const draw = (
  l: Layer,
  what: string,
  shape: readonly number[],
  low: number,
  high: number,
  dtype: Tensor['dtype'],
) => randomInts(random(l.seed, what), shape, low, high, dtype);
const geometry = (l: Layer) => ({ shift: l.shift, relu: l.relu, strides: [l.stride, l.stride] as const });

/** A conv of the digital core with ternary weights; biases are multiples of `step`. */
function digitalLayer(l: Layer, step: number, most: number): Model {
  const m = new ModelBuilder('ternary');
  const x = m.input('x', [1, l.channels, 8, 8], 'int8');
  const w = draw(l, 'w', [l.outputs, l.channels, ...l.kernel], -1, 1, 'int8');
  const b = draw(l, 'b', [l.outputs], -most, most, 'int32');
  const bias = tensor(
    b.shape,
    'int32',
    b.data.map((v) => v * step),
  );
  return m.build(m.conv2d(x, 'conv', w, bias, geometry(l)));
}

/** A layer of the analog core; factors and addends as given for each channel. */
function analogLayer(
  l: Layer,
  gain: number,
  factor: (k: number) => number,
  offset: (k: number) => number,
): Model {
  const m = new ModelBuilder('analog');
  const x = m.input('x', [1, l.channels, 8, 8], 'int8');
  const w = draw(l, 'w', [l.outputs, l.channels, ...l.kernel], -1, 1, 'int8');
  const of = (f: (k: number) => number) =>
    tensor(
      [l.outputs],
      'int16',
      Array.from({ length: l.outputs }, (_, k) => f(k)),
    );
  const parameters = { weights: w, factor: of(factor), offset: of(offset) };
  return m.build(m.analogConv2d(x, 'conv', parameters, { ...geometry(l), gain }));
}

const layer: Layer = {
  channels: 4,
  outputs: 8,
  kernel: [3, 3],
  stride: 1,
  relu: false,
  shift: 3,
  seed: 1,
};

let backend: Backend;
beforeAll(async () => {
  backend = await openBackend('cpu');
});

/** The outputs of a model and of the mapped one on one input. */
function outputs(model: Model, mapped: Model): [readonly number[], readonly number[]] {
  const [x] = model.main.params.filter((p) => !model.params.has(p.name));
  const input = new Map([[x!.name, randomInts(random(9, 'x'), x!.type.shape, -128, 127, 'int8')]]);
  const of = (m: Model) => [...evaluate(m.main, input, m.params, backend).tensors.get('output')!.data];
  return [of(model), of(mapped)];
}

const spread = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

describe('a layer on the other core', () => {
  it.each([
    // Sums of 36 taps stay below 36 * 128 = 4608 < 32 * 256: a gain of 256 clips nothing, one of 16 clips many.
    [
      'analog to digital, factor 1',
      'same',
      () =>
        analogLayer(
          layer,
          256,
          () => 1,
          () => 5,
        ),
    ],
    [
      'analog to digital, powers of two',
      'same',
      () =>
        analogLayer(
          layer,
          256,
          (k) => 1 << (k % 4),
          (k) => 8 * k,
        ),
    ],
    [
      'analog to digital, addend no multiple of 2',
      'differ',
      () =>
        analogLayer(
          layer,
          256,
          () => 2,
          () => 5,
        ),
    ],
    [
      'analog to digital, factor 3',
      'differ',
      () =>
        analogLayer(
          layer,
          256,
          () => 3,
          () => 0,
        ),
    ],
    [
      'analog to digital, the converter clips',
      'differ',
      () =>
        analogLayer(
          layer,
          16,
          () => 8,
          () => 0,
        ),
    ],
    [
      'analog to digital, gain 100',
      'differ',
      () =>
        analogLayer(
          layer,
          100,
          () => 1,
          () => 0,
        ),
    ],
    // A shift of 8 takes what a gain of 256 takes, too.
    [
      'digital to analog, biases multiples of 256',
      'same',
      () => digitalLayer({ ...layer, shift: 8 }, 256, 40),
    ],
    ['digital to analog, any biases', 'differ', () => digitalLayer({ ...layer, shift: 8 }, 1, 4000)],
    ['digital to analog, six bits of eight', 'differ', () => digitalLayer({ ...layer, shift: 4 }, 64, 9)],
  ] as const)('%s: values %s', async (what, values, make) => {
    const model = make();
    const core = what.startsWith('analog') ? 'digital' : 'analog';
    const mapped = mapModel(model, core, DEFAULT_OPTIONS);
    expect(mapped.mapping.layers.map((l) => [l.core, l.values])).toEqual([[core, values]]);
    const [before, after] = outputs(model, mapped);
    if (values === 'same') expect(after).toEqual(before);
    const { verdict, manifest } = await verified(mapped);
    expect(verdict.ok).toBe(true);
    expect(manifest.layers.map((l) => l.target)).toContain(core);
  });

  it('is near where it is not the same: two bits lost by the converter, the rounding of factors by the digital core', () => {
    // Biases of at most 32 steps of int8.
    const toAnalog = digitalLayer({ ...layer, shift: 5 }, 32, 32);
    expect(spread(...outputs(toAnalog, mapModel(toAnalog, 'analog', DEFAULT_OPTIONS)))).toBeLessThanOrEqual(
      4,
    );
    const toDigital = analogLayer(
      layer,
      256,
      (k) => 11 + k,
      (k) => 7 * k,
    );
    // Half a step of the converter is (18 >> 3) / 2; the rest is rounding.
    expect(
      spread(...outputs(toDigital, mapModel(toDigital, 'digital', DEFAULT_OPTIONS))),
    ).toBeLessThanOrEqual(3);
  });

  it.each([
    [
      'weights beyond ternary',
      { low: -2, high: 2, channels: 4, bias: 0 },
      'weights [-2, 2]; the other core takes ternary ones',
    ],
    [
      'more rows than the array has',
      { low: -1, high: 1, channels: 132, bias: 0 },
      'rows of the array 1188 (132 channels x 3x3)',
    ],
    [
      'a bias beyond int16',
      { low: -1, high: 1, channels: 4, bias: 2 ** 30 },
      'bias beyond int16 behind the gain',
    ],
  ] as const)('%s: stays, and says why', (_, { low, high, channels, bias }, why) => {
    const m = new ModelBuilder('fixed');
    const x = m.input('x', [1, channels, 8, 8], 'int8');
    const weights = randomInts(random(1), [8, channels, 3, 3], low, high, 'int8');
    const biases = tensor([8], 'int32', new Array(8).fill(bias));
    const model = m.build(m.conv2d(x, 'conv', weights, biases, { shift: 4 }));
    const [only] = mapModel(model, 'analog', DEFAULT_OPTIONS).mapping.layers;
    expect([only!.core, only!.analog]).toEqual(['digital', undefined]);
    expect(only!.fixed).toContain(why);
  });

  it('random layers: exact where they say so, and each mapped network against its own reference', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          channels: fc.constantFrom(1, 4, 20),
          outputs: fc.constantFrom(4, 12, 32),
          kernel: fc.constantFrom([1, 1] as const, [3, 3] as const, [5, 3] as const),
          stride: fc.constantFrom(1 as const, 2 as const),
          relu: fc.boolean(),
          shift: fc.integer({ min: 0, max: 10 }),
          seed: fc.nat(1000),
        }),
        fc.constantFrom(1, 16, 256),
        fc.boolean(),
        async (l, scale, analog) => {
          const model = analog
            ? analogLayer(
                l,
                scale,
                (k) => 1 << (k % 3),
                (k) => 4 * k,
              )
            : digitalLayer(l, scale, 50);
          const mapped = mapModel(model, analog ? 'digital' : 'analog', DEFAULT_OPTIONS);
          const [before, after] = outputs(model, mapped);
          if (mapped.mapping.layers.every((x) => x.values !== 'differ')) expect(after).toEqual(before);
          expect((await verified(mapped)).verdict.ok).toBe(true);
        },
      ),
      { numRuns: FULL ? 200 : 8, seed: 11 },
    ));
});
