import { UserError } from '../../../base/errors.js';
import { elementCount, showShape, type Tensor, tensor } from '../../../base/tensor.js';
import { constant } from '../../../ir/build.js';
import type { Expr } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';

/** A constant matrix (c, k) as nn.dense wants it: (k, c). */
export function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const out = tensor([columns, rows], matrix.dtype);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out.data[c * rows + r] = matrix.data[r * columns + c]!;
  return out;
}

/** The weights (k, c) of a MatMul or Gemm. Throws where they are no constant matrix. */
export function denseWeights(node: NodeContext, transB: boolean): Expr {
  const value = node.constant(1);
  if (value.shape.length !== 2)
    throw new UserError(`the weights have shape ${showShape(value.shape)}; only matrices are supported`);
  const weights = node.input(1);
  if (transB) return weights;
  return constant(transposed(value), weights.kind === 'constant' ? weights.name : undefined);
}

/** The data of a linear layer, which nn.dense takes with two axes. */
export function denseData(node: NodeContext): Expr {
  const { shape } = node.type(0);
  if (shape.length !== 2)
    throw new UserError(
      `the data has shape ${showShape(shape)}; linear layers take two axes (flatten it first)`,
    );
  return node.input(0);
}

export const GEMM_ATTRIBUTES = ['alpha', 'beta', 'transA', 'transB'];

/** Refuses the scalings and the transposition that nn.dense does not have. */
export function checkGemm(node: NodeContext): void {
  for (const name of ['alpha', 'beta'])
    if (node.float(name, 1) !== 1)
      throw new UserError(`${name} is ${node.float(name, 1)}; only 1 is supported`);
  if (node.int('transA', 0) !== 0) throw new UserError('transA is 1; only 0 is supported');
}

/** Gemm's C as a vector of k values, or undefined where its shape is another. */
export function biasVector(bias: Tensor, units: number): Tensor | undefined {
  const n = elementCount(bias.shape);
  const last = bias.shape.at(-1) ?? 1;
  if (n === 1) return tensor([units], bias.dtype, new Array<number>(units).fill(bias.data[0]!));
  return n === units && last === units ? tensor([units], bias.dtype, bias.data) : undefined;
}

export const LINEAR_OPS: Readonly<Record<string, Handler>> = {
  MatMul: {
    attributes: [],
    run: (node) => [node.call('nn.dense', [denseData(node), denseWeights(node, false)])],
  },
  Gemm: {
    attributes: GEMM_ATTRIBUTES,
    run: (node) => {
      checkGemm(node);
      const weights = denseWeights(node, node.int('transB', 0) === 1);
      const out = node.call('nn.dense', [denseData(node), weights]);
      const c = node.optional(2);
      if (c === undefined) return [out];
      const units = out.type.kind === 'tensor' ? out.type.shape[1]! : 0;
      const vector = c.kind === 'constant' ? biasVector(c.value, units) : undefined;
      return [
        vector === undefined
          ? node.call('add', [out, c])
          : node.call('nn.bias_add', [out, constant(vector, c.kind === 'constant' ? c.name : undefined)]),
      ];
    },
  },
};
