import { expect, it } from 'vitest';
import type { DType } from '../../src/base/dtype.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import { cast } from '../../src/builder/operators.js';
import { builtinInput } from '../../src/models/builtin-input.js';
import { buildModel } from '../../src/models/registry.js';

const model = buildModel('resnet8');
const values = (seed: number, run: number) => [...builtinInput(model, seed, run).get('input')!.data];

it('is the same for the same seed and run, and differs for another', () => {
  expect(values(0, 0)).toEqual(values(0, 0));
  expect(values(1, 0)).not.toEqual(values(0, 0));
  expect(values(0, 1)).not.toEqual(values(0, 0));
});

it('spans the range of int8 in every plane', () => {
  const all = values(0, 0);
  for (let c = 0; c < 3; c++) {
    const plane = all.slice(c * 1024, (c + 1) * 1024);
    expect([Math.min(...plane), Math.max(...plane)]).toEqual([-128, 127]);
  }
});

it('is smooth: neighbours differ by far less than the spread', () => {
  const all = values(0, 0);
  const mean = (f: (v: number, i: number) => number) => all.reduce((s, v, i) => s + f(v, i), 0) / all.length;
  const step = mean((v, i) => (i % 32 === 31 ? 0 : Math.abs(v - all[i + 1]!)));
  const center = mean((v) => v);
  expect(step).toBeLessThan(0.6 * mean((v) => Math.abs(v - center)));
});

it.each<[DType, number, number]>([
  ['int8', -128, 127],
  ['uint8', 0, 255],
  ['int32', -128, 127],
  ['float32', -1, 1],
])('a vector of %s runs from %i to %i', (dtype, low, high) => {
  const m = new ModelBuilder('vector');
  const one = m.build(cast(m.input('x', [1, 64], dtype), 'float32'));
  const { data, dtype: made } = builtinInput(one).get('x')!;
  expect([made, Math.min(...data), Math.max(...data)]).toEqual([dtype, low, high]);
});
