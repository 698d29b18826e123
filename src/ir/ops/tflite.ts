import { UserError } from '../../base/errors.js';
import { showShape } from '../../base/tensor.js';
import { type AttrSpec, intAttr, stringAttr } from '../attrs.js';
import { axisIn, type OpDef, tensorArgs } from '../op.js';
import { type TensorType, tensorType } from '../types.js';
import { nnAvgPool2d } from './pooling.js';

/**
 * Operators of ours for what TFLite's integer kernels do and Relay's do not: their names begin with "tflite.". All arithmetic
 * is that of TFLite's reference kernels with double rounding (gemmlowp), bit by bit.
 */

const REQUANTIZE_ATTRS: readonly AttrSpec[] = [
  { name: 'axis', kind: 'int', default: 1 },
  { name: 'zero_point', kind: 'int', default: 0 },
  { name: 'out_dtype', kind: 'dtype', default: 'int8' },
  { name: 'rounding', kind: 'string', default: 'double' },
];

const ROUNDINGS = ['double', 'upward', 'tonearest'];

/**
 * MultiplyByQuantizedMultiplier, plus the zero point, saturated to out_dtype (int8 or int32). data: int32, any shape;
 * multiplier, shift: int32, scalars or vectors along `axis`. With m = multiplier (0..2^31 - 1) and s = shift (-31..30):
 *   a = data * 2^max(s, 0), wrapped to int32
 *   h = a * m / 2^31, rounded to nearest, halves up (toward plus infinity)
 *   r = h / 2^max(-s, 0), rounded to nearest, halves away from zero
 *   out = r + zero_point, saturated
 * That is rounding "double". The others round once: data * m * 2^(s - 31) to nearest, halves up ("upward": TVM's UPWARD, TFLite's single
 * rounding) or away from zero ("tonearest": TVM's TONEAREST).
 * Source: SaturatingRoundingDoublingHighMul and RoundingDivideByPOT of gemmlowp, as TFLite's common.h uses them.
 */
export const tfliteRequantize: OpDef = {
  name: 'tflite.requantize',
  args: ['data', 'multiplier', 'shift'],
  attrs: REQUANTIZE_ATTRS,
  pattern: 'broadcast',
  infer: (args, attrs) => {
    const [data, multiplier, shift] = tensorArgs('tflite.requantize', args) as [
      TensorType,
      TensorType,
      TensorType,
    ];
    // A single element has no axis that a vector could run along.
    const extent =
      data.shape.length === 0
        ? 1
        : data.shape[axisIn('tflite.requantize', data.shape, intAttr(attrs, 'axis'))];
    const out = stringAttr(attrs, 'out_dtype');
    for (const [what, t] of [
      ['multiplier', multiplier],
      ['shift', shift],
    ] as const)
      if (t.dtype !== 'int32' || !(t.shape.length === 0 || (t.shape.length === 1 && t.shape[0] === extent)))
        throw new UserError(
          `tflite.requantize of ${showShape(data.shape)}: ${what} is ${showShape(t.shape)} ${t.dtype}; ` +
            `must be int32, a scalar or (${extent},).`,
        );
    if (!ROUNDINGS.includes(stringAttr(attrs, 'rounding')))
      throw new UserError(
        `tflite.requantize: rounding is ${stringAttr(attrs, 'rounding')}; must be ${ROUNDINGS.join(', ')}.`,
      );
    if (data.dtype !== 'int32' || (out !== 'int8' && out !== 'int32'))
      throw new UserError(`tflite.requantize of ${data.dtype} to ${out}: must be int32 to int8 or int32.`);
    return tensorType(data.shape, out);
  },
};

/**
 * Mean of each window of int8: the int32 sum over the elements inside the data, divided by their number, rounded to nearest,
 * halves away from zero. Source: AveragePool of TFLite's reference_integer_ops/pooling.h.
 */
export const tfliteAvgPool2d: OpDef = {
  name: 'tflite.avg_pool2d',
  args: ['data'],
  attrs: nnAvgPool2d.attrs.filter((a) => ['pool_size', 'strides', 'padding'].includes(a.name)),
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = tensorArgs('tflite.avg_pool2d', args)[0]!;
    if (x.dtype !== 'int8') throw new UserError(`tflite.avg_pool2d of ${x.dtype}: must be int8.`);
    const rest = {
      dilation: [1, 1],
      layout: 'NCHW',
      out_layout: '',
      ceil_mode: false,
      count_include_pad: false,
    };
    return nnAvgPool2d.infer(args, { ...rest, ...attrs });
  },
};

/**
 * Softmax of int8 over the last axis; the result has scale 1/256 and zero point -128. `multiplier` and `left_shift` turn a
 * difference to the row's largest element into a Q5.26 number; differences below `diff_min` count as minus infinity.
 * Source: the quantized Softmax of TFLite's reference/softmax.h over gemmlowp's fixedpoint.h. (TFLite's optimized kernel uses a
 * float table instead and may differ by one.)
 */
export const tfliteSoftmax: OpDef = {
  name: 'tflite.softmax',
  args: ['data'],
  attrs: [
    { name: 'multiplier', kind: 'int' },
    { name: 'left_shift', kind: 'int' },
    { name: 'diff_min', kind: 'int' },
  ],
  pattern: 'anchor',
  infer: (args, attrs) => {
    const x = tensorArgs('tflite.softmax', args)[0]!;
    const [m, s] = [intAttr(attrs, 'multiplier'), intAttr(attrs, 'left_shift')];
    if (x.dtype !== 'int8' || x.shape.length === 0)
      throw new UserError(
        `tflite.softmax of ${showShape(x.shape)} ${x.dtype}: must be int8 with at least one axis.`,
      );
    if (m < 0 || m > 2 ** 31 - 1 || s < 0 || s > 31 || intAttr(attrs, 'diff_min') > 0)
      throw new UserError(`tflite.softmax: multiplier ${m}, left_shift ${s} or diff_min is out of range.`);
    return x;
  },
};

/**
 * out = table[x - least], where least is the smallest value of the data's dtype: any function of one int8 or uint8 (logistic, tanh, leaky
 * ReLU, another scale), as TFLite's kernels hold it. data: int8 or uint8, any shape; table: 256 values of int8 or uint8, the result's dtype.
 */
export const tfliteLookup: OpDef = {
  name: 'tflite.lookup',
  args: ['data', 'table'],
  attrs: [],
  pattern: 'broadcast',
  infer: (args) => {
    const [x, table] = tensorArgs('tflite.lookup', args) as [TensorType, TensorType];
    const narrow = (t: TensorType) => t.dtype === 'int8' || t.dtype === 'uint8';
    if (!narrow(x) || !narrow(table) || String(table.shape) !== '256')
      throw new UserError(
        `tflite.lookup of ${x.dtype} in ${showShape(table.shape)} ${table.dtype}: must be int8 or uint8 in (256,) int8 or uint8.`,
      );
    return tensorType(x.shape, table.dtype);
  },
};
