import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../../src/base/attr-value.js';
import { type Tensor, tensor } from '../../../src/base/tensor.js';
import { runAll, vec } from './run.js';

const [LEAST, MOST] = [-2147483648, 2147483647];
const image = (dtype: 'int32' | 'int8', values: readonly number[]) =>
  tensor([1, 1, 1, values.length], dtype, values);
const ones = (count: number) => tensor([1, 1, 1, count], 'int8', new Array<number>(count).fill(100));

describe('results of host kernels that wrap are counted', () => {
  it.each<[string, string, readonly Tensor[], Attrs, number]>([
    ['int32 sums', 'add', [vec('int32', LEAST, MOST, 0), vec('int32', -1, 1, 1)], {}, 2],
    ['sums that just fit', 'add', [vec('int32', LEAST, MOST), vec('int32', 0, 0)], {}, 0],
    ['int8 sums', 'add', [vec('int8', 127, 1), vec('int8', 1, 1)], {}, 1],
    ['uint8 differences', 'subtract', [vec('uint8', 1, 0), vec('uint8', 1, 1)], {}, 1],
    ['int32 products', 'multiply', [vec('int32', 65536, 46340), vec('int32', 65536, 46340)], {}, 1],
    ['products beyond 2^53', 'multiply', [vec('int32', MOST), vec('int32', MOST)], {}, 1],
    ['a quotient', 'divide', [vec('int32', LEAST, LEAST, 6), vec('int32', -1, 1, -2)], {}, 1],
    ['shifts', 'left_shift', [vec('int32', 1, 1, -1), vec('int32', 30, 31, 31)], {}, 1],
    ['right shifts never do', 'right_shift', [vec('int32', LEAST), vec('int32', 31)], {}, 0],
    ['int64 is refused instead', 'add', [vec('int64', MOST), vec('int64', MOST)], {}, 0],
    ['floats do not', 'add', [vec('float32', 3e38), vec('float32', 3e38)], {}, 0],
    ['a bias', 'nn.bias_add', [image('int32', [MOST, 1]), vec('int32', 1)], {}, 1],
    ['negatives', 'negative', [vec('int8', -128, 127)], {}, 1],
    ['magnitudes', 'abs', [vec('int32', LEAST, -5)], {}, 1],
    ['casts to fewer bits', 'cast', [vec('int32', 300, -1, 127)], { dtype: 'uint8' }, 2],
    ['casts of floats saturate', 'cast', [vec('float32', 300)], { dtype: 'int8' }, 0],
    ['casts to bool lose nothing', 'cast', [vec('int32', 300)], { dtype: 'bool' }, 0],
    ['sums over axes', 'sum', [vec('int32', MOST, 1)], {}, 1],
    ['int8 sums over axes', 'sum', [vec('int8', 100, 100)], {}, 1],
    ['int8 means have an int32 sum', 'mean', [vec('int8', 100, 100)], {}, 0],
    ['int32 means', 'mean', [vec('int32', MOST, MOST)], {}, 1],
    ['pools', 'nn.global_avg_pool2d', [image('int32', [MOST, MOST])], {}, 1],
    ['int8 pools have an int32 sum', 'nn.global_avg_pool2d', [image('int8', [127, 127])], {}, 0],
    [
      'product sums',
      'nn.dense',
      [tensor([1, 2], 'int32', [65536, 0]), tensor([2, 2], 'int32', [32767, 0, 32768, 0])],
      {},
      1,
    ],
    [
      'product sums in fewer bits',
      'nn.conv2d',
      [ones(2), ones(1)],
      { channels: 1, kernel_size: [1, 1], out_dtype: 'int8' },
      2,
    ],
  ])('%s', (_, op, args, attrs, wrapped) => {
    const counts: number[] = [];
    runAll(op, args, attrs, { onOverflow: (n) => counts.push(n) });
    // Told once, and never of none.
    expect(counts).toEqual(wrapped === 0 ? [] : [wrapped]);
  });
});
