import { integerRange, isFloat } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { type Tensor, tensor } from '../../../base/tensor.js';
import { call, constant, scalar } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { QuantizedInput } from '../../model.js';
import type { NodeContext } from '../context.js';
import type { IntegerHandler } from '../integer/handler.js';
import { materialised, plain, type Value } from '../integer/value.js';
import { CONV_ATTRIBUTES, CONV_OPS } from '../ops/conv.js';
import { LINEAR_OPS } from '../ops/linear.js';
import type { OnnxGraph } from '../proto.js';
import { type Parameters, parametersAt, scaleAxis } from './parameters.js';

/**
 * A quantized network as the float32 network that it approximates, for the quantizer, which gives it other scales: weights and biases at
 * their real values, nothing rounded in between.
 */

/** A constant at its real values: (integer - zero point) * scale, one or one an element of `axis`. */
function realConstant({ shape, data }: Tensor, { scales, zeroPoints }: Parameters, axis: number): Tensor {
  const inner = shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const at = (list: readonly number[], i: number) => list[Math.floor(i / inner) % list.length]!;
  return tensor(
    shape,
    'float32',
    Array.from(data, (q, i) => (q - at(zeroPoints, i)) * at(scales, i)),
  );
}

function dequantize(node: NodeContext): Expr {
  const x = node.input(0);
  const { shape, dtype } = tensorTypeOf(x);
  const p = parametersAt(node, 1);
  const axis = scaleAxis(node, p, shape);
  if (x.kind === 'constant') return constant(realConstant(x.value, p, axis), x.name);
  // What a QuantizeLinear made was not rounded, and the network's inputs are read as real values.
  if (isFloat(dtype)) return x;
  throw new UserError(
    `its input is ${dtype} that no QuantizeLinear makes; such a network cannot be read as float32`,
  );
}

/** What a layer, sum or difference ends in where it has no activation. */
const SUMS: ReadonlySet<string> = new Set([
  'nn.conv2d',
  'nn.dense',
  'nn.bias_add',
  'add',
  'subtract',
  'multiply',
]);

/** Saturation at a least value that stands for 0 is a ReLU: onnxruntime leaves out ReLUs between a layer and such a quantization. */
function quantize(node: NodeContext): Expr {
  const x = node.input(0);
  const { zeroPoints, dtype = 'uint8' } = parametersAt(node, 1);
  const least = integerRange(dtype === 'float32' ? 'uint8' : dtype)[0];
  const rectifies = zeroPoints.every((z) => z === least) && x.kind === 'call' && SUMS.has(x.op);
  return rectifies ? call('nn.relu', [x], {}, x.label) : x;
}

/** Weights of a ConvInteger or MatMulInteger less their zero points; their scale follows as a Mul. */
function lessZeroPoints(node: NodeContext, axis: number): Expr {
  const weights = node.input(1);
  if (weights.kind !== 'constant')
    throw new UserError('input 1 (the weights) is computed at run time; must be a constant');
  const zeroPoints = [...(node.optionalConstant(3)?.data ?? [0])];
  return constant(realConstant(weights.value, { scales: [1], zeroPoints, dtype: undefined }, axis));
}

function integerLayer(node: NodeContext, axis: number, run: (on: NodeContext) => readonly Expr[]) {
  const { dtype } = node.type(0);
  if (!isFloat(dtype))
    throw new UserError(`input 0 is ${dtype} that no DynamicQuantizeLinear makes; cannot be read as float32`);
  return run(node.withInputs([node.input(0), lessZeroPoints(node, axis)]));
}

const handler = (
  attributes: readonly string[],
  run: (node: NodeContext) => readonly Expr[],
): IntegerHandler => ({
  attributes,
  run: (node, values) => {
    const floats = values.map((v: Value | undefined) => (v === undefined ? undefined : materialised(v)));
    return run(node.withInputs(floats)).map(plain);
  },
});

/** Operators that make, end or compute with quantized values, as what they approximate. */
export const AS_FLOAT_OPS: Readonly<Record<string, IntegerHandler>> = {
  DequantizeLinear: handler(['axis', 'block_size', 'output_dtype'], (node) => [dequantize(node)]),
  QuantizeLinear: handler(['axis', 'block_size', 'output_dtype', 'saturate', 'precision'], (node) => [
    quantize(node),
  ]),
  // A scale of 1 and a zero point of 0: the Mul by the scale behind the integer layer changes nothing.
  DynamicQuantizeLinear: handler([], (node) => [node.input(0), scalar(1, 'float32'), scalar(0, 'uint8')]),
  ConvInteger: handler(CONV_ATTRIBUTES, (node) => integerLayer(node, 0, CONV_OPS.Conv!.run)),
  MatMulInteger: handler([], (node) =>
    integerLayer(node, node.type(1).shape.length - 1, LINEAR_OPS.MatMul!.run),
  ),
};

/**
 * The integers that the network's input takes, where a DequantizeLinear reads it; undefined where none does, or where it has a scale for
 * each channel. `constantOf`: the value of an initializer.
 */
export function dequantizedInput(
  graph: OnnxGraph,
  input: string,
  constantOf: (name: string) => Tensor | undefined,
): Omit<QuantizedInput, 'dtype'> | undefined {
  const node = graph.nodes.find((n) => n.op === 'DequantizeLinear' && n.inputs[0] === input);
  const scale = constantOf(node?.inputs[1] ?? '');
  const zeroPoint = constantOf(node?.inputs[2] ?? '')?.data[0] ?? 0;
  return scale?.data.length === 1 ? { scale: scale.data[0]!, zeroPoint } : undefined;
}
