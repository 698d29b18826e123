import type { DType } from '../../../base/dtype.js';
import { UserError } from '../../../base/errors.js';
import { elementCount, showShape, type Tensor } from '../../../base/tensor.js';
import type { NodeContext } from '../context.js';

/** Scales and zero points of a QuantizeLinear, a DequantizeLinear or an operand of a QLinear operator. */
export interface Parameters {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** Type of the zero points, which is that of the quantized tensor; undefined where none are given. */
  readonly dtype: DType | undefined;
}

const isScalar = (t: Tensor): boolean => elementCount(t.shape) === 1 && t.shape.length <= 1;

/** Inputs `at` (scale) and `at + 1` (zero point) of a node. Throws a UserError where they are no constants of one shape. */
export function parametersAt(node: NodeContext, at: number): Parameters {
  const scale = node.constant(at);
  const zero = node.optionalConstant(at + 1);
  if (scale.shape.length > 1)
    throw new UserError(
      `its scales have shape ${showShape(scale.shape)}: quantization in blocks is not supported; supported are one scale and one an axis`,
    );
  if (zero !== undefined && zero.data.length !== scale.data.length)
    throw new UserError(`it has ${scale.data.length} scales and ${zero.data.length} zero points`);
  const bad = scale.data.find((s) => !(Number.isFinite(s) && s > 0));
  if (bad !== undefined) throw new UserError(`a scale is ${bad}; must be a number above 0`);
  return {
    scales: Array.from(scale.data),
    zeroPoints: zero === undefined ? [0] : Array.from(zero.data),
    dtype: zero?.dtype,
  };
}

/** Whether each list holds one number, also a list of one axis that is repeated. */
export const isPerTensor = (p: Parameters): boolean =>
  new Set(p.scales).size === 1 && new Set(p.zeroPoints).size === 1;

/** The axis of scales: attribute `axis`, default 1; nothing to say where there is one scale. */
export function scaleAxis(node: NodeContext, p: Parameters, shape: readonly number[]): number {
  if (p.scales.length === 1) return 1;
  const asked = node.int('axis', 1);
  // A vector has one axis whatever the attribute says.
  const axis = shape.length === 1 ? 0 : node.axis(asked, shape.length);
  if (shape[axis] !== p.scales.length)
    throw new UserError(`it has ${p.scales.length} scales for axis ${axis} of ${showShape(shape)}`);
  return axis;
}

export { isScalar };
