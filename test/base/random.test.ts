import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { random, randomInts, randomUniform } from '../../src/base/random.js';

describe('random', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const rng = random(7, 'resnet8', 'conv1.weights');
    expect(Array.from({ length: 6 }, () => rng.int(-128, 127))).toEqual([-37, 16, -117, -5, 55, -62]);
  });
  it('takes 1 and "1" for one seed, and no other', () => {
    const first = (seed: number | string) => random(seed).int(0, 2 ** 31);
    expect(first('1')).toBe(first(1));
    expect(first(2)).not.toBe(first(1));
  });
});

describe('randomInts', () => {
  it('reaches both ends and nothing beyond', () => {
    const { data } = randomInts(random(0), [4000], -3, 4, 'int8');
    expect([...new Set(data)].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3, 4]);
    for (const v of [-3, 4]) expect(data.filter((x: number) => x === v).length).toBeGreaterThan(400);
  });
  it('covers int32', () => {
    const { data } = randomInts(random(0), [1000], -(2 ** 31), 2 ** 31 - 1, 'int32');
    expect(Math.min(...data)).toBeLessThan(-2.1e9);
    expect(Math.max(...data)).toBeGreaterThan(2.1e9);
  });
  it('has the shape and dtype asked for', () =>
    expect(randomInts(random(0), [2, 3], 1, 1, 'int32')).toEqual({
      shape: [2, 3],
      dtype: 'int32',
      data: Int32Array.of(1, 1, 1, 1, 1, 1),
    }));
});

it('randomUniform drops the fraction: -10..10 gives -9..9, zero twice as often', () => {
  const { data } = randomUniform(random(0), [20000], -10, 10, 'int8');
  const count = (v: number) => data.filter((x: number) => x === v).length;
  expect([Math.min(...data), Math.max(...data)]).toEqual([-9, 9]);
  expect(count(0) / count(5)).toBeGreaterThan(1.7);
  expect(count(0) / count(5)).toBeLessThan(2.3);
});

it('a thousand weights hash to the recorded value', () =>
  expect(
    createHash('sha256')
      .update(randomInts(random(0, 'w'), [1000], -128, 127, 'int8').data)
      .digest('hex'),
  ).toBe('44d7e2bf83bc92fb292d407e91866aa058ad42c48036e06f5662e35ca3f8a620'));
