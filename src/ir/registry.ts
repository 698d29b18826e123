import { UserError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { OpDef } from './op.js';
import { nnConv2d, qnnConv2d } from './ops/convolution.js';
import { nnDense } from './ops/dense.js';
import { add, cast, clip, nnBiasAdd, rightShift } from './ops/elementwise.js';
import { nnAvgPool2d, nnMaxPool2d } from './ops/pooling.js';
import { reshape, reverse } from './ops/shape.js';
import { nnSoftmax } from './ops/softmax.js';

/** Every operator this compiler knows, by Relay's name. A new operator adds its line here. */
const OPS: ReadonlyMap<string, OpDef> = new Map(
  [
    qnnConv2d,
    nnConv2d,
    nnDense,
    nnBiasAdd,
    add,
    rightShift,
    clip,
    cast,
    reshape,
    reverse,
    nnAvgPool2d,
    nnMaxPool2d,
    nnSoftmax,
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
