import { isFloat } from '../../../../base/dtype.js';
import type { Tensor } from '../../../../base/tensor.js';
import type { OnnxGraph } from '../proto.js';

const LINEAR = ['Conv', 'Gemm', 'MatMul'];
const ROUNDS = ['Floor', 'Cast', 'Clip'];
/** TensorProto.DataType of the integer types that exporters cast to when they round. */
const INTEGER_TYPES = [2, 3, 5, 6, 7];

/** Whether every element is an integer. */
export const holdsIntegers = (t: Tensor): boolean => t.data.every((v) => Number.isInteger(v));

/**
 * Whether a file is the integer network of a quantization library, whose float tensors hold integers. It is when it
 * - has a Conv, Gemm or MatMul, and the weights of all of them are constants, floating-point by type, and integers in -128..127,
 *   their biases integers; and
 * - rounds somewhere: a Floor, or a Cast to an integer type.
 */
export function isIntegerNetwork(
  graph: OnnxGraph,
  constantOf: (name: string) => Tensor | undefined,
): boolean {
  const linear = graph.nodes.filter((n) => LINEAR.includes(n.op));
  const rounds = graph.nodes.some(
    (n) =>
      n.op === 'Floor' ||
      (n.op === 'Cast' &&
        INTEGER_TYPES.includes(n.attributes.find((a) => a.name === 'to')?.i ?? 0) &&
        constantOf(n.inputs[0] ?? '') === undefined),
  );
  if (linear.length === 0 || !rounds) return false;
  return linear.every((n) => {
    const weights = constantOf(n.inputs[1] ?? '');
    const bias = n.inputs[2] === undefined || n.inputs[2] === '' ? undefined : constantOf(n.inputs[2]);
    return (
      weights !== undefined &&
      isFloat(weights.dtype) &&
      weights.data.every((v) => Number.isInteger(v) && v >= -128 && v <= 127) &&
      (n.inputs[2] === undefined || n.inputs[2] === '' || (bias !== undefined && holdsIntegers(bias)))
    );
  });
}

/**
 * The range of a network's input. Unsigned 8 bits, unless some Clip admits negative values or nothing above 127: then the
 * network's activations are signed. Undefined where the network itself quantizes its input (a Div, Mul, Sub, Floor or Clip on it):
 * then the input is a float.
 */
export function inputRange(
  graph: OnnxGraph,
  input: string,
  limits: readonly (readonly [number, number])[],
): readonly [number, number] | undefined {
  const quantizing = ['Div', 'Mul', 'Sub', ...ROUNDS];
  if (graph.nodes.some((n) => n.inputs.includes(input) && quantizing.includes(n.op))) return undefined;
  const signed = limits.some(([lo, hi]) => lo < 0 || hi <= 127);
  return signed ? [-128, 127] : [0, 255];
}
