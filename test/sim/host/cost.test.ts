import { describe, expect, it } from 'vitest';
import { hostOpCycles } from '../../../sim/host/cost.js';
import { hostKernelCycles } from '../../../sim/host/kernel-cost.js';
import type { HostCycleParameters } from '../../../sim/isa/parameters.js';
import type { Attrs } from '../../../src/base/attr-value.js';
import type { DType } from '../../../src/base/dtype.js';
import { type Tensor, tensor } from '../../../src/base/tensor.js';
import type { HostOp, Operand } from '../../../src/program/types.js';
import { hostOp } from './run.js';

// Distinct numbers, so that a wrong parameter shows.
const params: HostCycleParameters = {
  call: 1e6,
  mac: 1,
  columnMac: 2,
  block: 3,
  pixel: 5,
  gather: 7,
  planeMac: 11,
  planeRow: 13,
  tap: 1,
  element: 10,
  move: 17,
  place: 100,
  window: 1000,
  transform: 3,
  convert: 2e4,
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
    ['nn.conv2d', [zeros([1, 1, 3, 3], 'float32'), zeros([2, 1, 3, 3], 'float32')], {}, 2 * 9 * 2.6e4],
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
    ['multiply', [zeros([2, 3], 'float32'), zeros([3], 'float32')], {}, 6 * 1.6e4],
    ['maximum', [zeros([2, 3]), zeros([3])], {}, 132],
    ['divide', [zeros([2]), zeros([2])], {}, 80],
    ['divide', [zeros([2], 'float32'), zeros([2], 'float32')], {}, 2e5],
    ['nn.bias_add', [zeros([1, 2, 3, 3], 'int32'), zeros([2], 'int32')], {}, 396],
    ['clip', [zeros([7])], { a_min: 0, a_max: 1 }, 154],
    ['cast', [zeros([7])], { dtype: 'int32' }, 0],
    ['cast', [zeros([7])], { dtype: 'float32' }, 14e4],
    ['nn.relu', [zeros([7])], {}, 154],
    ['nn.leaky_relu', [zeros([7], 'float32')], {}, 14e4],
    ['floor', [zeros([7], 'float32')], {}, 7e4],
    ['round', [zeros([7])], {}, 0],
    ['exp', [zeros([2], 'float32')], {}, 2e6],
    ['sqrt', [zeros([2], 'float32')], {}, 9.2e5],
    ['tanh', [zeros([2], 'float32')], {}, 2 * 1_270_000],
    ['sigmoid', [zeros([2], 'float32')], {}, 2 * 1_110_000],
    ['nn.softmax', [zeros([12], 'float32')], {}, 12 * 1_125_000],
    ['nn.avg_pool2d', [zeros([1, 3, 4, 4])], { pool_size: [2, 3] }, 48_600 + 7200],
    ['nn.avg_pool2d', [zeros([1, 1, 2, 2], 'float32')], { pool_size: [2, 2] }, 4e4 + 1e5],
    ['nn.max_pool2d', [zeros([1, 3, 4, 4])], { pool_size: [2, 3] }, 97_200 + 1800],
    ['nn.global_avg_pool2d', [zeros([1, 3, 4, 4])], {}, 48_000 + 300],
    ['nn.global_max_pool2d', [zeros([1, 3, 4, 4])], {}, 81_600 + 300],
    ['nn.adaptive_avg_pool2d', [zeros([1, 1, 5, 4])], { output_size: [2, 2] }, 4 * 6 * 1000 + 1600],
    ['sum', [zeros([2, 3])], { axis: 0 }, 6300],
    ['mean', [zeros([2, 3])], { axis: 0 }, 6300],
    ['reshape', [zeros([6])], { newshape: [2, 3] }, 0],
    ['transpose', [zeros([2, 3])], {}, 300],
    ['split', [zeros([4])], { indices_or_sections: 2 }, 200],
    ['concatenate', [zeros([2]), zeros([3])], {}, 250],
    ['nn.pad', [zeros([2]), zeros([])], { pad_width: [[1, 1]] }, 480],
  ])('%s %#', (op, args, attrs, want) => {
    expect(cost(op, args, attrs)).toBeCloseTo(want, 6);
  });

  it('charges a softmax of int8 values without exponentials', () => {
    const x = zeros([12], 'float32');
    const op = hostOp('nn.softmax', [x]);
    expect(hostOpCycles({ ...op, attrs: { ...op.attrs, integers: true } }, [x], params)).toBe(12 * 110_000);
  });

  it.each([
    [[1, 2, 3, 16], 'core', 96 * 3 + 2 * 100],
    [[1, 2, 3, 8], 'dense', 48 * 3 + 5 * 100],
    [[1, 1, 2, 5], 'dense', 10 * 130],
    [[1, 1, 2, 5], 'core', 10 * 130 + 22 * 80], // 11 bytes of padding in each of two rows
  ])('charges a layout transform of %j to %s by its words or bytes', (shape, dst_layout, want) => {
    const type = { shape, dtype: 'int8' } as const;
    const op = { op: 'layout_transform', attrs: { dst_layout }, args: [], results: [type] };
    expect(hostOpCycles(op, [type], params)).toBe(want);
  });

  it.each([
    // Two squares of 4 channels and 4 columns, of which 3 and 3 are there; three words of each pixel's line only fill up.
    [[1, 3, 2, 3], 'core', 'analog', 2 * 16 * 0.4 + 6 * 3 * 0.3],
    [[1, 70, 2, 2], 'dense', 'analog', 18 * 16 * 0.4 + 4 * 2 * 0.3], // 6 channels in the second block: 2 words of 4
    // A plane of one byte begins anywhere.
    [[1, 64, 1, 1], 'dense', 'analog', 64 * 0.6],
    // Three words of padding in each of six rows.
    [[1, 3, 2, 3], 'analog', 'core', 2 * 16 * 0.4 + 6 * 3 * 0.3],
    [[1, 3, 2, 3], 'analog', 'dense', 18 * 0.48],
    [[1, 8, 2, 4], 'analog', 'dense', 64 * 0.4],
  ])(
    'charges a transform of %j from %s to %s by its bytes and what fills up',
    (shape, src_layout, dst_layout, places) => {
      const type = { shape, dtype: 'int8' } as const;
      const op = { op: 'layout_transform', attrs: { src_layout, dst_layout }, args: [], results: [type] };
      expect(hostOpCycles(op, [type], params)).toBeCloseTo(places * 100, 6);
    },
  );
});

