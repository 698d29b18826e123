import { describe, expect, it } from 'vitest';
import { compareTensor } from '../../golden/compare.js';
import { showTolerance, ulp, ulpsApart } from '../../golden/tolerance.js';
import { tensor } from '../../src/base/tensor.js';

const int8 = (...values: number[]) => tensor([values.length], 'int8', values);
const float = (...values: number[]) => tensor([values.length], 'float32', values);

describe('compareTensor', () => {
  it('names the first difference by its coordinates and counts all', () => {
    const expected = tensor([1, 2, 2, 3], 'int8', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    const actual = tensor([1, 2, 2, 3], 'int8', [0, 1, 2, 3, 4, 5, 6, -7, 8, 9, 10, -128]);
    expect(compareTensor(expected, actual)).toEqual({
      differing: 2,
      first: { index: 7, coordinates: [0, 1, 0, 1], expected: 7, actual: -7 },
      saturated: 1,
      zero: 1,
    });
  });

  it('the very first element may be the one that differs, alone or with others', () => {
    const first = { index: 0, coordinates: [0], expected: 1, actual: 5 };
    expect(compareTensor(int8(1, 2, 3), int8(5, 2, 3))).toMatchObject({ differing: 1, first });
    expect(compareTensor(int8(1, 2, 3), int8(5, 2, 4))).toMatchObject({ differing: 2, first });
  });

  it('counts saturated int8 and zeros where nothing differs', () => {
    const t = int8(127, 127, -128, -127, 126, 0, 0);
    expect(compareTensor(t, t)).toEqual({ differing: 0, saturated: 3, zero: 2 });
  });

  it('calls only int8 saturated', () =>
    expect(compareTensor(float(127, -128), float(127, -128))).toMatchObject({ saturated: 0 }));

  it.each([
    // expected, actual, tolerance in ulp, equal
    [Number.NaN, Number.NaN, undefined, true],
    [Number.NaN, 1, undefined, false],
    [1, Number.NaN, undefined, false],
    [1, Number.NaN, 1e9, false],
    [0, -0, undefined, true],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, undefined, true],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 16, false],
    [1, 1 + 2 ** -23, undefined, false],
    [1, 1 + 2 ** -23, 1, true],
    [1, 1 + 2 ** -22, 1, false],
    // An overflow one ulp early
    [(2 - 2 ** -23) * 2 ** 127, Number.POSITIVE_INFINITY, 1, true],
    // Flushed to zero: a subnormal
    [2 ** -127, 0, 1, true],
    [2 ** -100, 0, 1, false],
  ])('expected %d, actual %d within %s ulp: equal is %s', (expected, actual, ulps, equal) => {
    const tolerance = ulps === undefined ? undefined : { ulps };
    expect(compareTensor(float(expected), float(actual), tolerance).differing).toBe(equal ? 0 : 1);
  });

  it('refuses tensors of different types', () => {
    expect(() => compareTensor(int8(1, 2), tensor([1, 2], 'int8', [1, 2]))).toThrow('cannot be compared');
    expect(() => compareTensor(int8(1), float(1))).toThrow(
      'a tensor of (1,) int8 cannot be compared with one of (1,) float32',
    );
  });
});

describe('ulps', () => {
  it.each([
    [1, 2 ** -23],
    [1.999, 2 ** -23],
    [2, 2 ** -22],
    [-0.75, 2 ** -24],
    [2 ** -126, 2 ** -149],
    [0, 2 ** -149],
    // the float32 before 2^20 and the largest one
    [2 ** 20 - 2 ** -4, 2 ** -4],
    [(2 - 2 ** -23) * 2 ** 127, 2 ** 104],
  ])('ulp(%d)', (value, expected) => expect(ulp(value)).toBe(expected));

  it('ulp of every power of two', () => {
    for (let e = -126; e < 128; e++) expect(ulp(2 ** e)).toBe(2 ** (e - 23));
  });

  const largest = (2 - 2 ** -23) * 2 ** 127;
  it.each([
    [1, 1, 0],
    [Number.NaN, Number.NaN, 0],
    [1, Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0],
    [Number.POSITIVE_INFINITY, largest, 1],
    [largest, Number.POSITIVE_INFINITY, 1],
    // what two subnormals of opposite signs may be apart counts as flushed; twice the smallest normal does not
    [2 ** -126, -(2 ** -127), 0],
    [2 ** -126, -(2 ** -126), 2 ** 24],
  ])('%d and %d are %d ulp apart', (expected, actual, ulps) =>
    expect(ulpsApart(expected, actual)).toBe(ulps),
  );

  it('a scale makes them relative to a larger magnitude', () => {
    expect(ulpsApart(0, 2 ** -20)).toBeGreaterThan(1e9);
    expect(ulpsApart(0, 2 ** -20, 4)).toBe(2);
  });

  it('reads as the verdict prints it', () => expect(showTolerance({ ulps: 16 })).toBe('within 16 ulp'));
});
