import { UserError } from '../../src/base/errors.js';
import { elementCount, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { type ConvGeometry, geometry } from './conv-geometry.js';
import { argument, type HostKernel } from './kernel.js';
import { type ProductSums, productSumsFloat32 } from './matmul.js';
import { areFloats, asFloat32, finish, runIntegers } from './product-sum.js';
import { convolutionSums } from './simd-sums.js';

/**
 * Writes the inputs of one output row of one group as `ow` columns of ci*fy*fx taps each (order: channel, kernel row, kernel
 * column); positions outside the data become 0.
 */
function gatherRow(
  g: ConvGeometry,
  data: Int32Array | Float32Array,
  firstPlane: number,
  y: number,
  columns: Int32Array | Float32Array,
): void {
  const taps = g.ci * g.fy * g.fx;
  const [sy, sx] = g.strides;
  const [dy, dx] = g.dilation;
  for (let i = 0; i < g.ci; i++)
    for (let fy = 0; fy < g.fy; fy++) {
      const row = y * sy + fy * dy - g.top;
      const inside = row >= 0 && row < g.h;
      const base = ((firstPlane + i) * g.h + row) * g.w;
      for (let fx = 0; fx < g.fx; fx++) {
        const t = (i * g.fy + fy) * g.fx + fx;
        const shift = fx * dx - g.left;
        for (let x = 0, to = t; x < g.ow; x++, to += taps) {
          const column = x * sx + shift;
          columns[to] = inside && column >= 0 && column < g.w ? data[base + column]! : 0;
        }
      }
    }
}

/** Runs `sums` once for each image, group and output row; `columns` is scratch of ow*taps elements. */
function eachRow<A extends Int32Array | Float32Array>(
  g: ConvGeometry,
  [data, weights, columns, out]: readonly [A, A, A, A],
  sums: (job: ProductSums<A>) => void,
): void {
  const taps = g.ci * g.fy * g.fx;
  const rows = g.k / g.groups;
  for (let n = 0; n < g.n; n++)
    for (let group = 0; group < g.groups; group++)
      for (let y = 0; y < g.oh; y++) {
        gatherRow(g, data, n * g.c + group * g.ci, y, columns);
        sums({
          weights,
          weightsAt: group * rows * taps,
          rows,
          columns,
          points: g.ow,
          taps,
          out,
          outAt: ((n * g.k + group * rows) * g.oh + y) * g.ow,
          outPitch: g.oh * g.ow,
        });
      }
}

/** A zero-point of qnn.conv2d must be 0: the sums are plain. */
function requireZero(op: HostOp, args: readonly Tensor[], i: number): void {
  const value = argument(op, args, i);
  for (const v of value.data)
    if (v !== 0)
      throw new UserError(
        `host operator ${op.op}: a zero point is ${v}; only 0 is supported. Fold it into the bias.`,
      );
}

/** nn.conv2d and qnn.conv2d: semantics in src/ir/ops/convolution.ts. */
export const conv2d: HostKernel = (op, args, context) => {
  const [data, weight] = [argument(op, args, 0), argument(op, args, 1)];
  if (op.op === 'qnn.conv2d') for (const i of [2, 3]) requireZero(op, args, i);
  const g = geometry(op, data.shape, weight.shape);
  const shape = [g.n, g.k, g.oh, g.ow];
  const taps = g.ci * g.fy * g.fx;
  if (areFloats(op, data, weight)) {
    const out = new Float32Array(elementCount(shape));
    eachRow(g, [asFloat32(data), asFloat32(weight), new Float32Array(g.ow * taps), out], productSumsFloat32);
    return [finish(op, shape, out)];
  }
  const plane = g.k * g.oh * g.ow;
  const out = runIntegers(op, data, weight, elementCount(shape), taps, context, {
    simd: (sums) =>
      convolutionSums(g, data.data, weight.data, (n, { values, pitch }) => {
        for (let row = 0; row < g.k * g.oh; row++)
          sums.set(values.subarray(row * pitch, row * pitch + g.ow), n * plane + row * g.ow);
      }),
    plain: ([x, w, o], sums) => eachRow(g, [x, w, new Int32Array(g.ow * taps), o], sums),
  });
  return [finish(op, shape, out)];
};
