import { describe, expect, it } from 'vitest';
import type { DType } from '../../../src/base/dtype.js';
import { tensor } from '../../../src/base/tensor.js';
import { run, runAll, vec } from './run.js';

const NAN = Number.NaN;
const INF = Number.POSITIVE_INFINITY;

describe('operators on one operand', () => {
  it.each<[string, DType, number, number]>([
    ['negative', 'int8', -128, -128],
    ['negative', 'int8', 5, -5],
    ['negative', 'uint8', 1, 255],
    ['negative', 'int64', 0, 0],
    ['negative', 'float32', 0, -0],
    ['abs', 'int8', -128, -128],
    ['abs', 'int32', -5, 5],
    ['abs', 'float32', -0.5, 0.5],
    ['floor', 'float32', -0.5, -1],
    ['floor', 'float32', 1.5, 1],
    ['floor', 'int8', -3, -3],
    ['round', 'float32', 0.5, 1],
    ['round', 'float32', 1.5, 2],
    ['round', 'float32', 2.5, 3],
    ['round', 'float32', -2.5, -3],
    ['round', 'float32', -2.25, -2],
    ['round', 'float32', 0.49999997, 0],
    ['round', 'float32', 8388609, 8388609],
    ['round', 'float32', INF, INF],
    ['round', 'int32', 7, 7],
    ['onnx.round', 'float32', 0.5, 0],
    ['onnx.round', 'float32', 1.5, 2],
    ['onnx.round', 'float32', 2.5, 2],
    ['onnx.round', 'float32', -0.5, -0],
    ['onnx.round', 'float32', -1.5, -2],
    ['onnx.round', 'float32', -0.25, -0],
    ['onnx.round', 'float32', 4194304.5, 4194304],
    ['onnx.round', 'float32', 8388609, 8388609],
    ['onnx.round', 'float32', -INF, -INF],
    ['onnx.round', 'float32', NAN, NAN],
    ['exp', 'float32', 0, 1],
    ['exp', 'float32', 1, 2.7182817459106445],
    ['exp', 'float32', -1000, 0],
    ['exp', 'float32', 1000, INF],
    ['sqrt', 'float32', 2, 1.4142135381698608],
    ['sqrt', 'float32', -1, NAN],
    ['tanh', 'float32', 0.5, 0.46211716532707214],
    ['tanh', 'float32', -100, -1],
    ['sigmoid', 'float32', 0, 0.5],
    ['sigmoid', 'float32', 2, 0.8807970285415649], // rounded once it would be ...0881: 1 + e^-2 rounds up first
    ['sigmoid', 'float32', -200, 0],
    ['nn.relu', 'int8', -128, 0],
    ['nn.relu', 'int8', 127, 127],
    ['nn.relu', 'uint8', 200, 200],
    ['nn.relu', 'float32', -0, 0],
    ['nn.relu', 'float32', NAN, NAN],
    ['nn.leaky_relu', 'float32', -4, -1],
    ['nn.leaky_relu', 'float32', 4, 4],
  ])('%s of %s %d is %d', (op, dtype, x, want) => {
    expect(run(op, [vec(dtype, x)])).toEqual([want]);
  });

  it('leaky_relu rounds alpha and the product to float32', () => {
    // fround(0.1) = 13421773 / 2^27; 9 * it = 120795957 / 2^27 rounds to 15099495 / 2^24; 9 * 0.1 would give 15099494 / 2^24.
    expect(run('nn.leaky_relu', [vec('float32', -9)], { alpha: 0.1 })).toEqual([-15099495 / 2 ** 24]);
  });

  it.each(['exp', 'sqrt', 'tanh', 'sigmoid', 'nn.leaky_relu'])('%s refuses integers', (op) => {
    expect(() => run(op, [vec('int8', 1)])).toThrow(
      `${op} of Tensor[(1), int8]: the dtype is int8; must be float32. Cast it first.`,
    );
  });
});

describe('clip', () => {
  it.each<[DType, number, number, number[], number[]]>([
    ['int32', -128, 127, [-129, -128, 0, 127, 128], [-128, -128, 0, 127, 127]],
    ['int8', 0, 127, [-128, -1, 0, 127], [0, 0, 0, 127]],
    ['int8', 0, 255, [-1, 127], [0, 127]], // beyond the dtype: saturated, not wrapped to -1
    ['int8', 0.9, 5.9, [-1, 7], [0, 5]], // limits truncate toward zero
    ['int8', -5.9, -0.9, [-9, 7], [-5, 0]],
    ['uint8', -10, 100, [0, 255], [0, 100]],
    ['float32', 0, 6, [-1, 2.5, 7, NAN], [0, 2.5, 6, NAN]],
    ['float32', 0, 0.1, [1], [0.10000000149011612]],
  ])('%s to [%d, %d]: %j becomes %j', (dtype, a_min, a_max, x, want) => {
    expect(run('clip', [vec(dtype, ...x)], { a_min, a_max })).toEqual(want);
  });
  it('refuses crossed limits', () => {
    expect(() => run('clip', [vec('int8', 1)], { a_min: 1, a_max: 0 })).toThrow(
      'clip: a_min is 1; must be at most a_max, 0.',
    );
  });
});

describe('cast', () => {
  it.each<[DType, DType, number[], number[]]>([
    ['int32', 'int8', [127, 128, 200, -129, 256], [127, -128, -56, 127, 0]],
    ['int32', 'uint8', [-1, 256, 255], [255, 0, 255]],
    ['int8', 'uint8', [-1, -128], [255, 128]],
    ['uint8', 'int8', [255, 128], [-1, -128]],
    ['int32', 'int16', [32768, 65536], [-32768, 0]],
    ['int64', 'int32', [4294967297, 2147483648, -2147483649], [1, -2147483648, 2147483647]],
    ['int32', 'int64', [-2147483648], [-2147483648]],
    ['int32', 'float32', [16777217, 16777219], [16777216, 16777220]], // ties to even
    ['float32', 'int8', [1.9, -1.9, 127.9, 128, -300, NAN, INF, -INF], [1, -1, 127, 127, -128, 0, 127, -128]],
    ['float32', 'uint8', [-1, 255.5, 256], [0, 255, 255]],
    ['float32', 'int32', [2147483648, -2147483904], [2147483647, -2147483648]],
    ['float32', 'int64', [-0.5, 8589934592, NAN], [0, 8589934592, 0]],
    ['float32', 'bool', [0, -0, 0.25, NAN], [0, 0, 1, 1]],
    ['int32', 'bool', [0, 256, -1], [0, 1, 1]],
    ['bool', 'float32', [0, 1], [0, 1]],
    ['float32', 'float32', [1.5], [1.5]],
  ])('%s to %s: %j becomes %j', (from, dtype, x, want) => {
    expect(run('cast', [vec(from, ...x)], { dtype })).toEqual(want);
  });
  it('keeps the shape and leaves its argument alone', () => {
    const x = tensor([2, 1], 'int8', [1, 2]);
    const [y] = runAll('cast', [x], { dtype: 'int8' });
    expect(y!.shape).toEqual([2, 1]);
    expect(y!.data).not.toBe(x.data);
  });
});
