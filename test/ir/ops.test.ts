import { describe, expect, it } from 'vitest';
import type { Attrs } from '../../src/base/attr-value.js';
import type { DType } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { call, tuple, variable } from '../../src/ir/build.js';
import { allOps } from '../../src/ir/registry.js';
import { showType, type TensorType, tensorType } from '../../src/ir/types.js';

const t = (dtype: DType, ...shape: number[]): TensorType => tensorType(shape, dtype);
const i8 = (...shape: number[]) => t('int8', ...shape);
const f32 = (...shape: number[]) => t('float32', ...shape);

/** The type of `op` on arguments of these types; a list of types is a tuple. */
function typeOf(op: string, args: readonly (TensorType | TensorType[])[], attrs: Attrs = {}): string {
  const exprs = args.map((a, i) =>
    Array.isArray(a) ? tuple(a.map((f, j) => variable(`a${i}_${j}`, f))) : variable(`a${i}`, a),
  );
  return showType(call(op, exprs, attrs).type);
}

type Args = (TensorType | TensorType[])[];
const image = i8(1, 3, 8, 10);
const weights = i8(4, 3, 3, 3);

describe('the types of results', () => {
  it.each<[string, Args, Attrs, string]>([
    ['nn.conv2d', [image, weights], {}, 'Tensor[(1, 4, 6, 8), int8]'],
    [
      'nn.conv2d',
      [image, weights],
      { padding: [1, 1, 1, 1], out_dtype: 'int32' },
      'Tensor[(1, 4, 8, 10), int32]',
    ],
    ['nn.conv2d', [image, weights], { strides: [2, 3], padding: [1, 0, 0, 2] }, 'Tensor[(1, 4, 4, 4), int8]'],
    ['nn.conv2d', [image, weights], { dilation: [2, 3] }, 'Tensor[(1, 4, 4, 4), int8]'],
    ['nn.conv2d', [image, i8(6, 1, 1, 1)], { groups: 3 }, 'Tensor[(1, 6, 8, 10), int8]'],
    ['nn.conv2d', [f32(1, 3, 8, 10), f32(4, 3, 3, 3)], {}, 'Tensor[(1, 4, 6, 8), float32]'],
    ['nn.dense', [i8(2, 5), i8(3, 5)], { out_dtype: 'int32', units: 3 }, 'Tensor[(2, 3), int32]'],
    ['subtract', [i8(2, 1, 3), i8(4, 1)], {}, 'Tensor[(2, 4, 3), int8]'],
    ['maximum', [f32(2), f32()], {}, 'Tensor[(2), float32]'],
    ['left_shift', [i8(2), i8(2)], {}, 'Tensor[(2), int8]'],
    ['nn.bias_add', [t('int32', 1, 4, 2, 2), t('int32', 4)], {}, 'Tensor[(1, 4, 2, 2), int32]'],
    ['clip', [i8(2)], { a_min: 0, a_max: 6 }, 'Tensor[(2), int8]'],
    ['cast', [i8(2)], { dtype: 'bool' }, 'Tensor[(2), bool]'],
    ['sigmoid', [f32(2)], {}, 'Tensor[(2), float32]'],
    ['nn.relu', [t('int64', 2)], {}, 'Tensor[(2), int64]'],
    ['nn.avg_pool2d', [image], { pool_size: [3, 3], strides: [2, 2] }, 'Tensor[(1, 3, 3, 4), int8]'],
    [
      'nn.max_pool2d',
      [image],
      { pool_size: [3, 3], strides: [2, 2], ceil_mode: true },
      'Tensor[(1, 3, 4, 5), int8]',
    ],
    ['nn.global_max_pool2d', [image], {}, 'Tensor[(1, 3, 1, 1), int8]'],
    ['nn.adaptive_avg_pool2d', [image], { output_size: [3] }, 'Tensor[(1, 3, 3, 3), int8]'],
    ['nn.adaptive_avg_pool2d', [image], { output_size: [2, 5] }, 'Tensor[(1, 3, 2, 5), int8]'],
    ['nn.softmax', [f32(1, 10)], { axis: 1 }, 'Tensor[(1, 10), float32]'],
    ['mean', [f32(1, 3, 4, 5)], { axis: [2, 3] }, 'Tensor[(1, 3), float32]'],
    ['sum', [i8(2, 3)], {}, 'int8'],
    ['sum', [i8(2, 3)], { exclude: true }, 'int8'],
    ['mean', [i8(2, 3, 4)], { axis: [-1], exclude: true, keepdims: true }, 'Tensor[(1, 1, 4), int8]'],
    ['nn.batch_flatten', [i8(2, 3, 4)], {}, 'Tensor[(2, 12), int8]'],
    ['squeeze', [i8(1, 3, 1, 1)], { axis: [0, -1] }, 'Tensor[(3, 1), int8]'],
    ['expand_dims', [i8(2, 3)], { axis: 1, num_newaxis: 2 }, 'Tensor[(2, 1, 1, 3), int8]'],
    ['expand_dims', [i8(2, 3)], { axis: -3 }, 'Tensor[(1, 2, 3), int8]'],
    ['transpose', [i8(2, 3, 4)], { axes: [1, -1, 0] }, 'Tensor[(3, 4, 2), int8]'],
    ['concatenate', [[i8(1, 2, 3), i8(1, 4, 3)]], { axis: 1 }, 'Tensor[(1, 6, 3), int8]'],
    [
      'split',
      [i8(4, 6)],
      { indices_or_sections: 3, axis: 1 },
      '(Tensor[(4, 2), int8], Tensor[(4, 2), int8], Tensor[(4, 2), int8])',
    ],
    ['split', [i8(4)], { indices_or_sections: [1] }, '(Tensor[(1), int8], Tensor[(3), int8])'],
    ['strided_slice', [i8(4, 6)], { begin: [1, 0], end: [4, 6], strides: [2, 4] }, 'Tensor[(2, 2), int8]'],
    [
      'nn.pad',
      [i8(1, 2), t('float32')],
      {
        pad_width: [
          [0, 0],
          [1, 2],
        ],
      },
      'Tensor[(1, 5), int8]',
    ],
  ])('%s of %j %j', (op, args, attrs, want) => {
    expect(typeOf(op, args, attrs)).toBe(want);
  });
});

