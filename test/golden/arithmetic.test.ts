import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../src/base/attr-value.js';
import type { DType } from '../../src/base/dtype.js';
import { tensor } from '../../src/base/tensor.js';
import { runOperator } from './run-operator.js';

const MIN32 = -2147483648;
const MAX32 = 2147483647;
const NaN_ = Number.NaN;
const INF = Number.POSITIVE_INFINITY;

const vector = (dtype: DType, values: readonly number[]) => tensor([values.length], dtype, values);

describe('integers', () => {
  it.each<[string, DType, number[], number[], number[], number]>([
    // operator, dtype, left, right, result, how many wrapped
    ['subtract', 'int8', [-128, 127, 5], [1, -1, 7], [127, -128, -2], 2],
    ['subtract', 'uint8', [0], [1], [255], 1],
    ['subtract', 'int16', [-32768, 32767, 5], [1, -1, 7], [32767, -32768, -2], 2],
    ['multiply', 'int8', [16, -128, 11], [16, -1, -11], [0, -128, -121], 2],
    ['multiply', 'int32', [65536, 46341, -46340], [65536, 46341, 46340], [0, -2147479015, -2147395600], 2],
    // (2^31 - 1)^2 = 2^62 - 2^32 + 1: beyond 2^53, low bits 1
    ['multiply', 'int32', [MAX32, MIN32], [MAX32, MAX32], [1, MIN32], 2],
    ['divide', 'int32', [-7, 7, 7, MIN32], [2, -2, 2, -1], [-3, -3, 3, MIN32], 1],
    ['divide', 'int8', [-128], [-1], [-128], 1],
    ['maximum', 'int8', [-128, 3], [127, 2], [127, 3], 0],
    ['minimum', 'int8', [-128, 3], [127, 2], [-128, 2], 0],
    ['left_shift', 'int8', [64, 1, -1], [1, 3, 7], [-128, 8, -128], 1],
    ['left_shift', 'int32', [1, 3, -1], [31, 31, 31], [MIN32, MIN32, MIN32], 2],
  ])('%s %s %j, %j', async (op, dtype, left, right, result, wrapped) => {
    const run = await runOperator(op, [vector(dtype, left), vector(dtype, right)]);
    expect(run.values).toEqual(result);
    expect(run.wrapped).toBe(wrapped);
  });

  it.each<[string, DType, number[], number[], number]>([
    ['negative', 'int8', [-128, 5, 0], [-128, -5, 0], 1],
    ['negative', 'uint8', [1], [255], 1],
    ['abs', 'int8', [-128, -5, 5], [-128, 5, 5], 1],
    ['floor', 'int8', [-3], [-3], 0],
    ['round', 'int32', [-3], [-3], 0],
    ['nn.relu', 'int8', [-128, 0, 127], [0, 0, 127], 0],
  ])('%s %s %j', async (op, dtype, values, result, wrapped) => {
    const run = await runOperator(op, [vector(dtype, values)]);
    expect(run.values).toEqual(result);
    expect(run.wrapped).toBe(wrapped);
  });

  it.each<[string, Attrs, number[], number[], number]>([
    ['sum', { axis: 1 }, [2], [-56, 3], 1], // 100 + 100 wraps at 8 bits
    ['sum', { axis: [0], keepdims: true }, [1, 2], [101, 102], 0],
    ['sum', {}, [], [-53], 1],
    ['sum', { axis: 1, exclude: true }, [2], [101, 102], 0],
    ['mean', { axis: -1 }, [2], [100, 1], 0], // 200 / 2 and 3 / 2
    ['mean', {}, [], [50], 0],
  ])('%s %j', async (op, attrs, shape, result, wrapped) => {
    const run = await runOperator(op, [tensor([2, 2], 'int8', [100, 100, 1, 2])], attrs);
    expect(run.output.shape).toEqual(shape);
    expect(run.values).toEqual(result);
    expect(run.wrapped).toBe(wrapped);
  });

  it('a mean truncates toward zero, and its sum wraps at 32 bits', async () => {
    expect((await runOperator('mean', [vector('int8', [-3, -4])])).values).toEqual([-3]);
    const run = await runOperator('mean', [vector('int32', [MAX32, 1])]);
    expect(run.values).toEqual([-1073741824]);
    expect(run.wrapped).toBe(1);
  });

  it.each([
    ['divide', 'int8', 0, 'divide: a int8 is divided by 0.'],
    ['left_shift', 'int32', 32, 'a shift of int32 by 32 bits is not defined; it must be 0..31.'],
  ] as const)('%s of %s by %i is refused', async (op, dtype, right, message) => {
    await expect(runOperator(op, [vector(dtype, [1]), vector(dtype, [right])])).rejects.toThrow(message);
  });

  it('an int64 beyond 2^53 is refused', async () => {
    await expect(
      runOperator('multiply', [vector('int64', [2 ** 40]), vector('int64', [2 ** 20])]),
    ).rejects.toThrow('an int64 result passes 2^53');
  });
});

