import { UserError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
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
import { concatenate, nnPad, split, stridedSlice } from './ops/parts.js';
import {
  nnAdaptiveAvgPool2d,
  nnAvgPool2d,
  nnGlobalAvgPool2d,
  nnGlobalMaxPool2d,
  nnMaxPool2d,
} from './ops/pooling.js';
import { mean, sum } from './ops/reduction.js';
import { expandDims, nnBatchFlatten, reshape, reverse, squeeze, transpose } from './ops/shape.js';
import { nnSoftmax } from './ops/softmax.js';
import { tfliteAvgPool2d, tfliteRequantize, tfliteSoftmax } from './ops/tflite.js';
import {
  abs,
  cast,
  clip,
  exp,
  floor,
  negative,
  nnLeakyRelu,
  nnRelu,
  round,
  sigmoid,
  sqrt,
  tanh,
} from './ops/unary.js';

/** Every operator this compiler knows, by Relay's name. A new operator adds its line here. */
const OPS: ReadonlyMap<string, OpDef> = new Map(
  [
    qnnConv2d,
    nnConv2d,
    nnDense,
    nnBiasAdd,
    add,
    subtract,
    multiply,
    divide,
    maximum,
    minimum,
    rightShift,
    leftShift,
    clip,
    cast,
    negative,
    abs,
    floor,
    round,
    exp,
    sqrt,
    tanh,
    sigmoid,
    nnRelu,
    nnLeakyRelu,
    nnAvgPool2d,
    nnMaxPool2d,
    nnGlobalAvgPool2d,
    nnGlobalMaxPool2d,
    nnAdaptiveAvgPool2d,
    nnSoftmax,
    sum,
    mean,
    reshape,
    nnBatchFlatten,
    squeeze,
    expandDims,
    transpose,
    reverse,
    concatenate,
    split,
    stridedSlice,
    nnPad,
    tfliteRequantize,
    tfliteAvgPool2d,
    tfliteSoftmax,
  ].map((op) => [op.name, op]),
);

/** The definition of `name`. Throws a UserError with the nearest names when there is none. */
export function opDef(name: string): OpDef {
  const def = OPS.get(name);
  if (def === undefined)
    throw new UserError(
      `operator ${name} is not known; nearest: ${nearest(name, [...OPS.keys()]).join(', ')}.`,
    );
  return def;
}

export const allOps = (): OpDef[] => [...OPS.values()];
