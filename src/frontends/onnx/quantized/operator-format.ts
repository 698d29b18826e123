import { UserError } from '../../../base/errors.js';
import type { OnnxAttribute, OnnxNode } from '../proto.js';

/**
 * onnxruntime's operator format (QLinearConv, com.microsoft's QLinearAdd, ...) says in one node what its QDQ format says in several:
 * each operand with scale and zero point dequantized, an operator on them, the result quantized. It is read as those nodes.
 */
interface Format {
  /** The operator in the middle. */
  readonly op: string;
  /** Where each quantized operand stands; its scale and zero point follow it. Undefined: all from input 2 on. */
  readonly operands: readonly number[] | 'from 2';
  /** An int32 bias in units of the sum. */
  readonly bias?: number;
  /** Where scale and zero point of the result stand. */
  readonly result: number;
}

const FORMATS: Readonly<Record<string, Format>> = {
  QLinearConv: { op: 'Conv', operands: [0, 3], bias: 8, result: 6 },
  QLinearMatMul: { op: 'MatMul', operands: [0, 3], result: 6 },
};

/** Operators of the domain com.microsoft. */
const MICROSOFT: Readonly<Record<string, Format>> = {
  QLinearConv: FORMATS.QLinearConv!,
  QLinearAdd: { op: 'Add', operands: [0, 3], result: 6 },
  QLinearMul: { op: 'Mul', operands: [0, 3], result: 6 },
  QLinearConcat: { op: 'Concat', operands: 'from 2', result: 0 },
  QLinearGlobalAveragePool: { op: 'GlobalAveragePool', operands: [0], result: 3 },
  QLinearAveragePool: { op: 'AveragePool', operands: [0], result: 3 },
  QLinearReduceMean: { op: 'ReduceMean', operands: [0], result: 3 },
  QLinearSigmoid: { op: 'Sigmoid', operands: [0], result: 3 },
  QLinearLeakyRelu: { op: 'LeakyRelu', operands: [0], result: 3 },
  QLinearSoftmax: { op: 'Softmax', operands: [0], result: 3 },
  QGemm: { op: 'Gemm', operands: [0, 3], bias: 6, result: 7 },
};

/** Domains of QuantizeLinear and DequantizeLinear: onnxruntime's own are the standard's. */
const SAME_IN_MICROSOFT = ['QuantizeLinear', 'DequantizeLinear'];

export const OPERATOR_FORMAT: readonly string[] = [
  ...new Set([...Object.keys(FORMATS), ...Object.keys(MICROSOFT)]),
].sort();

const formatOf = ({ domain, op }: OnnxNode): Format | undefined => {
  const table = domain === 'com.microsoft' ? MICROSOFT : domain === '' || domain === 'ai.onnx' ? FORMATS : {};
  return Object.hasOwn(table, op) ? table[op] : undefined;
};

/** Attributes that are the middle operator's, without `channels_last` and Softmax's `opset`, which say where it differs. */
function attributesOf(node: OnnxNode): readonly OnnxAttribute[] {
  const last = node.attributes.find((a) => a.name === 'channels_last');
  if ((last?.i ?? 0) !== 0)
    throw new UserError(
      `node ${node.name || node.outputs[0]} (${node.op}): channels_last is 1; only 0 is supported.`,
    );
  const isSet = (name: string) => (node.attributes.find((a) => a.name === name)?.i ?? 0) !== 0;
  if (isSet('ceil_mode') && isSet('count_include_pad'))
    throw new UserError(
      `node ${node.name || node.outputs[0]} (${node.op}): ceil_mode with count_include_pad is not supported: unlike ` +
        "ONNX's AveragePool, onnxruntime divides by what ceil_mode adds as well.",
    );
  return node.attributes.filter((a) => a.name !== 'channels_last' && a.name !== 'opset');
}

/**
 * The nodes that `node` stands for; itself where it is in no operator format. An int32 bias, which is in units of the sum, stays one unless
 * `realBias`: then it is dequantized by the product of the operands' scales.
 */
export function asQdq(node: OnnxNode, realBias = false): readonly OnnxNode[] {
  if (node.domain === 'com.microsoft' && SAME_IN_MICROSOFT.includes(node.op))
    return [{ ...node, domain: '' }];
  const format = formatOf(node);
  if (format === undefined) return [node];
  const [out] = node.outputs as [string];
  const at = format.operands === 'from 2' ? operandsFromTwo(node) : format.operands;
  const part = (op: string, inputs: readonly string[], output: string): OnnxNode => ({
    name: node.name || out,
    op,
    domain: '',
    inputs,
    outputs: [output],
    attributes: op === 'DequantizeLinear' && isLinear(format) ? [axisOfScales(node, format)] : [],
  });
  const input = (i: number) => node.inputs[i] ?? '';
  const before = at.map((i) =>
    part('DequantizeLinear', [input(i), input(i + 1), input(i + 2)], `${out} operand ${i}`),
  );
  const bias = format.bias === undefined || input(format.bias) === '' ? [] : [input(format.bias)];
  const [units, real] = [`${out} bias scale`, `${out} bias`];
  const [x, w] = at as [number, number];
  const biasNodes =
    bias.length === 0 || !realBias
      ? []
      : [
          { ...part('Mul', [input(x + 1), input(w + 1)], units), attributes: [] },
          { ...part('DequantizeLinear', [bias[0]!, units], real), attributes: [] },
        ];
  const floats = input(format.result) === '' ? out : `${out} unquantized`;
  const opset = node.attributes.find((a) => a.name === 'opset')?.i;
  const middle: OnnxNode = {
    ...part(
      format.op,
      [...before.map((n) => n.outputs[0]!), ...(biasNodes.length > 0 ? [real] : bias)],
      floats,
    ),
    attributes: attributesOf(node),
    ...(opset === undefined ? {} : { opset }),
  };
  if (floats === out) return [...before, ...biasNodes, middle];
  const after = part('QuantizeLinear', [floats, input(format.result), input(format.result + 1)], out);
  return [...before, ...biasNodes, middle, after];
}

const operandsFromTwo = (node: OnnxNode): number[] =>
  Array.from({ length: Math.floor((node.inputs.length - 2) / 3) }, (_, i) => 2 + 3 * i);

const isLinear = (f: Format): boolean => f.op === 'Conv' || f.op === 'Gemm' || f.op === 'MatMul';

/** Scales of weights stand along their outputs: axis 0 of Conv and of a transposed Gemm, the last axis otherwise. */
function axisOfScales(node: OnnxNode, format: Format): OnnxAttribute {
  const transB = node.attributes.find((a) => a.name === 'transB')?.i === 1;
  const i = format.op === 'Conv' || transB ? 0 : -1;
  return { name: 'axis', i, floats: [], ints: [], other: false };
}
