import { UserError } from '../../src/base/errors.js';
import { showShape } from '../../src/base/tensor.js';
import { argument, type HostKernel } from './kernel.js';
import { type ProductSums, productSumsFloat32 } from './matmul.js';
import { areFloats, asFloat32, finish, runIntegers } from './product-sum.js';
import { denseSums } from './simd-sums.js';

/** nn.dense: semantics in src/ir/ops/dense.ts. */
export const dense: HostKernel = (op, args, context) => {
  const [data, weight] = [argument(op, args, 0), argument(op, args, 1)];
  const [n, taps] = data.shape;
  const [rows, ci] = weight.shape;
  if (
    data.shape.length !== 2 ||
    weight.shape.length !== 2 ||
    taps !== ci ||
    n === undefined ||
    rows === undefined
  )
    throw new UserError(
      `host operator ${op.op} of ${showShape(data.shape)} with weights ${showShape(weight.shape)}: the shapes do not fit.`,
    );
  // Each data row is one point of its own, so that out (n, k) is written row by row.
  const sizes = { weightsAt: 0, rows, points: 1, taps: taps!, outPitch: 1 };
  const eachImage = <A extends Int32Array | Float32Array>(
    [x, w, out]: readonly [A, A, A],
    sums: (job: ProductSums<A>) => void,
  ): void => {
    for (let i = 0; i < n; i++) {
      const columns = x.subarray(i * taps!, (i + 1) * taps!) as A;
      sums({ ...sizes, weights: w, columns, out, outAt: i * rows });
    }
  };
  const shape = [n, rows];
  if (areFloats(op, data, weight)) {
    const out = new Float32Array(n * rows);
    eachImage([asFloat32(data), asFloat32(weight), out], productSumsFloat32);
    return [finish(op, shape, out)];
  }
  const sums = runIntegers(op, data, weight, n * rows, taps!, context, {
    simd: (out) =>
      denseSums([n, taps!, rows], data.data, weight.data, (i, values) => out.set(values, i * rows)),
    plain: eachImage,
  });
  return [finish(op, shape, sums)];
};
