import { compile as compileModel, type Partitioned, partitionModel } from '../compile.js';
import type { Model } from '../ir/expr.js';
import type { Program } from '../program/types.js';
import { type CompileChoices, compileOptions } from './compile-options.js';
import { asMapped } from './map-network.js';

export type { CompileChoices } from './compile-options.js';

/**
 * Compiles a model to a Program: jobs of the digital core and host kernels, with the bytes that L2 holds before the run. Same model and
 * options, same bytes. `manifest.warnings` says what stays on the host, and why.
 * Throws a UserError when the model computes nothing, a LimitError when it does not fit the memories.
 *
 * @example
 * const program = compile(buildModel('resnet8'), { l1Reuse: false });
 */
export const compile = (model: Model, options: CompileChoices = {}): Program =>
  compileModel(asMapped(model, options), compileOptions(options));

/**
 * The graph after partitioning, with layout transforms: what goes to the core, layer by layer. `printModule(laidOut.main)` shows it.
 *
 * @example
 * console.log(printModule(partition(model).laidOut.main, { types: true }));
 */
export const partition = (model: Model, options: CompileChoices = {}): Partitioned =>
  partitionModel(asMapped(model, options), compileOptions(options));
