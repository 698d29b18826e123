import { UserError } from '../../../base/errors.js';
import { elementCount, showShape, type Tensor, tensor } from '../../../base/tensor.js';
import { constant, scalar, tuple } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import { broadcastShapes } from '../../../ir/ops/elementwise.js';
import type { Handler, NodeContext } from '../context.js';
import { expanded } from './gather.js';

/** A constant matrix (c, k) as nn.dense wants it: (k, c). */
export function transposed(matrix: Tensor): Tensor {
  const [rows, columns] = matrix.shape as [number, number];
  const out = tensor([columns, rows], matrix.dtype);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out.data[c * rows + r] = matrix.data[r * columns + c]!;
  return out;
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

/** The last two axes exchanged. */
function matrixTransposed(node: NodeContext, e: Expr): Expr {
  if (e.kind === 'constant' && e.value.shape.length === 2) return constant(transposed(e.value), e.name);
  const rank = tensorTypeOf(e).shape.length;
  const axes = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
  return node.call('transpose', [e], { axes });
}

/** ONNX has no MatMul and Gemm of bytes: their sums would wrap in the operands' type. */
function checkTypes(node: NodeContext): void {
  for (const i of [0, 1]) {
    const { dtype } = node.type(i);
    if (dtype !== 'float32' && dtype !== 'int32')
      throw new UserError(`input ${i} is ${dtype}; supported are floats and int32`);
  }
}

/** Products of single matrices that a MatMul over leading axes is taken apart into. [ours] */
const MAX_MATRICES = 256;

/**
 * Matrix product by numpy's rule. Data times one matrix: the data's leading axes become rows of one nn.dense. Both with leading axes:
 * one nn.dense a pair of matrices.
 */
function matmul(node: NodeContext): Expr[] {
  checkTypes(node);
  const [a, b] = [node.type(0).shape, node.type(1).shape];
  if (a.length === 0 || b.length === 0) throw new UserError('its operands must have at least one axis');
  const left = a.length === 1 ? reshapeOf(node, node.input(0), [1, ...a]) : node.input(0);
  const right = b.length === 1 ? reshapeOf(node, node.input(1), [...b, 1]) : node.input(1);
  const product =
    tensorTypeOf(right).shape.length === 2 ? rowsTimes(node, left, right) : pairs(node, left, right);
  const { shape } = tensorTypeOf(product);
  const kept = [
    ...shape.slice(0, -2),
    ...(a.length === 1 ? [] : [shape.at(-2)!]),
    ...(b.length === 1 ? [] : [shape.at(-1)!]),
  ];
  return [kept.length === shape.length ? product : reshapeOf(node, product, kept)];
}

const reshapeOf = (node: NodeContext, e: Expr, newshape: readonly number[]): Expr =>
  e.kind === 'constant'
    ? constant({ ...e.value, shape: newshape }, e.name)
    : node.call('reshape', [e], { newshape: [...newshape] });

function rowsTimes(node: NodeContext, left: Expr, right: Expr): Expr {
  const { shape } = tensorTypeOf(left);
  const weights = matrixTransposed(node, right);
  if (shape.length === 2) return node.call('nn.dense', [left, weights]);
  const rows = elementCount(shape.slice(0, -1));
  const dense = node.call('nn.dense', [reshapeOf(node, left, [rows, shape.at(-1)!]), weights]);
  return reshapeOf(node, dense, [...shape.slice(0, -1), tensorTypeOf(right).shape[1]!]);
}

function pairs(node: NodeContext, left: Expr, right: Expr): Expr {
  const [a, b] = [tensorTypeOf(left).shape, tensorTypeOf(right).shape];
  const leading = broadcastShapes('MatMul', a.slice(0, -2), b.slice(0, -2));
  const count = elementCount(leading);
  if (count > MAX_MATRICES)
    throw new UserError(`it is ${count} products of matrices; at most ${MAX_MATRICES} are supported`);
  const matrices = (e: Expr) => {
    const { shape } = tensorTypeOf(e);
    const all = expanded(node, e, [...leading, ...shape.slice(-2)]);
    const rows = reshapeOf(node, all, [count, ...shape.slice(-2)]);
    return Array.from({ length: count }, (_, i) =>
      reshapeOf(
        node,
        node.call('strided_slice', [rows], { begin: [i], end: [i + 1], strides: [1], axes: [0] }),
        shape.slice(-2),
      ),
    );
  };
  const rights = matrices(right);
  const products = matrices(left).map((m, i) => {
    const dense = node.call('nn.dense', [m, matrixTransposed(node, rights[i]!)]);
    return reshapeOf(node, dense, [1, a.at(-2)!, b.at(-1)!]);
  });
  const all = products.length === 1 ? products[0]! : node.call('concatenate', [tuple(products)], { axis: 0 });
  return reshapeOf(node, all, [...leading, a.at(-2)!, b.at(-1)!]);
}

/** alpha * A * B + beta * C. A factor of 1 is left out; that of a constant C is multiplied into it. */
function gemm(node: NodeContext): Expr[] {
  checkTypes(node);
  const a = node.int('transA', 0) === 1 ? matrixTransposed(node, node.input(0)) : node.input(0);
  denseData(node.withInputs([a]));
  if (node.type(1).shape.length !== 2)
    throw new UserError(
      `the weights have shape ${showShape(node.type(1).shape)}; only matrices are supported`,
    );
  const weights = node.int('transB', 0) === 1 ? node.input(1) : matrixTransposed(node, node.input(1));
  const dense = node.call('nn.dense', [a, weights]);
  const { dtype } = tensorTypeOf(dense);
  const scaled = (e: Expr, factor: number): Expr =>
    factor === 1 ? e : node.call('multiply', [e, scalar(factor, dtype)]);
  const out = scaled(dense, node.float('alpha', 1));
  const c = node.optional(2);
  if (c === undefined) return [out];
  const beta = node.float('beta', 1);
  const units = tensorTypeOf(dense).shape[1]!;
  const vector = c.kind === 'constant' ? biasVector(c.value, units) : undefined;
  if (vector === undefined || c.kind !== 'constant') return [node.call('add', [out, scaled(c, beta)])];
  const held = beta === 1 ? vector : { ...vector, data: vector.data.map((v) => v * beta) };
  return [node.call('nn.bias_add', [out, constant(held, c.name)])];
}

export const LINEAR_OPS: Readonly<Record<string, Handler>> = {
  MatMul: { attributes: [], run: matmul },
  Gemm: { attributes: GEMM_ATTRIBUTES, run: gemm },
};
