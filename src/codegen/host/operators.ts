import type { HostOperator } from '../../base/operators.js';
import { biasAdd, binary, unary } from './elementwise.js';
import type { ElementCode, RowCode, WholeCode } from './kernel-context.js';
import {
  concatenateKernel,
  pad,
  reverse,
  sameOrder,
  splitKernel,
  stridedSlice,
  transpose,
} from './movement.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, globalMaxPool, maxPool } from './pooling.js';
import { argmax, extremum, take, where } from './selection.js';
import { softmax, tfliteSoftmax } from './softmax.js';
import { convolution, dense, reduction } from './sums.js';
import { avgPool2d, lookup, requantize } from './tflite.js';

/**
 * How an operator becomes C: an element at a time (may be fused), with something shared along a row (first in its kernel), as a kernel of
 * its own, or as the change of layout that src/codegen/host/transform.ts writes.
 */
export type OperatorCode =
  | { readonly kind: 'element'; readonly code: ElementCode }
  | { readonly kind: 'rows'; readonly code: RowCode }
  | { readonly kind: 'whole'; readonly code: WholeCode }
  | { readonly kind: 'transform' };

const element = (code: ElementCode): OperatorCode => ({ kind: 'element', code });

/** The C code of every operator that the host runs, with the meaning of its kernel in sim/host. */
export const OPERATOR_CODE: Readonly<Record<HostOperator, OperatorCode>> = {
  'qnn.conv2d': element(convolution),
  'nn.conv2d': element(convolution),
  'nn.dense': element(dense),
  'nn.bias_add': element(biasAdd),
  add: element(binary),
  subtract: element(binary),
  multiply: element(binary),
  divide: element(binary),
  maximum: element(binary),
  minimum: element(binary),
  right_shift: element(binary),
  left_shift: element(binary),
  clip: element(unary),
  cast: element(unary),
  negative: element(unary),
  abs: element(unary),
  floor: element(unary),
  round: element(unary),
  'onnx.round': element(unary),
  exp: element(unary),
  sqrt: element(unary),
  log: element(unary),
  tanh: element(unary),
  sigmoid: element(unary),
  'nn.relu': element(unary),
  'nn.leaky_relu': element(unary),
  'nn.avg_pool2d': element(avgPool),
  'nn.max_pool2d': element(maxPool),
  'nn.global_avg_pool2d': element(globalAvgPool),
  'nn.global_max_pool2d': element(globalMaxPool),
  'nn.adaptive_avg_pool2d': element(adaptiveAvgPool),
  'nn.softmax': { kind: 'rows', code: softmax },
  sum: element(reduction),
  mean: element(reduction),
  max: element(extremum),
  min: element(extremum),
  argmax: element(argmax),
  reshape: element(sameOrder),
  'nn.batch_flatten': element(sameOrder),
  squeeze: element(sameOrder),
  expand_dims: element(sameOrder),
  transpose: element(transpose),
  reverse: element(reverse),
  concatenate: { kind: 'whole', code: concatenateKernel },
  split: { kind: 'whole', code: splitKernel },
  strided_slice: element(stridedSlice),
  'nn.pad': element(pad),
  take: element(take),
  where: element(where),
  'tflite.requantize': element(requantize),
  'tflite.avg_pool2d': element(avgPool2d),
  'tflite.softmax': { kind: 'rows', code: tfliteSoftmax },
  'tflite.lookup': element(lookup),
  layout_transform: { kind: 'transform' },
};
