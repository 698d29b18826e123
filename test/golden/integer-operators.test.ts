import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../src/base/attr-value.js';
import type { DType } from '../../src/base/dtype.js';
import { tensor } from '../../src/base/tensor.js';
import { runOperator } from './run-operator.js';

const MIN32 = -2147483648;
const MAX32 = 2147483647;

describe('elementwise, integers', () => {
  it.each<[string, DType, number[], number[], number[], number]>([
    // operator, dtype, left, right, result, how many wrapped
    ['add', 'int8', [127, -128, 1], [1, -1, 2], [-128, 127, 3], 2],
    ['add', 'int32', [MAX32, MIN32, 5], [1, -1, -6], [MIN32, MAX32, -1], 2],
    ['right_shift', 'int32', [-1, -5, 5, 256, MIN32, MAX32], [1, 1, 1, 8, 31, 31], [-1, -3, 2, 1, -1, 0], 0],
    ['right_shift', 'int8', [-128, 127, -1], [9, 31, 0], [-1, 0, -1], 0],
  ])('%s %s %j, %j', async (op, dtype, left, right, result, wrapped) => {
    const run = await runOperator(op, [
      tensor([left.length], dtype, left),
      tensor([left.length], dtype, right),
    ]);
    expect(run.values).toEqual(result);
    expect(run.output.dtype).toBe(dtype);
    expect(run.wrapped).toBe(wrapped);
  });

  it.each([-1, 32])('right_shift by %i is refused', async (bits) => {
    await expect(
      runOperator('right_shift', [tensor([1], 'int32', [1]), tensor([], 'int32', [bits])]),
    ).rejects.toThrow(`a shift of int32 by ${bits} bits is not defined; it must be 0..31.`);
  });

  it('broadcasts as numpy does', async () => {
    // (2, 1, 2) + (3, 1): rows of the right along the middle axis
    const left = tensor([2, 1, 2], 'int32', [0, 1, 10, 11]);
    const right = tensor([3, 1], 'int32', [100, 200, 300]);
    const run = await runOperator('add', [left, right]);
    expect(run.output.shape).toEqual([2, 3, 2]);
    expect(run.values).toEqual([100, 101, 200, 201, 300, 301, 110, 111, 210, 211, 310, 311]);
  });

  it('nn.bias_add adds along its axis', async () => {
    const x = tensor([1, 2, 1, 2], 'int32', [1, 2, 3, 4]);
    const bias = tensor([2], 'int32', [10, MAX32]);
    const run = await runOperator('nn.bias_add', [x, bias]);
    expect(run.values).toEqual([11, 12, MIN32 + 2, MIN32 + 3]);
    expect(run.wrapped).toBe(2);
    expect((await runOperator('nn.bias_add', [x, bias], { axis: -1 })).values).toEqual([
      11,
      MIN32 + 1,
      13,
      MIN32 + 3,
    ]);
  });
});

