import { UserError } from '../../src/base/errors.js';
import { entryOf, type HostOperator } from '../../src/base/operators.js';
import { sameShape, showShape, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { biasAdd, binary } from './binary.js';
import { conv2d } from './convolution.js';
import { dense } from './dense.js';
import type { HostContext, HostKernel } from './kernel.js';
import { concatenate, pad, reverse, sameOrder, split, stridedSlice, transpose } from './movement.js';
import { adaptivePool2d, globalPool2d, pool2d } from './pooling.js';
import { reduce, softmax } from './reduction.js';
import { argmax, extremum, take, where } from './selection.js';
import * as tflite from './tflite.js';
import { cast, clip, leakyRelu, unary } from './unary.js';

/** The kernel of every operator that the host runs. */
const KERNELS: Readonly<Record<HostOperator, HostKernel>> = {
  'nn.conv2d': conv2d,
  'qnn.conv2d': conv2d,
  'nn.dense': dense,
  'nn.bias_add': biasAdd,
  add: binary,
  subtract: binary,
  multiply: binary,
  divide: binary,
  maximum: binary,
  minimum: binary,
  right_shift: binary,
  left_shift: binary,
  clip,
  cast,
  negative: unary,
  abs: unary,
  floor: unary,
  round: unary,
  exp: unary,
  sqrt: unary,
  log: unary,
  tanh: unary,
  sigmoid: unary,
  'nn.relu': unary,
  'nn.leaky_relu': leakyRelu,
  'nn.avg_pool2d': pool2d,
  'nn.max_pool2d': pool2d,
  'nn.global_avg_pool2d': globalPool2d,
  'nn.global_max_pool2d': globalPool2d,
  'nn.adaptive_avg_pool2d': adaptivePool2d,
  'nn.softmax': softmax,
  sum: reduce,
  mean: reduce,
  max: extremum,
  min: extremum,
  argmax,
  reshape: sameOrder,
  'nn.batch_flatten': sameOrder,
  squeeze: sameOrder,
  expand_dims: sameOrder,
  layout_transform: sameOrder,
  transpose,
  reverse,
  concatenate,
  split,
  strided_slice: stridedSlice,
  'nn.pad': pad,
  take,
  where,
  'tflite.requantize': tflite.requantize,
  'tflite.avg_pool2d': tflite.avgPool2d,
  'tflite.softmax': tflite.softmax,
  'tflite.lookup': tflite.lookup,
  'onnx.round': unary,
};

const show = ({ shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>): string => `${showShape(shape)} ${dtype}`;

/**
 * Runs one host operator on dense tensors; the fields of a tuple argument stand one after another. Pure: the results are new tensors,
 * the arguments stay. The exact semantics of each operator stand at its definition in src/ir/ops.
 * Throws a UserError when the operator is unknown, its attributes or arguments do not fit, an integer is divided by 0, a
 * shift is out of range, or the results are not of the declared types.
 */
export function executeHostOp(op: HostOp, args: readonly Tensor[], context: HostContext = {}): Tensor[] {
  const kernel = entryOf(KERNELS, op.op);
  if (kernel === undefined) throw new UserError(`host operator ${op.op} is not known to this simulator.`);
  const results = kernel(op, args, context);
  const declared = op.results;
  results.forEach((made, i) => {
    const want = declared[i];
    if (want === undefined || want.dtype !== made.dtype || !sameShape(want.shape, made.shape))
      throw new UserError(
        `host operator ${op.op}: result ${i} is ${show(made)}; the program declares ` +
          `${want === undefined ? 'none' : show(want)}.`,
      );
  });
  if (declared.length !== results.length)
    throw new UserError(
      `host operator ${op.op} has ${results.length} results; the program declares ${declared.length}.`,
    );
  return results;
}
