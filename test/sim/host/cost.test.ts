import { describe, expect, it } from 'vitest';
import { hostOpCycles } from '../../../sim/host/cost.js';
import type { HostCycleParameters } from '../../../sim/isa/parameters.js';
import type { Attrs } from '../../../src/base/attr-value.js';
import type { DType } from '../../../src/base/dtype.js';
import { type Tensor, tensor } from '../../../src/base/tensor.js';
import { hostOp } from './run.js';

// Distinct powers of ten, so that a wrong parameter shows.
const params: HostCycleParameters = {
  call: 9e9,
  mac: 1,
  element: 10,
  move: 100,
  window: 1000,
  transform: 3,
  floatOp: 1e4,
  floatDivide: 1e5,
  floatExp: 1e6,
};
const zeros = (shape: number[], dtype: DType = 'int8'): Tensor => tensor(shape, dtype);
const cost = (op: string, args: Tensor[], attrs: Attrs = {}): number =>
  hostOpCycles(hostOp(op, args, attrs), args, params);

describe('host cycles', () => {
  it.each<[string, Tensor[], Attrs, number]>([
    ['nn.conv2d', [zeros([1, 4, 5, 5]), zeros([6, 2, 3, 3])], { groups: 2 }, 6 * 9 * 18],
    ['nn.conv2d', [zeros([1, 1, 3, 3], 'float32'), zeros([2, 1, 3, 3], 'float32')], {}, 2 * 9 * 2e4],
    [
      'qnn.conv2d',
      [
        zeros([1, 4, 5, 5]),
        zeros([6, 4, 3, 3]),
        zeros([]),
        zeros([]),
        zeros([], 'float32'),
        zeros([], 'float32'),
      ],
      {},
      6 * 9 * 36,
    ],
    ['nn.dense', [zeros([2, 5]), zeros([3, 5])], {}, 2 * 3 * 5],
    ['add', [zeros([2, 3]), zeros([3])], {}, 60],
    ['add', [zeros([2, 3], 'float32'), zeros([3], 'float32')], {}, 6e4],
    ['divide', [zeros([2]), zeros([2])], {}, 20],
    ['divide', [zeros([2], 'float32'), zeros([2], 'float32')], {}, 2e5],
    ['nn.bias_add', [zeros([1, 2, 3, 3], 'int32'), zeros([2], 'int32')], {}, 180],
    ['clip', [zeros([7])], { a_min: 0, a_max: 1 }, 70],
    ['cast', [zeros([7])], { dtype: 'int32' }, 70],
    ['cast', [zeros([7])], { dtype: 'float32' }, 7e4],
    ['nn.relu', [zeros([7])], {}, 70],
    ['nn.leaky_relu', [zeros([7], 'float32')], {}, 14e4],
    ['floor', [zeros([7], 'float32')], {}, 7e4],
    ['round', [zeros([7])], {}, 700],
    ['exp', [zeros([2], 'float32')], {}, 2e6],
    ['sqrt', [zeros([2], 'float32')], {}, 2e5],
    ['tanh', [zeros([2], 'float32')], {}, 2 * 1_120_000],
    ['sigmoid', [zeros([2], 'float32')], {}, 2 * 1_110_000],
    ['nn.softmax', [zeros([12], 'float32')], {}, 12 * 1_130_000],
    ['nn.avg_pool2d', [zeros([1, 3, 4, 4])], { pool_size: [2, 3] }, 18 * 6 * 1000 + 180],
    ['nn.avg_pool2d', [zeros([1, 1, 2, 2], 'float32')], { pool_size: [2, 2] }, 4e4 + 1e5],
    ['nn.max_pool2d', [zeros([1, 3, 4, 4])], { pool_size: [2, 3] }, 18 * 6 * 1000],
    ['nn.global_avg_pool2d', [zeros([1, 3, 4, 4])], {}, 48_000 + 30],
    ['nn.global_max_pool2d', [zeros([1, 3, 4, 4])], {}, 48_000],
    ['nn.adaptive_avg_pool2d', [zeros([1, 1, 5, 4])], { output_size: [2, 2] }, 4 * 6 * 1000 + 40],
    ['sum', [zeros([2, 3])], { axis: 0 }, 6000],
    ['mean', [zeros([2, 3])], { axis: 0 }, 6030],
    ['reshape', [zeros([6])], { newshape: [2, 3] }, 600],
    ['transpose', [zeros([2, 3])], {}, 600],
    ['split', [zeros([4])], { indices_or_sections: 2 }, 400],
    ['concatenate', [zeros([2]), zeros([3])], {}, 500],
    ['nn.pad', [zeros([2]), zeros([])], { pad_width: [[1, 1]] }, 400],
  ])('%s %#', (op, args, attrs, want) => {
    expect(cost(op, args, attrs)).toBe(want);
  });

  it('charges a layout transform by the byte', () => {
    const type = { shape: [2, 3], dtype: 'int32' } as const;
    const op = { op: 'layout_transform', attrs: {}, args: [], results: [type] };
    expect(hostOpCycles(op, [type], params)).toBe(6 * 4 * 3);
  });

  it('is a whole number even where a parameter is not', () => {
    const x = zeros([3]);
    expect(hostOpCycles(hostOp('nn.relu', [x]), [x], { ...params, element: 2.5 })).toBe(8);
  });
});
