import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../src/base/attr-value.js';
import { tensor } from '../../src/base/tensor.js';
import { call, constant, tuple, tupleGetItem } from '../../src/ir/build.js';
import { runGraph, runOperator } from './run-operator.js';

/** 0, 1, 2, ... in a shape of 2 x 3 x 4. */
const cube = tensor([2, 3, 4], 'int8', [...Array(24).keys()]);

describe('moving elements', () => {
  it.each<[string, Attrs, number[], number[]]>([
    [
      'transpose',
      { axes: [1, 2, 0] },
      [3, 4, 2],
      [0, 12, 1, 13, 2, 14, 3, 15, 4, 16, 5, 17, 6, 18, 7, 19, 8, 20, 9, 21, 10, 22, 11, 23],
    ],
    [
      'transpose',
      { axes: [0, -1, 1] },
      [2, 4, 3],
      [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23],
    ],
    ['nn.batch_flatten', {}, [2, 12], [...Array(24).keys()]],
    ['expand_dims', { axis: 1, num_newaxis: 2 }, [2, 1, 1, 3, 4], [...Array(24).keys()]],
    ['strided_slice', { begin: [0, 1, 1], end: [1, 3, 4], strides: [1, 1, 2] }, [1, 2, 2], [5, 7, 9, 11]],
    ['strided_slice', { begin: [-1, -2], end: [9, 2], strides: [1] }, [1, 1, 4], [16, 17, 18, 19]],
    [
      'strided_slice',
      { begin: [3], end: [-5], strides: [-2], axes: [-1] },
      [2, 3, 2],
      [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21],
    ],
    [
      'strided_slice',
      { begin: [1, 1], end: [-1, 1], slice_mode: 'size', axes: [0, 1] },
      [1, 1, 4],
      [16, 17, 18, 19],
    ],
    // begin beyond the axis is limited to its last element when the stride is negative
    [
      'strided_slice',
      { begin: [9], end: [0], strides: [-1], axes: [1] },
      [2, 2, 4],
      [8, 9, 10, 11, 4, 5, 6, 7, 20, 21, 22, 23, 16, 17, 18, 19],
    ],
  ])('%s %j', async (op, attrs, shape, values) => {
    const run = await runOperator(op, [cube], attrs);
    expect(run.output.shape).toEqual(shape);
    expect(run.values).toEqual(values);
  });

  it('transpose without axes reverses them', async () => {
    const run = await runOperator('transpose', [tensor([2, 3], 'int8', [1, 2, 3, 4, 5, 6])]);
    expect(run.output.shape).toEqual([3, 2]);
    expect(run.values).toEqual([1, 4, 2, 5, 3, 6]);
  });

  it('squeeze drops axes of extent 1', async () => {
    const x = tensor([1, 2, 1], 'int8', [1, 2]);
    expect((await runOperator('squeeze', [x])).output).toEqual(tensor([2], 'int8', [1, 2]));
    expect((await runOperator('squeeze', [x], { axis: [0] })).output).toEqual(tensor([2, 1], 'int8', [1, 2]));
  });

  it('nn.pad puts the value around the data, converted as a cast does', async () => {
    const x = tensor([1, 2], 'int8', [1, 2]);
    const run = await runOperator('nn.pad', [x, tensor([], 'int32', [300])], {
      pad_width: [
        [1, 0],
        [2, 1],
      ],
    });
    expect(run.output.shape).toEqual([2, 5]);
    // 300 - 256
    expect(run.values).toEqual([44, 44, 44, 44, 44, 44, 44, 1, 2, 44]);
    const float = await runOperator('nn.pad', [x, tensor([], 'float32', [-7.9])], {
      pad_width: [
        [0, 0],
        [0, 1],
      ],
    });
    expect(float.values).toEqual([1, 2, -7]);
  });
});

