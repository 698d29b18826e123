import { UserError } from '../../src/base/errors.js';
import { sameShape, showShape, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { biasAdd, binary } from './binary.js';
import { conv2d } from './convolution.js';
import { dense } from './dense.js';
import type { HostContext, HostKernel } from './kernel.js';
import { concatenate, pad, reverse, sameOrder, split, stridedSlice, transpose } from './movement.js';
import { adaptivePool2d, globalPool2d, pool2d } from './pooling.js';
import { reduce, softmax } from './reduction.js';
import * as tflite from './tflite.js';
import { cast, clip, leakyRelu, unary } from './unary.js';

/** Every operator that the host can run, by Relay's name. A new operator adds its line here. */
const KERNELS: ReadonlyMap<string, HostKernel> = new Map<string, HostKernel>([
  ['nn.conv2d', conv2d],
  ['qnn.conv2d', conv2d],
  ['nn.dense', dense],
  ['nn.bias_add', biasAdd],
  ...['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'right_shift', 'left_shift'].map(
    (name) => [name, binary] as const,
  ),
  ['clip', clip],
  ['cast', cast],
  ...['negative', 'abs', 'floor', 'round', 'exp', 'sqrt', 'tanh', 'sigmoid', 'nn.relu'].map(
    (name) => [name, unary] as const,
  ),
  ['nn.leaky_relu', leakyRelu],
  ['nn.avg_pool2d', pool2d],
  ['nn.max_pool2d', pool2d],
  ['nn.global_avg_pool2d', globalPool2d],
  ['nn.global_max_pool2d', globalPool2d],
  ['nn.adaptive_avg_pool2d', adaptivePool2d],
  ['nn.softmax', softmax],
  ['sum', reduce],
  ['mean', reduce],
  ...['reshape', 'nn.batch_flatten', 'squeeze', 'expand_dims', 'layout_transform'].map(
    (name) => [name, sameOrder] as const,
  ),
  ['transpose', transpose],
  ['reverse', reverse],
  ['concatenate', concatenate],
  ['split', split],
  ['strided_slice', stridedSlice],
  ['nn.pad', pad],
  ['tflite.requantize', tflite.requantize],
  ['tflite.avg_pool2d', tflite.avgPool2d],
  ['tflite.softmax', tflite.softmax],
]);

/** The names of all operators that the host can run. */
export const hostOperators = (): string[] => [...KERNELS.keys()];

const show = ({ shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>): string => `${showShape(shape)} ${dtype}`;

/**
 * Runs one host operator on dense tensors; the fields of a tuple argument stand one after another. Pure: the results are new tensors,
 * the arguments stay. The exact semantics of each operator stand at its definition in src/ir/ops.
 * Throws a UserError when the operator is unknown, its attributes or arguments do not fit, an integer is divided by 0, a
 * shift is out of range, or the results are not of the declared types.
 */
export function executeHostOp(op: HostOp, args: readonly Tensor[], context: HostContext = {}): Tensor[] {
  const kernel = KERNELS.get(op.op);
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