describe('one operand', () => {
  it.each<[string, DType, number[], Attrs, DType, number[]]>([
    [
      'clip',
      'int32',
      [-129, -128, 0, 127, 128],
      { a_min: -128, a_max: 127 },
      'int32',
      [-128, -128, 0, 127, 127],
    ],
    ['clip', 'int8', [-5, 5], { a_min: 0, a_max: 255 }, 'int8', [0, 5]],
    ['clip', 'int8', [-5, 5], { a_min: -1.9, a_max: 1.9 }, 'int8', [-1, 1]],
    ['cast', 'int32', [200, -129, 256, 127], { dtype: 'int8' }, 'int8', [-56, 127, 0, 127]],
    ['cast', 'int8', [-1, 127], { dtype: 'uint8' }, 'uint8', [255, 127]],
    ['cast', 'int8', [-1, 127], { dtype: 'int32' }, 'int32', [-1, 127]],
    // 2^24 + 1 and + 3 lie halfway between floats: to even
    ['cast', 'int32', [16777217, 16777219], { dtype: 'float32' }, 'float32', [16777216, 16777220]],
    ['cast', 'float32', [-1.9, 1.9, 300, -300, Number.NaN], { dtype: 'int8' }, 'int8', [-1, 1, 127, -128, 0]],
    ['cast', 'float32', [Number.NaN, 1e30], { dtype: 'int64' }, 'int64', [0, 2 ** 53 - 1]],
    ['cast', 'float32', [0, -0.1, Number.NaN], { dtype: 'bool' }, 'bool', [0, 1, 1]],
    ['reverse', 'int8', [1, 2, 3], { axis: 0 }, 'int8', [3, 2, 1]],
  ])('%s %s %j %j', async (op, dtype, values, attrs, out, result) => {
    const run = await runOperator(op, [tensor([values.length], dtype, values)], attrs);
    expect(run.values).toEqual(result);
    expect(run.output.dtype).toBe(out);
    expect(run.wrapped).toBe(0);
  });

  it('reverse along one axis of three', async () => {
    const x = tensor([2, 2, 2], 'int8', [0, 1, 2, 3, 4, 5, 6, 7]);
    expect((await runOperator('reverse', [x], { axis: 1 })).values).toEqual([2, 3, 0, 1, 6, 7, 4, 5]);
    expect((await runOperator('reverse', [x], { axis: -1 })).values).toEqual([1, 0, 3, 2, 5, 4, 7, 6]);
  });

  it('reshape keeps the order', async () => {
    const run = await runOperator('reshape', [tensor([2, 3], 'int8', [1, 2, 3, 4, 5, 6])], {
      newshape: [-1, 2],
    });
    expect(run.output.shape).toEqual([3, 2]);
    expect(run.values).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe.each(['wasm', 'cpu'] as const)('reductions on %s', (backend) => {
  it('nn.conv2d: 3x3 on 3x3 with padding 1, two input and two output channels', async () => {
    const x = tensor([1, 2, 3, 3], 'int8', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    const w = tensor([2, 2, 3, 3], 'int8', [
      // k 0: the pixel above, of channel 0; the pixel to the left, of channel 1
      ...[0, 1, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 0, 1, 0, 0, 0, 0, 0],
      // k 1: the pixel below to the right, of channel 0, twice
      ...[0, 0, 0, 0, 0, 0, 0, 0, 2],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]);
    const run = await runOperator(
      'nn.conv2d',
      [x, w],
      { padding: [1, 1, 1, 1], out_dtype: 'int32' },
      backend,
    );
    expect(run.values).toEqual([...[0, 10, 20, 1, 42, 53, 4, 75, 86], ...[10, 12, 0, 16, 18, 0, 0, 0, 0]]);
  });

  it('nn.conv2d: strides, dilation and padding differ by axis and side', async () => {
    // rows 0..3 of columns 0..4 hold 10 * row + column
    const x = tensor(
      [1, 1, 4, 5],
      'int8',
      [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34],
    );
    const w = tensor([1, 1, 2, 2], 'int8', [1, 2, 3, 4]);
    const attrs = { strides: [2, 1], dilation: [1, 3], padding: [1, 0, 0, 1], out_dtype: 'int32' };
    const run = await runOperator('nn.conv2d', [x, w], attrs, backend);
    // Output (0, c): rows -1 and 0, columns c and c + 3; (1, c): rows 1 and 2. Column 5 is padding.
    expect(run.output.shape).toEqual([1, 1, 2, 3]);
    expect(run.values).toEqual([
      ...[3 * 0 + 4 * 3, 3 * 1 + 4 * 4, 3 * 2],
      ...[10 + 2 * 13 + 3 * 20 + 4 * 23, 11 + 2 * 14 + 3 * 21 + 4 * 24, 12 + 3 * 22],
    ]);
  });

  it.each([
    ['equal', [1, 1], [1 * 2, 2 * 2, 3 * 3, 4 * 3]],
    // unequal strides take another path through tfjs
    ['unequal', [1, 2], [1 * 2, 3 * 3]],
  ])('nn.conv2d: depthwise with %s strides', async (_, strides, expected) => {
    const x = tensor([1, 2, 1, 2], 'int8', [1, 2, 3, 4]);
    const w = tensor([2, 1, 1, 1], 'int8', [2, 3]);
    expect((await runOperator('nn.conv2d', [x, w], { groups: 2, strides }, backend)).values).toEqual(
      expected,
    );
  });

  it('nn.conv2d: depthwise with two outputs a channel, and two groups of two channels', async () => {
    const x = tensor([1, 4, 1, 1], 'int8', [1, 2, 3, 4]);
    const multiplier = tensor([8, 1, 1, 1], 'int8', [1, 10, 1, 10, 1, 10, 1, 10]);
    expect((await runOperator('nn.conv2d', [x, multiplier], { groups: 4 }, backend)).values).toEqual([
      1, 10, 2, 20, 3, 30, 4, 40,
    ]);
    const grouped = tensor([2, 2, 1, 1], 'int8', [1, 10, 1, 10]);
    expect((await runOperator('nn.conv2d', [x, grouped], { groups: 2 }, backend)).values).toEqual([21, 43]);
  });

  it('nn.conv2d without out_dtype wraps to the data dtype, and says how often', async () => {
    const x = tensor([1, 1, 1, 2], 'int8', [100, 1]);
    const run = await runOperator('nn.conv2d', [x, tensor([1, 1, 1, 1], 'int8', [2])], {}, backend);
    expect(run.values).toEqual([-56, 2]);
    expect(run.wrapped).toBe(1);
  });

  it('int32 accumulators that overflow wrap, and are counted', async () => {
    // 32769 * 65535 = 2^31 + 32767 wraps; 32767 * 65535 does not
    const x = tensor([2, 1], 'int32', [32769, 32767]);
    const run = await runOperator('nn.dense', [x, tensor([1, 1], 'int32', [65535])], {}, backend);
    expect(run.values).toEqual([MIN32 + 32767, 32767 * 65535]);
    expect(run.wrapped).toBe(1);
  });

  it('qnn.conv2d: zero points shift both operands; scales do not enter', async () => {
    const x = tensor([1, 1, 1, 2], 'int8', [5, -128]);
    const args = [
      x,
      tensor([1, 1, 1, 2], 'int8', [3, 4]),
      tensor([], 'int32', [1]),
      tensor([], 'int32', [2]),
    ] as const;
    const scales = [tensor([], 'float32', [0.5]), tensor([], 'float32', [0.25])] as const;
    const attrs = { padding: [0, 1, 0, 0], out_dtype: 'int32' };
    // padding counts as the zero point: (0, 5 - 1) . (1, 2), then (5 - 1, -128 - 1) . (1, 2)
    expect((await runOperator('qnn.conv2d', [...args, ...scales], attrs, backend)).values).toEqual([
      8,
      4 - 258,
    ]);
  });

  it('nn.dense: rows of the weights are outputs', async () => {
    const x = tensor([2, 3], 'int8', [1, 2, 3, -1, -2, -3]);
    const w = tensor([2, 3], 'int8', [1, 10, 100, -128, 0, 127]);
    const run = await runOperator('nn.dense', [x, w], { out_dtype: 'int32' }, backend);
    expect(run.values).toEqual([321, 253, -321, -253]);
  });
});

describe('nn.avg_pool2d, integers', () => {
  const plane = tensor([1, 1, 2, 3], 'int8', [-1, -2, -4, 100, 100, 101]);
  it.each<[string, Attrs, number[]]>([
    // -7 / 3 and 301 / 3
    ['truncates toward zero', { pool_size: [1, 3] }, [-2, 100]],
    ['sums beyond int8', { pool_size: [2, 2] }, [49, 48]],
    [
      'padding does not count',
      { pool_size: [1, 2], strides: [1, 2], padding: [0, 1, 0, 0] },
      [-1, -3, 100, 100],
    ],
    [
      'count_include_pad',
      { pool_size: [1, 2], strides: [1, 2], padding: [0, 1, 0, 0], count_include_pad: true },
      [0, -3, 50, 100],
    ],
    ['ceil_mode adds a partial window', { pool_size: [2, 2], strides: [2, 2], ceil_mode: true }, [49, 48]],
    ['without ceil_mode it is dropped', { pool_size: [2, 2], strides: [2, 2] }, [49]],
    ['dilation', { pool_size: [1, 2], dilation: [1, 2] }, [-2, 100]],
  ])('%s', async (_, attrs, expected) => {
    expect((await runOperator('nn.avg_pool2d', [plane], attrs)).values).toEqual(expected);
  });

  it('pools each plane of a batch on its own', async () => {
    const x = tensor([2, 2, 1, 2], 'int8', [1, 3, 5, 7, 9, 11, 13, 15]);
    expect((await runOperator('nn.avg_pool2d', [x], { pool_size: [1, 2] })).values).toEqual([2, 6, 10, 14]);
  });

  it('sums that leave int32 wrap and are counted', async () => {
    const x = tensor([1, 1, 1, 2], 'int32', [MAX32, 1]);
    const run = await runOperator('nn.avg_pool2d', [x], { pool_size: [1, 2] });
    expect(run.values).toEqual([-1073741824]);
    expect(run.wrapped).toBe(1);
  });
});