describe('tuples', () => {
  const x = tensor([2, 1], 'int8', [1, 2]);
  const y = tensor([2, 3], 'int8', [3, 4, 5, 6, 7, 8]);

  it('concatenate joins along its axis', async () => {
    const run = await runGraph([x, y], (a, b) => call('concatenate', [tuple([a!, b!, a!])], { axis: 1 }));
    expect(run.output.shape).toEqual([2, 5]);
    expect(run.values).toEqual([1, 3, 4, 5, 1, 2, 6, 7, 8, 2]);
    const rows = await runGraph([y, y], (a, b) => call('concatenate', [tuple([a!, b!])], { axis: 0 }));
    expect(rows.values).toEqual([3, 4, 5, 6, 7, 8, 3, 4, 5, 6, 7, 8]);
  });

  it.each<[Attrs, number, number[], number[]]>([
    [{ indices_or_sections: 3, axis: 1 }, 1, [2, 1], [4, 7]],
    [{ indices_or_sections: [1], axis: -1 }, 1, [2, 2], [4, 5, 7, 8]],
    [{ indices_or_sections: 2, axis: 0 }, 1, [1, 3], [6, 7, 8]],
  ])('split %j, field %i', async (attrs, field, shape, values) => {
    const run = await runGraph([y], (a) => tupleGetItem(call('split', [a!], attrs), field));
    expect(run.output.shape).toEqual(shape);
    expect(run.values).toEqual(values);
  });

  it('a field of a split is used like any tensor', async () => {
    const run = await runGraph([y], (a) => {
      const parts = call('split', [a!], { indices_or_sections: 3, axis: 1 });
      return call('add', [tupleGetItem(parts, 0), tupleGetItem(parts, 2)]);
    });
    expect(run.values).toEqual([8, 14]);
  });
});

describe('maximum and global pools', () => {
  const plane = tensor([1, 2, 2, 3], 'int8', [1, 9, 3, 4, 5, 6, -1, -9, -3, -4, -5, -6]);
  it.each<[string, Attrs, number[], number[]]>([
    ['nn.max_pool2d', { pool_size: [2, 2] }, [1, 2, 1, 2], [9, 9, -1, -3]],
    // padding never wins, not even over negative values
    [
      'nn.max_pool2d',
      { pool_size: [2, 2], strides: [2, 2], padding: [1, 1, 0, 0] },
      [1, 2, 1, 2],
      [1, 9, -1, -3],
    ],
    [
      'nn.max_pool2d',
      { pool_size: [1, 2], strides: [1, 2], ceil_mode: true },
      [1, 2, 2, 2],
      [9, 3, 5, 6, -1, -3, -4, -6],
    ],
    ['nn.max_pool2d', { pool_size: [1, 2], dilation: [1, 2] }, [1, 2, 2, 1], [3, 6, -1, -4]],
    ['nn.global_max_pool2d', {}, [1, 2, 1, 1], [9, -1]],
    // 28 / 6 and -28 / 6
    ['nn.global_avg_pool2d', {}, [1, 2, 1, 1], [4, -4]],
    // windows of columns 0..1 and 1..2, of both rows: 19 / 4, 23 / 4
    ['nn.adaptive_avg_pool2d', { output_size: [1, 2] }, [1, 2, 1, 2], [4, 5, -4, -5]],
    ['nn.adaptive_avg_pool2d', { output_size: [1] }, [1, 2, 1, 1], [4, -4]],
  ])('%s %j', async (op, attrs, shape, values) => {
    const run = await runOperator(op, [plane], attrs);
    expect(run.output.shape).toEqual(shape);
    expect(run.values).toEqual(values);
  });

  it('float32: padding is the lowest finite value, and NaN spreads', async () => {
    const x = tensor([1, 1, 1, 2], 'float32', [Number.NEGATIVE_INFINITY, Number.NaN]);
    const run = await runOperator('nn.max_pool2d', [x], {
      pool_size: [1, 2],
      strides: [1, 2],
      padding: [0, 1, 0, 1],
    });
    expect(run.values).toEqual([-3.4028234663852886e38, Number.NaN]);
  });
});

it('constants are values like any other', async () => {
  const run = await runGraph([tensor([2], 'int8', [1, 2])], (x) =>
    call('add', [constant(tensor([2], 'int8', [10, 20])), x!]),
  );
  expect(run.values).toEqual([11, 22]);
});