describe('arguments and attributes that do not fit', () => {
  it.each<[string, Args, Attrs, string]>([
    ['nn.conv2d', [image, i8(4, 2, 3, 3)], {}, 'the weights take 2 x 1 groups = 2 input channels, not 3.'],
    ['nn.conv2d', [image, i8(4, 1, 3, 3)], { groups: 3 }, '4 output channels do not divide into 3 groups.'],
    ['nn.conv2d', [image, i8(4, 3, 9, 3)], {}, 'the kernel is larger than the padded input.'],
    ['nn.conv2d', [image, weights], { channels: 5 }, 'channels is 5; the weights have 4.'],
    ['nn.conv2d', [image, weights], { kernel_size: [3, 1] }, 'kernel_size is 3,1; the weights have 3,3.'],
    [
      'nn.conv2d',
      [image, weights],
      { padding: [1, 1] },
      'nn.conv2d: attribute padding is [1,1]; must have 4 numbers.',
    ],
    ['nn.conv2d', [image, weights], { strides: [0, 1] }, 'groups, strides and dilation must be at least 1.'],
    ['nn.conv2d', [image, weights], { data_layout: 'NHWC' }, 'data_layout is NHWC; only NCHW is supported.'],
    ['nn.conv2d', [image, weights], { out_layout: 'NHWC' }, 'out_layout is NHWC; only NCHW is supported.'],
    [
      'nn.conv2d',
      [image, weights],
      { out_dtype: 'float32' },
      'nn.conv2d of int8 with int8 weights to float32: must be all float32 or all integers of at most 32 bits.',
    ],
    ['nn.conv2d', [i8(3, 8, 8), weights], {}, 'both must have 4 axes.'],
    [
      'nn.conv2d',
      [image, weights],
      { stride: [1, 1] },
      'nn.conv2d has no attribute stride; it takes strides, padding,',
    ],
    ['nn.dense', [i8(2, 5), i8(3, 4)], {}, 'needs (n, c) and (k, c) with equal c.'],
    ['nn.dense', [i8(2, 5), i8(3, 5)], { units: 4 }, 'nn.dense: units is 4; the weights have 3 rows.'],
    [
      'nn.dense',
      [t('int64', 2, 5), t('int64', 3, 5)],
      {},
      'nn.dense of int64 with int64 weights to int64: must be',
    ],
    ['add', [i8(2), i8(3)], {}, 'add: shapes (2,) and (3,) do not broadcast.'],
    ['add', [i8(2), t('int32', 2)], {}, 'add: operands are int8 and int32; cast one of them.'],
    ['right_shift', [f32(2), f32(2)], {}, 'must be integer. Cast it first.'],
    [
      'multiply',
      [t('bool', 2), t('bool', 2)],
      {},
      'multiply of Tensor[(2), bool]: the dtype is bool; must be number.',
    ],
    ['exp', [i8(2)], {}, 'exp of Tensor[(2), int8]: the dtype is int8; must be float32. Cast it first.'],
    ['clip', [i8(2)], { a_min: 0 }, 'clip needs the attribute a_max (float).'],
    ['clip', [i8(2)], { a_min: 3, a_max: 2 }, 'clip: a_min is 3; must be at most a_max, 2.'],
    [
      'clip',
      [f32(2)],
      { a_min: 0, a_max: Number.POSITIVE_INFINITY },
      'clip: the limits are 0 and Infinity; must be finite.',
    ],
    ['cast', [i8(2)], { dtype: 'int4' }, 'cast: attribute dtype is "int4"; must be of kind dtype.'],
    ['nn.bias_add', [t('int32', 1, 4), t('int32', 3)], {}, 'the bias is (3,) int32; must be (4,) int32.'],
    [
      'nn.bias_add',
      [i8(1, 4), i8(4)],
      { axis: 2 },
      'nn.bias_add of (1, 4): there is no axis 2; must be -2..1.',
    ],
    ['nn.avg_pool2d', [i8(3, 3)], { pool_size: [2, 2] }, 'needs 4 axes in layout NCHW.'],
    ['nn.avg_pool2d', [image], { pool_size: [9, 1] }, 'pool_size 9x1 with strides 1,1 does not fit.'],
    [
      'nn.max_pool2d',
      [image],
      { pool_size: [2] },
      'nn.max_pool2d: attribute pool_size is [2]; must have 2 numbers.',
    ],
    [
      'nn.max_pool2d',
      [image],
      { pool_size: [2, 2], padding: [0, 0, -1, 0] },
      'must be at least 1, padding at least 0.',
    ],
    [
      'nn.adaptive_avg_pool2d',
      [image],
      { output_size: [0] },
      'output_size is [0]; must be one or two integers of at least 1.',
    ],
    ['nn.global_avg_pool2d', [image], { layout: 'NHWC' }, 'in layout NHWC: needs 4 axes in layout NCHW.'],
    ['nn.softmax', [i8(2)], {}, 'nn.softmax of int8: must be float32; cast it first.'],
    ['nn.softmax', [f32(2)], { axis: 1 }, 'nn.softmax of (2,): there is no axis 1; must be -1..0.'],
    ['mean', [f32(2)], { axis: [3] }, 'mean of (2,): there is no axis 3'],
    [
      'reshape',
      [i8(6)],
      { newshape: [4] },
      'reshape of (6,) (6 elements) to (4,): the element counts differ.',
    ],
    ['squeeze', [i8(1, 3)], { axis: [1] }, 'squeeze of (1, 3): axis 1 is 3 long; must be 1.'],
    ['expand_dims', [i8(1, 3)], { axis: 3 }, 'axis is 3 and num_newaxis 1; must be -3..2 and 0..16.'],
    ['transpose', [i8(1, 3)], { axes: [0, 0] }, 'axes is [0, 0]; must name each of its 2 axes once.'],
    ['reverse', [i8(1, 3)], { axis: 2 }, 'reverse of (1, 3): there is no axis 2; must be -2..1.'],
    [
      'concatenate',
      [i8(1, 3)],
      {},
      'concatenate of Tensor[(1, 3), int8]: takes a tuple of at least one tensor.',
    ],
    [
      'concatenate',
      [[i8(1, 3), i8(1, 4)]],
      {},
      'concatenate along axis 0: Tensor[(1, 4), int8] does not go with Tensor[(1, 3), int8]',
    ],
    ['concatenate', [[i8(2), t('int32', 2)]], {}, 'Tensor[(2), int32] does not go with Tensor[(2), int8]'],
    [
      'split',
      [i8(4)],
      { indices_or_sections: 3 },
      'split of (4,): axis 0 does not divide into 3 equal parts.',
    ],
    ['split', [i8(4)], { indices_or_sections: [2, 2] }, 'indices [2, 2] must ascend strictly inside 1..3.'],
    ['split', [i8(4)], { indices_or_sections: [4] }, 'indices [4] must ascend strictly inside 1..3.'],
    ['strided_slice', [i8(4)], { begin: [2], end: [2] }, 'axis 0: 2 to 2 by 1 takes no element.'],
    ['strided_slice', [i8(4)], { begin: [0], end: [2], strides: [0] }, 'a stride is 0.'],
    [
      'strided_slice',
      [i8(4)],
      { begin: [0, 0], end: [2, 2] },
      'begin has 2 values, end 2, axes 2; must be as many, at most 1.',
    ],
    [
      'strided_slice',
      [i8(4)],
      { begin: [3], end: [2], slice_mode: 'size' },
      'axis 0: 2 elements from 3 on are not there.',
    ],
    [
      'strided_slice',
      [i8(4)],
      { begin: [-9], end: [6], slice_mode: 'size' },
      'axis 0: 6 elements from -5 on are not there.',
    ],
    [
      'strided_slice',
      [i8(4)],
      { begin: [0], end: [2], slice_mode: 'x' },
      'slice_mode is x; must be end or size.',
    ],
    [
      'nn.pad',
      [i8(4), i8(1)],
      { pad_width: [[0, 0]] },
      'nn.pad: pad_value is Tensor[(1), int8]; must be a scalar.',
    ],
    [
      'nn.pad',
      [i8(4), i8()],
      { pad_width: [[0, -1]] },
      'pad_width must hold a pair of at least 0 for each of the 1 axes.',
    ],
    [
      'nn.pad',
      [i8(4), i8()],
      { pad_width: [[0, 1]], pad_mode: 'edge' },
      'nn.pad: pad_mode is edge; only constant is supported.',
    ],
    [
      'add',
      [[i8(4)], i8(4)],
      {},
      'add takes tensors, not the tuple (Tensor[(4), int8],); take one of its fields.',
    ],
    ['add', [i8(4)], {}, 'add takes 2 arguments (lhs, rhs), not 1.'],
    ['nn.avgpool2d', [image], {}, 'operator nn.avgpool2d is not known; nearest: nn.avg_pool2d,'],
  ])('%s of %j %j', (op, args, attrs, message) => {
    expect(() => typeOf(op, args, attrs)).toThrow(UserError);
    expect(() => typeOf(op, args, attrs)).toThrow(message);
  });
});

describe('the registry', () => {
  it('has each name once, and every operator of the issue', () => {
    const names = allOps().map((op) => op.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(
        (
          'nn.conv2d qnn.conv2d nn.dense add multiply subtract divide right_shift left_shift clip cast floor round maximum ' +
          'minimum negative abs exp sqrt tanh nn.avg_pool2d nn.max_pool2d nn.global_avg_pool2d nn.global_max_pool2d ' +
          'nn.adaptive_avg_pool2d nn.pad reshape transpose reverse squeeze expand_dims concatenate split strided_slice ' +
          'nn.batch_flatten nn.bias_add nn.relu nn.leaky_relu nn.softmax sigmoid mean sum'
        ).split(' '),
      ),
    );
  });
});
