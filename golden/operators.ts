import { UserError } from '../src/base/errors.js';
import { entryOf, type Operator } from '../src/base/operators.js';
import * as convolution from './ops/convolution.js';
import * as elementwise from './ops/elementwise.js';
import * as parts from './ops/parts.js';
import * as pooling from './ops/pooling.js';
import * as reduction from './ops/reduction.js';
import * as selection from './ops/selection.js';
import * as shape from './ops/shape.js';
import * as tflite from './ops/tflite.js';
import * as transcendental from './ops/transcendental.js';
import * as unary from './ops/unary.js';
import type { Evaluate } from './value.js';

/** The reference of every operator. */
const REFERENCES: Readonly<Record<Operator, Evaluate>> = {
  'qnn.conv2d': convolution.quantizedConv2d,
  'nn.conv2d': convolution.conv2d,
  'nn.dense': convolution.dense,
  'nn.bias_add': elementwise.biasAdd,
  add: elementwise.add,
  subtract: elementwise.subtract,
  multiply: elementwise.multiply,
  divide: elementwise.divide,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  right_shift: elementwise.rightShift,
  left_shift: elementwise.leftShift,
  clip: unary.clip,
  cast: unary.cast,
  negative: unary.negative,
  abs: unary.abs,
  floor: unary.floor,
  round: unary.round,
  'onnx.round': unary.roundHalfToEven,
  sqrt: unary.sqrt,
  'nn.relu': unary.relu,
  'nn.leaky_relu': unary.leakyRelu,
  exp: transcendental.exp,
  log: transcendental.log,
  tanh: transcendental.tanh,
  sigmoid: transcendental.sigmoid,
  'nn.softmax': transcendental.softmax,
  'nn.avg_pool2d': pooling.averagePool,
  'nn.max_pool2d': pooling.maximumPool,
  'nn.global_avg_pool2d': pooling.globalAveragePool,
  'nn.global_max_pool2d': pooling.globalMaximumPool,
  'nn.adaptive_avg_pool2d': pooling.adaptiveAveragePool,
  sum: reduction.sum,
  mean: reduction.mean,
  max: reduction.max,
  min: reduction.min,
  argmax: selection.argmax,
  reshape: shape.sameElements,
  squeeze: shape.sameElements,
  expand_dims: shape.sameElements,
  'nn.batch_flatten': shape.sameElements,
  transpose: shape.transpose,
  reverse: shape.reverse,
  concatenate: parts.concatenate,
  split: parts.split,
  strided_slice: parts.stridedSlice,
  'nn.pad': parts.pad,
  take: selection.take,
  where: selection.where,
  'tflite.requantize': tflite.requantize,
  'tflite.avg_pool2d': tflite.averagePool,
  'tflite.softmax': tflite.softmax,
  'tflite.lookup': tflite.lookup,
};

/** The reference of operator `op`. Throws a UserError when there is none. */
export function evaluatorOf(op: string): Evaluate {
  const evaluate = entryOf(REFERENCES, op);
  if (evaluate === undefined) throw new UserError(`operator ${op} has no reference implementation.`);
  return evaluate;
}
