import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitNonNegative } from '../../scripts/calibrate/fit.js';
import { HOST_PARAMETERS, type KernelSample, kernelFeatures } from '../../scripts/calibrate/kernels.js';
import { kindErrors } from '../../scripts/calibrate/report.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import { buildModel } from '../../src/models/registry.js';
import type { HostStep } from '../../src/program/types.js';

describe('fitNonNegative', () => {
  it('finds the parameters that made the values', () => {
    const features = [
      [1, 10, 0],
      [1, 0, 7],
      [1, 300, 20],
      [1, 4, 4000],
    ];
    const fitted = fitNonNegative(
      features.map(([a, b, c]) => ({ features: [a!, b!, c!], value: 100 * a! + 6 * b! + 0.5 * c! })),
    );
    [100, 6, 0.5].forEach((v, i) => {
      expect(fitted[i]).toBeCloseTo(v, 4);
    });
  });

  it('is as far above as below in ratios: of 1 and 4 the geometric mean', () =>
    expect(
      fitNonNegative([
        { features: [1], value: 1 },
        { features: [1], value: 4 },
      ])[0],
    ).toBeCloseTo(2, 3));

  it('gives 0 where the best value were negative, and where nothing shows the parameter', () => {
    const fitted = fitNonNegative([
      { features: [1, 1, 0], value: 10 },
      { features: [1, 2, 0], value: 8 },
    ]);
    expect(fitted[1]).toBe(0);
    expect(fitted[2]).toBe(0);
    expect(fitted[0]).toBeGreaterThan(8);
  });
});

describe('the recorded runs', () => {
  const data = JSON.parse(
    readFileSync(new URL('../../scripts/calibrate/data.json', import.meta.url), 'utf8'),
  ) as { parameters: string[]; samples: KernelSample[] };
  const { samples } = data;

  it('give the default host parameters, rounded', () => {
    expect(data.parameters).toEqual(HOST_PARAMETERS);
    const fitted = fitNonNegative(samples.map(({ features, cycles }) => ({ features, value: cycles })));
    Object.values(DEFAULT_PARAMETERS.host).forEach((value, i) => {
      // Defaults were fitted before two samples of one word each were charged less: within 10 %.
      expect(Math.abs(fitted[i]! - value), HOST_PARAMETERS[i]).toBeLessThanOrEqual(0.1 * value + 0.1);
    });
  });

  it('lie within a factor of three of the estimates, each kernel of at least 100 cycles', () => {
    const large = samples.filter((s) => s.cycles >= 100);
    expect(large.length).toBeGreaterThan(500);
    const all = kindErrors(large, Object.values(DEFAULT_PARAMETERS.host)).at(-1)!;
    expect(all.least).toBeGreaterThan(0.8);
    expect(all.most).toBeLessThan(1.25);
  });
});

describe('kernelFeatures', () => {
  it("are the cost model's factors: one conv of resnet8 with bias, shift, clips and cast", () => {
    const program = compile(buildModel('resnet8'), { ...DEFAULT_OPTIONS, target: 'c' });
    const step = program.manifest.steps.find((s): s is HostStep => s.kind === 'host')!;
    // 16x32x32 outputs of 3x3x3 taps: 512 pairs of columns by four blocks of four channels, which take the rest along, in
    // 34 padded rows of three channels.
    const factors = { call: 1, mac: 16 * 1024 * 27, block: 0.65 * 512 * 4, planeRow: 34 * 3 };
    expect(step.ops.map((o) => o.op)).toEqual([
      'qnn.conv2d',
      'nn.bias_add',
      'right_shift',
      'clip',
      'cast',
      'clip',
    ]);
    expect(kernelFeatures(program, step)).toEqual(
      HOST_PARAMETERS.map((name) => factors[name as keyof typeof factors] ?? 0),
    );
  });
});

describe('kindErrors', () => {
  it('sums kinds and all, estimate over SoC', () => {
    const sample = (kind: string, features: number[], cycles: number) => ({
      program: 'p',
      kernel: 'k',
      kind,
      features,
      cycles,
    });
    const samples = [sample('cast', [1, 2], 50), sample('pad', [0, 10], 100), sample('pad', [0, 30], 100)];
    expect(kindErrors(samples, [10, 5])).toEqual([
      { kind: 'pad', kernels: 2, cycles: 200, ratio: 1, least: 0.5, most: 1.5 },
      { kind: 'cast', kernels: 1, cycles: 50, ratio: 0.4, least: 0.4, most: 0.4 },
      { kind: 'all', kernels: 3, cycles: 250, ratio: 0.88, least: 0.4, most: 1.5 },
    ]);
  });
});
