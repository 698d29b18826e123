/*
 * Stage 1, before any node is read: whether a file is the integer network of a quantization library, and the range of its inputs.
 */
import { isFloat } from '../../../base/dtype.js';
import type { Tensor } from '../../../base/tensor.js';
import type { OnnxGraph, OnnxNode } from '../proto.js';

/** The layers whose weights decide. */
export const LINEAR_OPS: readonly string[] = ['Conv', 'Gemm', 'MatMul'];
const ROUNDS = ['Floor', 'Cast', 'Clip'];
/** TensorProto.DataType of the integer types that exporters cast to when they round. */
const INTEGER_TYPES = [2, 3, 5, 6, 7];

/** Whether every element is an integer. */
export const holdsIntegers = (t: Tensor): boolean => t.data.every((v) => Number.isInteger(v));

/** Weights of an integer network lie in 16 bits; the core takes those of 8. */
const [LEAST, MOST] = [-(2 ** 15), 2 ** 15 - 1];

type ConstantOf = (name: string) => Tensor | undefined;

/** Whether a node makes a float computed at run time an integer. */
const rounds = (node: OnnxNode, constantOf: ConstantOf): boolean =>
  node.op === 'Floor' ||
  (node.op === 'Cast' &&
    INTEGER_TYPES.includes(node.attributes.find((a) => a.name === 'to')?.i ?? 0) &&
    constantOf(node.inputs[0] ?? '') === undefined);

/** What keeps a layer from being an integer one: its weights, then its bias. */
function obstacle(node: OnnxNode, constantOf: ConstantOf): string | undefined {
  const given = (index: number) => node.inputs[index] !== undefined && node.inputs[index] !== '';
  const of = (index: number, what: string, fits: (v: number) => boolean, rule: string) => {
    const t = constantOf(node.inputs[index] ?? '');
    const subject = `${what} ${node.inputs[index] ?? ''}`;
    if (t === undefined) return `${subject} is computed at run time; supported: a constant`;
    if (!isFloat(t.dtype) && what === 'weights')
      return `${subject} is ${t.dtype}; supported: floats that hold integers`;
    const at = t.data.findIndex((v) => !fits(v));
    return at < 0 ? undefined : `${subject} is ${t.data[at]!} (element ${at}); supported: ${rule}`;
  };
  const fits = (v: number) => Number.isInteger(v) && v >= LEAST && v <= MOST;
  const weights = of(1, 'weights', fits, `integers in ${LEAST}..${MOST}`);
  return weights ?? (given(2) ? of(2, 'bias', Number.isInteger, 'integers') : undefined);
}

export interface Detected {
  readonly integer: boolean;
  /** A line where a file is no integer network although some of its layers are integer ones: all of it is float32. */
  readonly warning?: string;
}

/**
 * Whether a file is the integer network of a quantization library, whose float tensors hold integers. It is when it
 * - has a Conv, Gemm or MatMul, and the weights of all of them are constants, floating-point by type, and integers of 16 bits, their
 *   biases integers; and
 * - rounds somewhere: a Floor, or a Cast to an integer type.
 */
export function detectIntegers(graph: OnnxGraph, constantOf: ConstantOf): Detected {
  const linear = graph.nodes.filter((n) => LINEAR_OPS.includes(n.op));
  if (linear.length === 0 || !graph.nodes.some((n) => rounds(n, constantOf))) return { integer: false };
  const obstacles = linear.map((n) => obstacle(n, constantOf));
  const first = obstacles.findIndex((o) => o !== undefined);
  if (first < 0) return { integer: true };
  const integerWeights = (n: OnnxNode) => {
    const t = constantOf(n.inputs[1] ?? '');
    return t !== undefined && isFloat(t.dtype) && holdsIntegers(t);
  };
  if (!linear.some(integerWeights)) return { integer: false };
  const node = linear[first]!;
  const name = node.name || node.outputs[0] || '(unnamed)';
  return {
    integer: false,
    warning:
      `node ${name} (${node.op}) is not exact: ${obstacles[first]!}. So the file counts as no integer network: ` +
      'its values are float32 from its inputs on.',
  };
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
