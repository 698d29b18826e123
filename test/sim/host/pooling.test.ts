import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../../src/base/attr-value.js';
import { tensor } from '../../../src/base/tensor.js';
import { iota, run } from './run.js';

// 1 2 3
// 4 5 6
// 7 8 9
const grid = tensor([1, 1, 3, 3], 'int8', [1, 2, 3, 4, 5, 6, 7, 8, 9]);

describe('pools', () => {
  it.each<[string, Attrs, number[]]>([
    ['nn.avg_pool2d', { pool_size: [2, 2] }, [3, 4, 6, 7]], // 12/4, 16/4, 24/4, 28/4
    ['nn.avg_pool2d', { pool_size: [3, 3], strides: [3, 3] }, [5]],
    ['nn.avg_pool2d', { pool_size: [1, 2] }, [1, 2, 4, 5, 7, 8]], // 1.5 truncates
    // Corner 1, edges (1 + 2)/2, ...: padding is not counted.
    ['nn.avg_pool2d', { pool_size: [2, 2], strides: [2, 2], padding: [1, 1, 0, 0] }, [1, 2, 5, 7]],
    [
      'nn.avg_pool2d',
      { pool_size: [2, 2], strides: [2, 2], padding: [1, 1, 0, 0], count_include_pad: true },
      [0, 1, 2, 7],
    ],
    // Ceil mode adds a last window of what is left: (3 + 6)/2, (7 + 8)/2, 9.
    ['nn.avg_pool2d', { pool_size: [2, 2], strides: [2, 2], ceil_mode: true }, [3, 4, 7, 9]],
    [
      'nn.avg_pool2d',
      { pool_size: [2, 2], strides: [2, 2], ceil_mode: true, count_include_pad: true },
      [3, 2, 3, 2],
    ],
    ['nn.avg_pool2d', { pool_size: [2, 2], dilation: [2, 2] }, [5]], // (1 + 3 + 7 + 9)/4
    // Dilation 2 with padding 1: only the centre row and column, or the outer ones, are inside.
    [
      'nn.avg_pool2d',
      { pool_size: [2, 2], dilation: [2, 2], padding: [1, 1, 1, 1] },
      [5, 5, 5, 5, 5, 5, 5, 5, 5],
    ],
    // A window of padding alone: 0 divided by at least 1.
    ['nn.avg_pool2d', { pool_size: [1, 1], strides: [3, 3], padding: [1, 1, 0, 0] }, [0, 0, 0, 9]],
    ['nn.max_pool2d', { pool_size: [2, 2] }, [5, 6, 8, 9]],
    ['nn.max_pool2d', { pool_size: [2, 2], strides: [2, 2], padding: [1, 1, 0, 0] }, [1, 3, 7, 9]],
    ['nn.max_pool2d', { pool_size: [2, 1], strides: [1, 2] }, [4, 6, 7, 9]],
    ['nn.max_pool2d', { pool_size: [1, 1], strides: [3, 3], padding: [1, 1, 0, 0] }, [-128, -128, -128, 9]],
    ['nn.global_avg_pool2d', {}, [5]],
    ['nn.global_max_pool2d', {}, [9]],
    ['nn.adaptive_avg_pool2d', { output_size: [1, 1] }, [5]],
    ['nn.adaptive_avg_pool2d', { output_size: [3] }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['nn.adaptive_avg_pool2d', { output_size: [2, 2] }, [3, 4, 6, 7]], // rows 0..1 and 1..2: they share one
    ['nn.adaptive_avg_pool2d', { output_size: [1, 2] }, [4, 5]], // 27/6 = 4.5, 33/6 = 5.5
  ])('%s %j', (op, attrs, want) => {
    expect(run(op, [grid], attrs)).toEqual(want);
  });

  it('a negative mean truncates toward zero', () => {
    const x = tensor([1, 1, 1, 2], 'int8', [-3, -4]);
    expect(run('nn.avg_pool2d', [x], { pool_size: [1, 2] })).toEqual([-3]); // -3.5; the floor is -4
  });

  it('an int8 sum does not wrap at 8 bits', () => {
    const x = tensor([1, 1, 2, 2], 'int8', [127, 127, 127, 127]);
    expect(run('nn.global_avg_pool2d', [x])).toEqual([127]);
  });

  it('an int32 sum wraps at 32 bits', () => {
    const x = tensor([1, 1, 1, 2], 'int32', [2147483647, 2147483647]);
    expect(run('nn.global_avg_pool2d', [x])).toEqual([-1]); // -2 / 2
  });

  it('ceil mode adds no window where the strides fit', () => {
    const attrs = { pool_size: [2, 2], strides: [2, 2], ceil_mode: true };
    expect(run('nn.max_pool2d', [iota([1, 1, 4, 4])], attrs)).toEqual([5, 7, 13, 15]);
  });

  it('a float32 window of padding alone is 0, not 0 / 0', () => {
    const x = tensor([1, 1, 1, 1], 'float32', [3]);
    expect(run('nn.avg_pool2d', [x], { pool_size: [1, 1], padding: [0, 1, 0, 0] })).toEqual([0, 3]);
  });

  it('all images and channels have their own planes', () => {
    expect(run('nn.max_pool2d', [iota([2, 2, 2, 2])], { pool_size: [2, 2] })).toEqual([3, 7, 11, 15]);
    expect(run('nn.global_avg_pool2d', [iota([2, 2, 1, 2])])).toEqual([0, 2, 4, 6]);
  });

  it('float32 sums in row order and divides once', () => {
    const x = tensor([1, 1, 1, 4], 'float32', [16777216, 1, 1, 2]);
    // 2^24 + 1 + 1 stays 2^24; + 2 = 16777218; / 4.
    expect(run('nn.global_avg_pool2d', [x])).toEqual([4194304.5]);
  });

  it('float32 maximum: NaN stays, -Infinity without padding stays, padding is the lowest finite value', () => {
    const x = (...v: number[]) => tensor([1, 1, 1, v.length], 'float32', v);
    expect(run('nn.global_max_pool2d', [x(1, Number.NaN)])).toEqual([Number.NaN]);
    expect(run('nn.global_max_pool2d', [x(Number.NEGATIVE_INFINITY)])).toEqual([Number.NEGATIVE_INFINITY]);
    expect(
      run('nn.max_pool2d', [x(-1)], { pool_size: [1, 1], strides: [1, 2], padding: [0, 1, 0, 1] }),
    ).toEqual([-3.4028234663852886e38, -3.4028234663852886e38]);
  });
});
