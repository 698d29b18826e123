import type { Handler } from './context.js';
import { ACTIVATION_OPS } from './ops/activation.js';
import { ARITHMETIC_OPS } from './ops/arithmetic.js';
import { CONV_OPS } from './ops/conv.js';
import { CONV_TRANSPOSE_OPS } from './ops/conv-transpose.js';
import { LINEAR_OPS } from './ops/linear.js';
import { NORM_OPS } from './ops/norm.js';
import { POOL_OPS } from './ops/pool.js';
import { RESIZE_OPS } from './ops/resize.js';
import { CAST_OPS, SHAPE_OPS } from './ops/shape.js';

import { QUANTIZING_OPS } from './quantized/handlers.js';
import { OPERATOR_FORMAT } from './quantized/operator-format.js';

/** Every operator that may remain at run time. A new one adds its line to its family's file. */
export const PLAIN_OPS: Readonly<Record<string, Handler>> = {
  ...CONV_OPS,
  ...CONV_TRANSPOSE_OPS,
  ...RESIZE_OPS,
  ...LINEAR_OPS,
  ...ARITHMETIC_OPS,
  ...ACTIVATION_OPS,
  ...POOL_OPS,
  ...NORM_OPS,
  ...SHAPE_OPS,
  ...CAST_OPS,
};

/** Operators that must come out as constants when the file is read. */
export const CONSTANT_OPS = ['Constant', 'ConstantOfShape', 'Shape'] as const;

/** Names of all operators, for messages and documentation. */
export const supportedOperators = (): string[] =>
  [
    ...new Set([
      ...Object.keys(PLAIN_OPS),
      ...Object.keys(QUANTIZING_OPS),
      ...OPERATOR_FORMAT,
      ...CONSTANT_OPS,
    ]),
  ].sort();

export const OPSETS = { lowest: 9, highest: 28 } as const;
