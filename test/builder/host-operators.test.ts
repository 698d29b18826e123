import { describe, expect, it } from 'vitest';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import * as op from '../../src/builder/operators.js';
import type { Expr } from '../../src/ir/expr.js';
import { printModule } from '../../src/relay/print.js';

/** The line that an operator on %x prints. */
function line(
  shape: readonly number[],
  dtype: 'int8' | 'int32' | 'float32',
  make: (x: Expr) => Expr,
): string {
  const m = new ModelBuilder('m');
  const text = printModule(m.build(make(m.input('x', shape, dtype))).main, { types: false });
  return text.split('\n').at(-3)!.trim();
}

describe("the builder's host operators print as Relay's", () => {
  it.each<[string, (x: Expr) => Expr]>([
    ['subtract(%x, 3i8)', (x) => op.subtract(x, 3)],
    ['multiply(%x, %x)', (x) => op.multiply(x, x)],
    ['divide(%x, 2i8)', (x) => op.divide(x, 2)],
    ['maximum(%x, 0i8)', (x) => op.maximum(x, 0)],
    ['minimum(%x, 0i8)', (x) => op.minimum(x, 0)],
    ['left_shift(%x, 1i8)', (x) => op.leftShift(x, 1)],
    ['negative(%x)', (x) => op.negative(x)],
    ['abs(%x)', (x) => op.abs(x)],
    ['floor(%x)', (x) => op.floor(x)],
    ['round(%x)', (x) => op.round(x)],
    ['nn.relu(%x)', (x) => op.relu(x)],
    ['nn.global_avg_pool2d(%x)', (x) => op.globalAvgPool2d(x)],
    ['nn.global_max_pool2d(%x)', (x) => op.globalMaxPool2d(x)],
    ['nn.adaptive_avg_pool2d(%x, output_size=[2, 2])', (x) => op.adaptiveAvgPool2d(x, 2)],
    ['nn.batch_flatten(%x)', (x) => op.batchFlatten(x)],
    ['sum(%x, axis=[1])', (x) => op.sum(x, { axis: 1 })],
    ['mean(%x, axis=[2, 3], keepdims=True)', (x) => op.mean(x, { axis: [2, 3], keepdims: true })],
    ['mean(%x)', (x) => op.mean(x)],
    ['squeeze(%x, axis=[0])', (x) => op.squeeze(x, [0])],
    ['expand_dims(%x, axis=1, num_newaxis=2)', (x) => op.expandDims(x, 1, 2)],
    ['transpose(%x, axes=[0, 2, 3, 1])', (x) => op.transpose(x, [0, 2, 3, 1])],
    ['concatenate(%0, axis=1)', (x) => op.concatenate([x, x], 1)],
    ['%0.1', (x) => op.split(x, 2, 1)[1]!],
    [
      'strided_slice(%x, begin=[1], end=[3], strides=[2], axes=[2])',
      (x) => op.stridedSlice(x, { begin: [1], end: [3], strides: [2], axes: [2] }),
    ],
    [
      'nn.pad(%x, 5i8, pad_width=[[0, 0], [0, 0], [1, 1], [1, 2]])',
      (x) =>
        op.pad(
          x,
          [
            [0, 0],
            [0, 0],
            [1, 1],
            [1, 2],
          ],
          5,
        ),
    ],
  ])('%s', (want, make) => {
    expect(line([1, 2, 4, 4], 'int8', make)).toBe(want);
  });

  it.each<[string, (x: Expr) => Expr]>([
    ['exp(%x)', (x) => op.exp(x)],
    ['sqrt(%x)', (x) => op.sqrt(x)],
    ['tanh(%x)', (x) => op.tanh(x)],
    ['sigmoid(%x)', (x) => op.sigmoid(x)],
    ['nn.leaky_relu(%x, alpha=0.5f)', (x) => op.leakyRelu(x, 0.5)],
    ['subtract(%x, 0.5f)', (x) => op.subtract(x, 0.5)],
  ])('%s', (want, make) => {
    expect(line([4], 'float32', make)).toBe(want);
  });

  it('split gives all parts', () => {
    const m = new ModelBuilder('m');
    const x = m.input('x', [6], 'int8');
    expect(op.split(x, [1, 3]).map((p) => p.type.shape)).toEqual([[1], [2], [3]]);
    expect(op.split(x, 3).map((p) => p.type.shape)).toEqual([[2], [2], [2]]);
  });
});
