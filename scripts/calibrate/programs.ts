import type { Shape } from '../../src/base/tensor.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import * as op from '../../src/builder/operators.js';
import { type CompileOptions, compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Expr, Model } from '../../src/ir/expr.js';
import { suiteModels } from '../../src/models/registry.js';
import type { Program } from '../../src/program/types.js';

/** A program to calibrate with. */
export interface CalibrationProgram {
  readonly name: string;
  readonly model: Model;
  readonly program: Program;
}

/** What the networks do not do, or only together with something else: one operator each. */
const SINGLE: readonly (readonly [name: string, dtype: 'int8' | 'float32', body: (x: Expr) => Expr])[] = [
  ['add-float', 'float32', (x) => op.add(x, x)],
  ['multiply-float', 'float32', (x) => op.multiply(x, 0.75)],
  ['divide-float', 'float32', (x) => op.divide(x, 1.7)],
  ['exp', 'float32', (x) => op.exp(x)],
  ['sqrt', 'float32', (x) => op.sqrt(op.abs(x))],
  ['sigmoid', 'float32', (x) => op.sigmoid(x)],
  ['tanh', 'float32', (x) => op.tanh(x)],
  ['max-float', 'float32', (x) => op.maxPool2d(x, { poolSize: [2, 2], strides: [2, 2] })],
  ['max-pool', 'int8', (x) => op.maxPool2d(x, { poolSize: [2, 2], strides: [2, 2] })],
  ['avg-pool', 'int8', (x) => op.avgPool2d(x, { poolSize: [4, 4], strides: [4, 4] })],
  ['global-max', 'int8', (x) => op.globalMaxPool2d(x)],
  ['transpose', 'int8', (x) => op.transpose(x, [0, 2, 3, 1])],
  ['concatenate', 'int8', (x) => op.concatenate([x, x], 1)],
  [
    'pad',
    'int8',
    (x) =>
      op.pad(x, [
        [0, 0],
        [0, 0],
        [1, 1],
        [1, 1],
      ]),
  ],
  ['maximum', 'int8', (x) => op.maximum(x, 3)],
  ['cast', 'int8', (x) => op.cast(x, 'int32')],
  ['softmax', 'float32', (x) => op.softmax(op.reshape(x, [4, 256]))],
];
const SHAPES: readonly Shape[] = [
  [1, 4, 16, 16],
  [1, 16, 8, 8],
];

function singles(): { readonly name: string; readonly build: () => Model }[] {
  return SINGLE.flatMap(([name, dtype, body]) =>
    SHAPES.map((shape) => {
      const full = `${name} ${shape.join('x')}`;
      return {
        name: full,
        build: () => {
          const m = new ModelBuilder(full);
          return m.build(body(m.input('input', shape, dtype)));
        },
      };
    }),
  );
}

/** Every built-in network for both targets, fused and not, and the single operators. */
export function* calibrationPrograms(): Generator<CalibrationProgram> {
  const make = (name: string, model: Model, options: Partial<CompileOptions>): CalibrationProgram => ({
    name: `${name}, "${options.target}"${options.fuse === false ? ', not fused' : ''}`,
    model,
    program: compile(model, { ...DEFAULT_OPTIONS, ...options }),
  });
  for (const { name, build } of suiteModels('all'))
    for (const target of ['soma_dory, c', 'c'] as const)
      for (const fuse of [true, false]) {
        // Unfused, the int32 tensors between the operators of the larger networks do not fit L2.
        if (!fuse && target === 'c' && ['resnet20', 'mobilenet-v1', 'mobilenet-v2'].includes(name)) continue;
        yield make(name, build(0), { target, fuse });
      }
  for (const { name, build } of singles()) yield make(name, build(), { target: 'c' });
}
