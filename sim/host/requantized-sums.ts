import { elementCount, type Shape, sameShape, type Tensor } from '../../src/base/tensor.js';
import type { ProductSum } from '../../src/program/product-sums.js';
import type { HostOp } from '../../src/program/types.js';
import { geometry } from './conv-geometry.js';
import { fitsInt16, magnitude } from './magnitude.js';
import { convolutionSums, denseSums, type Requantization } from './simd-sums.js';

const MAX = 2 ** 31 - 1;

/** A kernel of one product sum that ends in int8: its operators, what `productSum` found, and the operands' values. */
export interface RequantizedSum {
  readonly ops: readonly HostOp[];
  readonly sum: ProductSum;
  /** The arguments of the product sum itself. */
  readonly args: readonly Tensor[];
  readonly bias: Tensor | undefined;
  readonly shift: Tensor | undefined;
}

/** Whether no sum can leave int32, bias included, and no operator refuses its operands: then there is nothing to tell but the result. */
function isPlain({ ops, sum, args, bias, shift }: RequantizedSum, shape: Shape, taps: number): boolean {
  const [data, weights, ...zeroPoints] = args as readonly [Tensor, Tensor, ...Tensor[]];
  const [x, w] = [magnitude(data), magnitude(weights)];
  const bits = shift?.data[0] ?? 0;
  const { low, high } = sum.requantized!;
  return (
    fitsInt16(x) &&
    fitsInt16(w) &&
    taps * x * w + (bias === undefined ? 0 : magnitude(bias)) <= MAX &&
    (bias === undefined || sameShape(bias.shape, [shape[1]!])) &&
    bits >= 0 &&
    bits <= 31 &&
    low <= high &&
    zeroPoints.slice(0, 2).every((z) => z.data.every((v) => v === 0)) &&
    ops.every(({ results }) => results.length === 1 && sameShape(results[0]!.shape, shape))
  );
}

/** The sums of one vector into int8 from element `at` on. */
function requantize(
  sums: Int32Array,
  { bias, shift, low, high }: Requantization,
  out: Int8Array,
  at: number,
): void {
  for (let k = 0; k < sums.length; k++)
    out[at + k] = Math.min(Math.max((sums[k]! + (bias?.[k] ?? 0)) >> shift, low), high);
}

/**
 * The result of such a kernel in one go, the same as its operators' one after another, where none of them has anything to tell or to refuse.
 * Undefined where one may, or where the engine has no SIMD: then the operators are to be run one by one.
 */
export function requantizedSums(kernel: RequantizedSum): Tensor | undefined {
  const [data, weights] = kernel.args as readonly [Tensor, Tensor];
  const op = kernel.ops[0]!;
  const g = op.op === 'nn.dense' ? undefined : geometry(op, data.shape, weights.shape);
  const [rows, ...window] = weights.shape as readonly [number, ...number[]];
  const [vectors] = data.shape as readonly [number];
  const shape = g === undefined ? [vectors, rows] : [g.n, g.k, g.oh, g.ow];
  const taps = elementCount(window);
  if (!isPlain(kernel, shape, taps)) return undefined;
  const { low, high } = kernel.sum.requantized!;
  const by = { bias: kernel.bias?.data, shift: kernel.shift?.data[0] ?? 0, low, high };
  const out = new Int8Array(elementCount(shape));
  const done =
    g === undefined
      ? denseSums([vectors, taps, rows], data.data, weights.data, (n, sums) =>
          requantize(sums, by, out, n * rows),
        )
      : convolutionSums(g, data.data, weights.data, (n, sums) =>
          out.set(sums.requantized(by), n * g.k * g.oh * g.ow),
        );
  return done ? { shape, dtype: 'int8', data: out } : undefined;
}
