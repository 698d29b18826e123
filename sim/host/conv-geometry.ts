import { UserError } from '../../src/base/errors.js';
import { type Shape, showShape } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { intOf, intsOf } from './kernel.js';

/** Sizes of one conv2d; names as in src/ir/ops/convolution.ts. */
export interface ConvGeometry {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly k: number;
  readonly ci: number;
  readonly fy: number;
  readonly fx: number;
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly top: number;
  readonly left: number;
  readonly groups: number;
  readonly oh: number;
  readonly ow: number;
}

type Quad = readonly [number, number, number, number];

/** The sizes of a conv2d of `data` (n, c, h, w) with `weight` (k, c / groups, fy, fx); a UserError where they do not fit its attributes. */
export function geometry(op: HostOp, data: Shape, weight: Shape): ConvGeometry {
  const [n, c, h, w] = data as Quad;
  const [k, ci, fy, fx] = weight as Quad;
  const strides = intsOf(op, 'strides', 2) as readonly [number, number];
  const dilation = intsOf(op, 'dilation', 2) as readonly [number, number];
  const [top, left, bottom, right] = intsOf(op, 'padding', 4) as Quad;
  const groups = intOf(op, 'groups');
  const extent = (size: number, kernel: number, stride: number, d: number): number =>
    Math.floor((size - (kernel - 1) * d - 1) / stride) + 1;
  const oh = extent(h + top + bottom, fy, strides[0], dilation[0]);
  const ow = extent(w + left + right, fx, strides[1], dilation[1]);
  const legal =
    data.length === 4 &&
    weight.length === 4 &&
    Math.min(groups, oh, ow, ...strides, ...dilation) >= 1 &&
    Math.min(top, left, bottom, right) >= 0 &&
    ci * groups === c &&
    k % groups === 0;
  if (!legal)
    throw new UserError(
      `host operator ${op.op} of ${showShape(data)} with weights ${showShape(weight)}: sizes and attributes do not fit.`,
    );
  return { n, c, h, w, k, ci, fy, fx, strides, dilation, top, left, groups, oh, ow };
}
