import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ANALOG } from '../../sim/isa/analog/cycles.js';
import { random, randomInts } from '../../src/base/random.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { FULL } from '../full.js';
import { verified } from '../passes/verified.js';
import { type AnalogSpec, addAnalog, analogModel, analogSpec } from './random-analog-layer.js';

const spec: AnalogSpec = {
  inputs: 16,
  outputs: 32,
  height: 8,
  width: 8,
  kernel: [3, 3],
  stride: 1,
  gain: 8,
  shift: 2,
  relu: false,
  seed: 1,
};

describe('a layer of the analog core against the reference', () => {
  it.each([
    ['3x3', spec],
    ['stride 2, ReLU', { ...spec, stride: 2, relu: true }],
    ['7x5', { ...spec, kernel: [7, 5] }],
    ['three blocks of channels in and out', { ...spec, inputs: 130, outputs: 132, kernel: [1, 1] }],
    ['more outputs than columns', { ...spec, outputs: 600, height: 4, width: 4 }],
    ['rows in tiles', { ...spec, outputs: 16, height: 64, width: 48, gain: 20 }],
  ] as const)('%s: exact', async (_, l) => {
    const { verdict, manifest } = await verified(analogModel(l as AnalogSpec));
    expect(manifest.layers.map((x) => x.target)).toEqual(['host', 'analog', 'host']);
    expect(verdict.ok).toBe(true);
    expect(manifest.warnings).toEqual([]);
  });

  it(
    'random layers: exact',
    () =>
      fc.assert(
        fc.asyncProperty(analogSpec, async (l) => {
          const { verdict, manifest } = await verified(analogModel(l));
          expect(manifest.layers.some((x) => x.target === 'analog')).toBe(true);
          expect(verdict.ok).toBe(true);
        }),
        { numRuns: FULL ? 300 : 30, seed: 7 },
      ),
    60_000,
  );

  it.each(['wordsReversed', 'blocksTogether', 'signFlips', 'rowsMirrored', 'simdInt16'] as const)(
    'exact with %s switched',
    async (name) => {
      const hardware = { ...DEFAULT_OPTIONS.hardware, analog: { ...DEFAULT_ANALOG, [name]: 0 } };
      const { verdict } = await verified(analogModel({ ...spec, inputs: 70, outputs: 520 }), { hardware });
      expect(verdict.ok).toBe(true);
    },
  );
});

describe('mixed networks', () => {
  /** Digital, two analog layers, a sum beside them. */
  const residual = (): Model => {
    const m = new ModelBuilder('mixed');
    const draw = (what: string, shape: readonly number[], limit: number, dtype: 'int8' | 'int32') =>
      randomInts(random(3, what), shape, -limit, limit, dtype);
    const x = m.input('x', [1, 4, 12, 12], 'int8');
    const a = m.conv2d(x, 'first', draw('w', [16, 4, 3, 3], 100, 'int8'), draw('b', [16], 900, 'int32'), {
      shift: 8,
      relu: true,
    });
    const layer = {
      outputs: 16,
      kernel: [3, 3],
      stride: 1,
      gain: 20,
      shift: 3,
      relu: true,
      seed: 5,
    } as const;
    const b = addAnalog(m, a, 'one', layer);
    const c = addAnalog(m, b, 'two', { ...layer, relu: false, seed: 6 });
    return m.build(m.add(a, c, 'sum', { shift: 1 }));
  };
  const CORES = [
    ['digital', '3x3 s1,1 p1,1 >>8 relu'],
    ['analog', 'analog 3x3 s1,1 p1,1 /20 >>3 relu'],
    ['analog', 'analog 3x3 s1,1 p1,1 /20 >>3'],
    ['digital', '>>1'],
  ];
  const layersOf = async (pixels: boolean) => {
    const { verdict, manifest } = await verified(residual(), { pixels });
    expect([verdict.ok, verdict.tensors.filter((t) => t.differing > 0)]).toEqual([true, []]);
    return manifest.layers.map((l) => [l.target, l.detail]);
  };

  it('the digital core makes pixels for the analog one, and adds them: transforms only from and to the host', async () => {
    const pixels = ([target, detail]: (typeof CORES)[number]) =>
      target === 'digital' ? [target, `${detail} pixels`] : [target, detail];
    expect(await layersOf(true)).toEqual([
      ['host', 'to the core'],
      ...CORES.map(pixels),
      ['host', 'to the host'],
    ]);
  });

  it('without that, the host makes each change of core', async () => {
    expect(await layersOf(false)).toEqual([
      ['host', 'to the core'],
      CORES[0],
      ['host', 'to the analog core'],
      CORES[1],
      CORES[2],
      ['host', 'to the core'],
      CORES[3],
      ['host', 'to the host'],
    ]);
  });
});