/** A kernel of the product sum `op` over int8 constants and inputs, with operators behind it that need no attributes of types. */
function kernelCycles(
  op: string,
  args: Tensor[],
  attrs: Attrs,
  rest: readonly Omit<HostOp, 'results'>[] = [],
): number {
  const first = hostOp(op, args, { out_dtype: 'int32', ...attrs });
  const { shape } = first.results[0]!;
  const ops: HostOp[] = [
    { ...first, args: args.map((_, buffer) => ({ buffer })) },
    ...rest.map((o) => ({
      ...o,
      results: [{ shape, dtype: o.op === 'cast' ? ('int8' as const) : ('int32' as const) }],
    })),
  ];
  const typeOf = (o: Operand) =>
    'buffer' in o ? (args[o.buffer] ?? zeros([], 'int32')) : ops[o.result]!.results[0]!;
  const stores = [{ from: { result: ops.length - 1 }, buffer: 99 }];
  return hostKernelCycles({ ops, stores }, typeOf, () => true, params);
}

const requantized: Omit<HostOp, 'results'>[] = [
  { op: 'right_shift', attrs: {}, args: [{ result: 0 }, { buffer: 9 }] },
  { op: 'clip', attrs: { a_min: -128, a_max: 127 }, args: [{ result: 1 }] },
  { op: 'cast', attrs: { dtype: 'int8' }, args: [{ result: 2 }] },
];

