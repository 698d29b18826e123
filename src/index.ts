/**
 * What users of the package build models with:
 *
 *     import { ModelBuilder, op, tensor } from 'diana-sim';
 *     const m = new ModelBuilder('mine');
 *     const x = m.input('input', [1, 3, 32, 32], 'int8');
 *     const y = m.conv2d(x, 'conv1', weights, bias, { shift: 8, relu: true });
 *     const model = m.build(op.maxPool2d(y, { poolSize: 2, strides: 2 }));
 */
export type { DType } from './base/dtype.js';
export { LimitError, UserError } from './base/errors.js';
export { type Random, random, randomInts, randomUniform, type Seed } from './base/random.js';
export { type Shape, type Tensor, tensor } from './base/tensor.js';
export type { ConvLayerOptions, Requantization } from './builder/layers.js';
export { ModelBuilder } from './builder/model-builder.js';
/** Relay's operators as functions: `op.qnnConv2d`, `op.biasAdd`, `op.rightShift`, ... */
export * as op from './builder/operators.js';
export { call, constant, scalar, tuple, tupleGetItem } from './ir/build.js';
export type { Expr, Model } from './ir/expr.js';
export { builtinInput } from './models/builtin-input.js';
export {
  buildModel,
  expandModels,
  type ModelEntry,
  modelNames,
  suiteModels,
  suiteNames,
} from './models/registry.js';
export { loadRelay, writeModelFiles } from './relay/load.js';
export { readParams, writeParams } from './relay/params-file.js';
export { type ParseOptions, parseRelay } from './relay/parse.js';
export { type PrintOptions, printModule } from './relay/print.js';
