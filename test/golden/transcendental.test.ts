import * as Core from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { crossCheck } from '../../golden/crosscheck.js';
import { tensor } from '../../src/base/tensor.js';
import { runOperator } from './run-operator.js';

const float = (...values: number[]) => tensor([values.length], 'float32', values);

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  it.each<[string, number[], number[]]>([
    // correctly rounded: e = 2.718281828459045, tanh 1 = 0.7615941559557649, 1 / (1 + 1/e) = 0.7310585786300049
    ['exp', [0, 1, -1, 200, -200], [1, 2.7182817459106445, 0.3678794503211975, Number.POSITIVE_INFINITY, 0]],
    ['tanh', [0, 1, -1, 30], [0, 0.7615941762924194, -0.7615941762924194, 1]],
    ['sigmoid', [0, 1, -100, 100], [0.5, 0.7310585975646973, 0, 1]],
    ['nn.softmax', [1, 1, 1, 1], [0.25, 0.25, 0.25, 0.25]],
    // e^0 / (e^0 + e^-1) and the rest
    ['nn.softmax', [1000, 999], [0.7310585975646973, 0.2689414322376251]],
  ])('%s of %j', async (op, values, expected) => {
    expect((await runOperator(op, [float(...values)], {}, backend)).values).toEqual(expected);
  });

  it.each(['exp', 'tanh', 'sigmoid'])('%s agrees with tfjs within 16 ulp from -90 to 90', async (op) => {
    const values = Array.from({ length: 20001 }, (_, i) => (i - 10000) * 0.009);
    const run = await runOperator(op, [float(...values)], {}, backend);
    expect(run.tfjsDistance).toBeLessThanOrEqual(16);
  });

  it('nn.softmax agrees with tfjs over 1000 classes', async () => {
    const values = Array.from({ length: 1000 }, (_, i) => 20 * Math.sin(i));
    const run = await runOperator('nn.softmax', [float(...values)], {}, backend);
    expect(run.tfjsDistance).toBeLessThanOrEqual(16);
    expect(run.values.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  it('nn.softmax along another axis than the last', async () => {
    const x = tensor([2, 2, 2], 'float32', [0, 5, 1, 5, 1000, -3, 999, -3]);
    const [low, high] = [0.2689414322376251, 0.7310585975646973];
    expect((await runOperator('nn.softmax', [x], { axis: 1 }, backend)).values).toEqual([
      low,
      0.5,
      high,
      0.5,
      high,
      0.5,
      low,
      0.5,
    ]);
  });

  it('a float convolution is its definition: sums in order of channel, row, column, each rounded', async () => {
    // 2^24 first swallows both ones; last, it does not.
    const w = tensor([1, 1, 1, 3], 'float32', [1, 1, 1]);
    const conv = (values: number[]) =>
      runOperator('nn.conv2d', [tensor([1, 1, 1, 3], 'float32', values), w], {}, backend);
    expect((await conv([16777216, 1, 1])).values).toEqual([16777216]);
    expect((await conv([1, 1, 16777216])).values).toEqual([16777218]);
  });

  it('a float convolution with groups, strides, dilation and padding agrees with tfjs', async () => {
    const values = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(i * i));
    const x = tensor([2, 4, 9, 8], 'float32', values(576));
    const w = tensor([6, 2, 3, 2], 'float32', values(72));
    const attrs = { groups: 2, strides: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] };
    const run = await runOperator('nn.conv2d', [x, w], attrs, backend);
    expect(run.output.shape).toEqual([2, 6, 5, 7]);
    expect(run.tfjsDistance).toBeLessThan(8);
  });
});

describe('crossCheck', () => {
  const reference = tensor([2, 2], 'float32', [1, 2, 3, 4]);
  it('returns the largest distance', () =>
    expect(crossCheck('exp', reference, [1, 2 + 2 ** -21, 3, 4 - 2 ** -21], { ulps: 2 })).toBe(2));

  it.each([
    ['too far', [1, 2, 3 + 2 ** -20, 4]],
    ['NaN', [1, 2, Number.NaN, 4]],
  ])('refuses a reference that tfjs contradicts: %s', (_, tfjs) =>
    expect(() => crossCheck('exp', reference, tfjs, { ulps: 2 })).toThrow(
      /^the reference of exp \(2, 2\) at \[1, 0\] is 3 by definition and .* on tfjs; they must agree within 2 ulp$/,
    ),
  );

  it('is what stands behind a wrong convolution', async () => {
    // A backend whose conv2d is off by one part in a thousand
    const { tf } = await openBackend('cpu');
    const broken = {
      ...tf,
      conv2d: (...args: Parameters<typeof tf.conv2d>) => Core.mul(tf.conv2d(...args) as Core.Tensor, 1.001),
    };
    const { evaluate } = await import('../../golden/reference.js');
    const { call, constant, variable } = await import('../../src/ir/build.js');
    const { labelTensors } = await import('../../src/ir/label.js');
    const { tensorType } = await import('../../src/ir/types.js');
    const x = variable('x', tensorType([1, 1, 1, 1], 'float32'));
    const body = call('nn.conv2d', [x, constant(tensor([1, 1, 1, 1], 'float32', [1]))]);
    const main = labelTensors({ name: 'main', params: [x], body, attrs: {} });
    const backend = { name: 'cpu' as const, tf: broken as typeof tf, description: '', activate: () => {} };
    const inputs = new Map([['x', tensor([1, 1, 1, 1], 'float32', [3])]]);
    expect(() => evaluate(main, inputs, new Map(), backend)).toThrow(
      'the reference of nn.conv2d (1, 1, 1, 1)',
    );
  });
});
