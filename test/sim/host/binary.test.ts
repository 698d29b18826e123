import { describe, expect, it } from 'vitest';
import type { DType } from '../../../src/base/dtype.js';
import { tensor } from '../../../src/base/tensor.js';
import { run, runAll, vec } from './run.js';

describe('operators on two operands', () => {
  it.each<[string, DType, number, number, number]>([
    ['add', 'int8', 127, 1, -128],
    ['add', 'int8', -128, -128, 0],
    ['add', 'uint8', 255, 1, 0],
    ['add', 'int16', 32767, 1, -32768],
    ['add', 'int32', 2147483647, 1, -2147483648],
    ['add', 'int64', 2147483647, 1, 2147483648],
    ['add', 'float32', 16777216, 1, 16777216], // the odd neighbour of 2^24 is no float32
    ['subtract', 'int8', -128, 1, 127],
    ['subtract', 'uint8', 0, 1, 255],
    ['subtract', 'int32', -2147483648, 1, 2147483647],
    ['multiply', 'int8', 16, 16, 0],
    ['multiply', 'int8', 127, 127, 1], // 16129 = 63*256 + 1
    ['multiply', 'int16', 256, 128, -32768],
    ['multiply', 'int32', 65536, 65536, 0],
    ['multiply', 'int32', 123456789, 987654321, -67153019], // the product has 57 bits
    ['multiply', 'int64', 65536, 65536, 4294967296],
    ['multiply', 'float32', 16777215, 3, 50331644], // 50331645 lies between 50331644 and ...648
    ['divide', 'int8', -7, 2, -3],
    ['divide', 'int8', 7, -2, -3],
    ['divide', 'int8', -128, -1, -128], // 128 wraps
    ['divide', 'int32', -2147483648, -1, -2147483648],
    ['divide', 'uint8', 255, 2, 127],
    ['divide', 'int64', -9007199254740991, 2, -4503599627370495],
    ['divide', 'float32', 1, 3, 0.3333333432674408],
    ['divide', 'float32', -1, 0, Number.NEGATIVE_INFINITY],
    ['maximum', 'int8', -128, 127, 127],
    ['maximum', 'float32', -1.5, -2.5, -1.5],
    ['maximum', 'float32', Number.NaN, 1, Number.NaN],
    ['minimum', 'int8', -128, 127, -128],
    ['minimum', 'uint8', 200, 100, 100],
    ['right_shift', 'int8', -1, 1, -1],
    ['right_shift', 'int8', -5, 1, -3],
    ['right_shift', 'int8', -128, 9, -1],
    ['right_shift', 'uint8', 255, 4, 15],
    ['right_shift', 'int32', -2147483648, 31, -1],
    ['right_shift', 'int32', 2147483647, 31, 0],
    ['right_shift', 'int64', -4294967297, 32, -2],
    ['left_shift', 'int8', 64, 1, -128],
    ['left_shift', 'int8', -1, 7, -128],
    ['left_shift', 'int32', 1, 31, -2147483648],
    ['left_shift', 'int64', 1, 40, 1099511627776],
  ])('%s of %s %d and %d is %d', (op, dtype, a, b, want) => {
    expect(run(op, [vec(dtype, a), vec(dtype, b)])).toEqual([want]);
  });

  it.each<[string, DType, number, number, string]>([
    ['divide', 'int32', 1, 0, 'host operator divide: an integer divisor is 0; must not be.'],
    ['right_shift', 'int32', 1, 32, 'host operator right_shift: the shift is 32 bits; must be 0..31.'],
    ['left_shift', 'int8', 1, -1, 'host operator left_shift: the shift is -1 bits; must be 0..31.'],
    ['right_shift', 'int64', 1, 64, 'the shift is 64 bits; must be 0..63.'],
    [
      'add',
      'int64',
      9007199254740991,
      1,
      'an int64 value is about 9007199254740992; must be within +-(2^53 - 1)',
    ],
    ['right_shift', 'float32', 1, 1, 'the dtype is float32; must be integer. Cast it first.'],
    ['add', 'bool', 1, 1, 'the dtype is bool; must be number. Cast it first.'],
  ])('%s of %s %d and %d is refused', (op, dtype, a, b, message) => {
    expect(() => run(op, [vec(dtype, a), vec(dtype, b)])).toThrow(message);
  });

  it('an int64 quotient of -1 / 2 is 0, not -0', () => {
    expect(Object.is(run('divide', [vec('int64', -1), vec('int64', 2)])[0], 0)).toBe(true);
  });

  it.each([
    [[2, 3], [3], [11, 22, 33, 14, 25, 36]],
    [
      [2, 3],
      [2, 1],
      [11, 12, 13, 24, 25, 26],
    ],
    [[2, 3], [], [11, 12, 13, 14, 15, 16]],
    [
      [2, 3],
      [1, 2, 3],
      [11, 22, 33, 44, 55, 66],
    ],
    [[6], [2, 1], [11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26]],
  ])('%j + %j broadcasts', (a, b, want) => {
    const count = b.reduce((n, d) => n * d, 1);
    const right = tensor(
      b,
      'int32',
      Array.from({ length: count }, (_, i) => 10 * (i + 1)),
    );
    expect(run('add', [tensor(a, 'int32', [1, 2, 3, 4, 5, 6]), right])).toEqual(want);
  });

  it('broadcasts three axes on both sides', () => {
    const a = tensor([2, 1, 2], 'int8', [1, 2, 3, 4]);
    const b = tensor([1, 3, 1], 'int8', [10, 20, 30]);
    expect(run('subtract', [a, b])).toEqual([-9, -8, -19, -18, -29, -28, -7, -6, -17, -16, -27, -26]);
  });
});

describe('nn.bias_add', () => {
  const data = tensor([1, 2, 1, 2], 'int32', [1, 2, 3, 2147483647]);
  it.each([
    [1, [10, 20], [11, 12, 23, -2147483629]],
    [-1, [10, 20], [11, 22, 13, -2147483629]],
    [0, [5], [6, 7, 8, -2147483644]],
  ])('axis %i adds %j', (axis, bias, want) => {
    expect(run('nn.bias_add', [data, vec('int32', ...bias)], { axis })).toEqual(want);
  });

  it('tells how many sums wrapped, and nothing when none did', () => {
    const counts: number[] = [];
    const onOverflow = (n: number) => counts.push(n);
    runAll('nn.bias_add', [data, vec('int32', 1, 1)], {}, { onOverflow });
    runAll('add', [vec('int32', -2147483648, 2147483647, 0), vec('int32', -1, 1, 1)], {}, { onOverflow });
    runAll('add', [vec('int32', 2147483647), vec('int32', 0)], {}, { onOverflow });
    runAll('add', [vec('int8', 127), vec('int8', 1)], {}, { onOverflow });
    expect(counts).toEqual([1, 2, 1]);
  });
});
