import type { TfliteHandler } from './context.js';
import { BUILTIN_OPERATORS, STATEFUL } from './operator-names.js';
import { add, extremum, multiply, subtract } from './ops/arithmetic.js';
import { conv2d, depthwiseConv2d } from './ops/conv.js';
import { fullyConnected } from './ops/dense.js';
import { averagePool, maxPool, mean } from './ops/pool.js';
import { resizeBilinear, resizeNearest } from './ops/resize.js';
import { concatenation, pad, reshape, slice, split, splitV, stridedSlice, transpose } from './ops/shape.js';
import { transposeConv } from './ops/transpose-conv.js';
import {
  activation,
  dequantize,
  hardSwish,
  leakyRelu,
  logistic,
  quantize,
  softmax,
  tanh,
} from './ops/unary.js';
import type { TfliteOperator } from './schema.js';

/** Every operator that is read, by BuiltinOperator. A new one adds its line here. */
export const TFLITE_OPS: Readonly<Record<number, { readonly name: string; readonly run: TfliteHandler }>> = {
  0: { name: 'ADD', run: add },
  1: { name: 'AVERAGE_POOL_2D', run: averagePool },
  2: { name: 'CONCATENATION', run: concatenation },
  3: { name: 'CONV_2D', run: conv2d },
  4: { name: 'DEPTHWISE_CONV_2D', run: depthwiseConv2d },
  6: { name: 'DEQUANTIZE', run: dequantize },
  9: { name: 'FULLY_CONNECTED', run: fullyConnected },
  14: { name: 'LOGISTIC', run: logistic },
  17: { name: 'MAX_POOL_2D', run: maxPool },
  18: { name: 'MUL', run: multiply },
  19: { name: 'RELU', run: activation(1) },
  20: { name: 'RELU_N1_TO_1', run: activation(2) },
  21: { name: 'RELU6', run: activation(3) },
  22: { name: 'RESHAPE', run: reshape },
  23: { name: 'RESIZE_BILINEAR', run: resizeBilinear },
  25: { name: 'SOFTMAX', run: softmax },
  28: { name: 'TANH', run: tanh },
  34: { name: 'PAD', run: pad },
  39: { name: 'TRANSPOSE', run: transpose },
  40: { name: 'MEAN', run: mean },
  41: { name: 'SUB', run: subtract },
  43: { name: 'SQUEEZE', run: reshape },
  45: { name: 'STRIDED_SLICE', run: stridedSlice },
  49: { name: 'SPLIT', run: split },
  55: { name: 'MAXIMUM', run: extremum('maximum') },
  57: { name: 'MINIMUM', run: extremum('minimum') },
  60: { name: 'PADV2', run: pad },
  65: { name: 'SLICE', run: slice },
  67: { name: 'TRANSPOSE_CONV', run: transposeConv },
  70: { name: 'EXPAND_DIMS', run: reshape },
  97: { name: 'RESIZE_NEAREST_NEIGHBOR', run: resizeNearest },
  98: { name: 'LEAKY_RELU', run: leakyRelu },
  102: { name: 'SPLIT_V', run: splitV },
  114: { name: 'QUANTIZE', run: quantize },
  117: { name: 'HARD_SWISH', run: hardSwish },
};

/** What messages call an operator. */
export const operatorName = ({ custom, code }: Pick<TfliteOperator, 'custom' | 'code'>): string =>
  custom || (BUILTIN_OPERATORS[code] ?? `number ${code}`);

/** Why an operator that is not read is refused. */
export function refusalOf(operator: TfliteOperator): string {
  if (STATEFUL.has(operatorName(operator)))
    return 'it keeps values from one run to the next or chooses what runs; only static networks without state are read';
  const names = Object.values(TFLITE_OPS).map((o) => o.name);
  return `it is not supported; supported are ${names.join(', ')}`;
}