describe('float32', () => {
  it.each<[string, number[], number[], number[]]>([
    // 2^24 + 1 rounds to even; 0.1 and 0.2 are float32 here
    ['add', [16777216, 0.1], [1, 0.2], [16777216, Math.fround(0.3)]],
    ['subtract', [1], [2 ** -25], [1]],
    ['multiply', [1 + 2 ** -23, 1e30], [1 + 2 ** -23, 1e30], [1 + 2 ** -22, INF]],
    ['divide', [1, 1, -1, 0], [3, 0, 0, 0], [0.3333333432674408, INF, -INF, NaN_]],
    ['maximum', [NaN_, 1, -0], [1, NaN_, 0], [NaN_, NaN_, 0]],
    ['minimum', [NaN_, 1, 0], [1, 2, -0], [NaN_, 1, -0]],
  ])('%s %j, %j', async (op, left, right, result) => {
    expect((await runOperator(op, [vector('float32', left), vector('float32', right)])).values).toEqual(
      result,
    );
  });

  it.each<[string, Attrs, number[], number[]]>([
    ['floor', {}, [-0.5, 1.9, -2], [-1, 1, -2]],
    // 0.49999997: adding 0.5 would round up to 1
    ['round', {}, [0.5, -0.5, 2.5, -2.5, 0.49999997, 8388609], [1, -1, 3, -3, 0, 8388609]],
    ['onnx.round', {}, [0.5, -0.5, 1.5, 2.5, -2.5, 0.7], [0, -0, 2, 2, -2, 1]],
    ['log', {}, [1, 0, 4, -1], [0, -Infinity, Math.fround(1.3862943611198906), NaN_]],
    ['sqrt', {}, [2, 0, 1 / 4], [1.4142135381698608, 0, 0.5]],
    ['negative', {}, [1, -0, 0], [-1, 0, -0]],
    ['abs', {}, [-1.5, -0], [1.5, 0]],
    ['nn.relu', {}, [-1, -0, 2, NaN_], [0, 0, 2, NaN_]],
    ['nn.leaky_relu', { alpha: 0.1 }, [-1, 2, -3], [-Math.fround(0.1), 2, -0.30000001192092896]],
    ['clip', { a_min: -0.1, a_max: 6 }, [-1, 7, NaN_], [-Math.fround(0.1), 6, NaN_]],
  ])('%s %j %j', async (op, attrs, values, result) => {
    expect((await runOperator(op, [vector('float32', values)], attrs)).values).toEqual(result);
  });

  it('a window of nothing but padding has the mean 0', async () => {
    const x = tensor([1, 1, 1, 1], 'float32', [3]);
    const run = await runOperator('nn.avg_pool2d', [x], { pool_size: [1, 1], padding: [0, 1, 0, 0] });
    expect(run.values).toEqual([0, 3]);
  });

  it('sums add in order, rounding after each addition', async () => {
    // 2^24 + 1 + 1: each 1 is lost where 2 would not be
    const values = [16777216, 1, 1];
    expect((await runOperator('sum', [vector('float32', values)])).values).toEqual([16777216]);
    expect((await runOperator('sum', [vector('float32', [...values].reverse())])).values).toEqual([16777218]);
    expect((await runOperator('mean', [vector('float32', values)])).values).toEqual([
      Math.fround(16777216 / 3),
    ]);
    const plane = tensor([1, 1, 1, 3], 'float32', values);
    expect((await runOperator('nn.global_avg_pool2d', [plane])).values).toEqual([Math.fround(16777216 / 3)]);
  });
});