describe('cycles of product sums in blocks', () => {
  // 9 pixels: 4 pairs and one left; 6 channels: a block of four and one more of the last four; 36 taps.
  const conv = 2 * 8 * 4 * 36 + 2 * 2 * 4 * 36 + 3 * (4 + 0.6) * 2 + 9 * (5 + 36 * 7);
  // Three channels are none of four: each is multiplied alone.
  const few = 2 * 2.5 * 9 * 3 * 36 + 3 * (4 + 0.6) * 3 + 9 * (5 + 36 * 7);
  // 3 rows of 3 columns, two at a time: 6 blocks for each of two fours of channels; 5 rows of each of 4 planes at once.
  const direct = 8 * 12 * 36 + 0.65 * 12 * 3 + 4 * 5 * 13;
  // Planes down their 4 columns; with stride 2 down 2.
  const planes = 2 * 16 * 9 * 11 + 2 * (4 + 1.5) * 13;
  const strided = 2 * 4 * 9 * 1.12 * 11 + 2 * (2 + 1.5) * 13;
  // 5x5 windows: 4 rows of output, 4 of input and padding.
  const wide = 2 * 16 * 25 * 1.8 * 11 + 2 * (4 + 4 + 2) * 13;
  const depthwise: Attrs = { groups: 2, padding: [1, 1, 1, 1], channels: 2, kernel_size: [3, 3] };
  it.each<[string, number, number]>([
    [
      'a convolution whose sums are stored',
      kernelCycles('nn.conv2d', [zeros([1, 4, 5, 5]), zeros([6, 4, 3, 3])], {
        channels: 6,
        kernel_size: [3, 3],
      }),
      Math.ceil(1e6 + conv + 54 * 17),
    ],
    [
      'a convolution of three channels',
      kernelCycles('nn.conv2d', [zeros([1, 4, 5, 5]), zeros([3, 4, 3, 3])], {
        channels: 3,
        kernel_size: [3, 3],
      }),
      Math.ceil(1e6 + few + 27 * 17),
    ],
    [
      'a convolution of few input channels that ends in int8',
      kernelCycles(
        'nn.conv2d',
        [zeros([1, 4, 5, 5]), zeros([6, 4, 3, 3])],
        { channels: 6, kernel_size: [3, 3] },
        requantized,
      ),
      Math.ceil(1e6 + direct),
    ],
    [
      'planes with stride 2',
      kernelCycles(
        'nn.conv2d',
        [zeros([1, 2, 4, 4]), zeros([2, 1, 3, 3])],
        { ...depthwise, strides: [2, 2] },
        requantized,
      ),
      Math.ceil(1e6 + strided),
    ],
    [
      'planes with windows of 5x5',
      kernelCycles(
        'nn.conv2d',
        [zeros([1, 2, 4, 4]), zeros([2, 1, 5, 5])],
        { ...depthwise, padding: [2, 2, 2, 2], kernel_size: [5, 5] },
        requantized,
      ),
      1e6 + wide,
    ],
    [
      'planes',
      kernelCycles('nn.conv2d', [zeros([1, 2, 4, 4]), zeros([2, 1, 3, 3])], depthwise),
      1e6 + planes + 32 * 17,
    ],
    [
      'planes that end in int8',
      kernelCycles('nn.conv2d', [zeros([1, 2, 4, 4]), zeros([2, 1, 3, 3])], depthwise, requantized),
      1e6 + planes,
    ],
    [
      'vectors',
      kernelCycles('nn.dense', [zeros([2, 5]), zeros([3, 5])], {}),
      Math.ceil(1e6 + 150 + 10.8 + 6 * 17),
    ],
    [
      'int32, one by one',
      kernelCycles('nn.dense', [zeros([2, 5], 'int32'), zeros([3, 5], 'int32')], {}),
      1e6 + 30 + 6 * 17,
    ],
  ])('%s', (_, got, want) => expect(got).toBe(want));
});
