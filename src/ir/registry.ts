import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { entryOf, OPERATORS, type Operator } from '../base/operators.js';
import type { OpDef } from './op.js';
import { nnConv2d, qnnConv2d } from './ops/convolution.js';
import { nnDense } from './ops/dense.js';
import {
  add,
  divide,
  leftShift,
  maximum,
  minimum,
  multiply,
  nnBiasAdd,
  rightShift,
  subtract,
} from './ops/elementwise.js';
import { onnxRound } from './ops/onnx.js';
import { concatenate, nnPad, split, stridedSlice } from './ops/parts.js';
import {
  nnAdaptiveAvgPool2d,
  nnAvgPool2d,
  nnGlobalAvgPool2d,
  nnGlobalMaxPool2d,
  nnMaxPool2d,
} from './ops/pooling.js';
import { max, mean, min, sum } from './ops/reduction.js';
import { argmax, take, where } from './ops/selection.js';
import { expandDims, nnBatchFlatten, reshape, reverse, squeeze, transpose } from './ops/shape.js';
import { nnSoftmax } from './ops/softmax.js';
import { tfliteAvgPool2d, tfliteLookup, tfliteRequantize, tfliteSoftmax } from './ops/tflite.js';
import {
  abs,
  cast,
  clip,
  exp,
  floor,
  log,
  negative,
  nnLeakyRelu,
  nnRelu,
  round,
  sigmoid,
  sqrt,
  tanh,
} from './ops/unary.js';

/** The type rule and the fusion pattern of every operator. */
const OPS: Readonly<Record<Operator, OpDef>> = {
  'qnn.conv2d': qnnConv2d,
  'nn.conv2d': nnConv2d,
  'nn.dense': nnDense,
  'nn.bias_add': nnBiasAdd,
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  right_shift: rightShift,
  left_shift: leftShift,
  clip,
  cast,
  negative,
  abs,
  floor,
  round,
  exp,
  sqrt,
  log,
  tanh,
  sigmoid,
  'nn.relu': nnRelu,
  'nn.leaky_relu': nnLeakyRelu,
  'nn.avg_pool2d': nnAvgPool2d,
  'nn.max_pool2d': nnMaxPool2d,
  'nn.global_avg_pool2d': nnGlobalAvgPool2d,
  'nn.global_max_pool2d': nnGlobalMaxPool2d,
  'nn.adaptive_avg_pool2d': nnAdaptiveAvgPool2d,
  'nn.softmax': nnSoftmax,
  sum,
  mean,
  max,
  min,
  argmax,
  reshape,
  'nn.batch_flatten': nnBatchFlatten,
  squeeze,
  expand_dims: expandDims,
  transpose,
  reverse,
  concatenate,
  split,
  strided_slice: stridedSlice,
  'nn.pad': nnPad,
  take,
  where,
  'tflite.requantize': tfliteRequantize,
  'tflite.avg_pool2d': tfliteAvgPool2d,
  'tflite.softmax': tfliteSoftmax,
  'tflite.lookup': tfliteLookup,
  'onnx.round': onnxRound,
};

/** The definition of `name`. Throws a UserError with the nearest names when there is none. */
export function opDef(name: string): OpDef {
  const def = entryOf(OPS, name);
  if (def === undefined)
    throw new UserError(`operator ${name} is not known; nearest: ${nearest(name, OPERATORS).join(', ')}.`);
  return def;
}

export const allOps = (): OpDef[] => OPERATORS.map((name) => OPS[name]);
