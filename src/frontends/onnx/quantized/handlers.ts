import { UserError } from '../../../base/errors.js';
import { scalar, tuple } from '../../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../../ir/expr.js';
import type { Handler, NodeContext } from '../context.js';
import { foldNode } from '../fold.js';
import type { IntegerHandler } from '../integer/handler.js';
import { valueLines } from '../integer/lines.js';
import { materialised, plain, type Value } from '../integer/value.js';
import { CONV_ATTRIBUTES } from '../ops/conv.js';
import { GEMM_ATTRIBUTES } from '../ops/linear.js';
import { oneOutput, POOL_OPS, REDUCE_ATTRIBUTES, reduceAxes } from '../ops/pool.js';
import { movingOps, padOf, permutation } from '../ops/shape.js';
import { constantTensor } from './constants.js';
import { DYNAMIC_OPS } from './dynamic.js';
import { quantizedConv, quantizedLinear } from './layers.js';
import { isPerTensor, parametersAt, scaleAxis } from './parameters.js';
import { isSame, isSum, quantizeFloats, requantize, type Target } from './quantize.js';
import { isPlainlyScaled, type QuantizedValue, quantizedValue } from './value.js';

/**
 * Operators on quantized values that stay on integers; every other one takes floats. Undefined from `run`: this node does, too.
 */
type Run = (node: NodeContext, values: readonly (Value | undefined)[]) => Value | undefined;
const one = (attributes: readonly string[], run: Run): IntegerHandler => ({
  attributes,
  run: (node, values) => {
    const out = run(node, values);
    return out === undefined ? undefined : [out];
  },
});

const dequantize: Run = (node, values) => {
  const x = values[0];
  if (node.int('block_size', 0) !== 0) throw new UserError('block_size is not 0; only 0 is supported');
  const p = parametersAt(node, 1);
  if (x?.kind !== 'plain') throw new UserError('its input is no integer tensor');
  const { shape, dtype } = tensorTypeOf(x.expr);
  if (!['int8', 'uint8', 'int16', 'int32'].includes(dtype))
    throw new UserError(`its input is ${dtype}; supported are int8, uint8, int16 and int32`);
  const axis = scaleAxis(node, p, shape);
  const scales = isPerTensor(p) ? [p.scales[0]!] : p.scales;
  const zeroPoint = p.zeroPoints[0]!;
  if (new Set(p.zeroPoints).size === 1)
    return quantizedValue(x.expr, scales, node.label, { axis, zeroPoint });
  const centred = constantTensor(x.expr, p.zeroPoints, axis);
  if (centred === undefined)
    throw new UserError('its zero points differ along an axis; supported for constants only');
  return quantizedValue(centred, scales, node.label, { axis });
};

const quantize: Run = (node, values) => {
  const p = parametersAt(node, 1);
  const dtype = p.dtype ?? outputType(node);
  const x = values[0];
  if (x === undefined) throw new UserError('input 0 is missing');
  const target: Target = { ...p, dtype, axis: 1 };
  if (x.kind === 'quantized') {
    if (isSame(x, target)) return plain(x.base);
    if (isSum(x) && p.scales.length === 1 && p.zeroPoints.length === 1)
      return plain(requantize(x, target, node.label));
  }
  const floats = materialised(x);
  if (tensorTypeOf(floats).dtype !== 'float32')
    throw new UserError(`its input is ${tensorTypeOf(floats).dtype}; supported are floats`);
  const axis = scaleAxis(node, p, tensorTypeOf(floats).shape);
  return plain(quantizeFloats(floats, { ...target, axis }, node.label));
};

/** Without a zero point: attribute output_dtype (opset 21), else uint8. */
function outputType(node: NodeContext) {
  const type = node.int('output_dtype', 2);
  if (type === 2 || type === 0) return 'uint8';
  if (type === 3) return 'int8';
  throw new UserError(`output_dtype is ${type}; supported are 2 (uint8) and 3 (int8)`);
}

/** Moves the elements of one value as the plain operator does. A constant stays one. */
const moving = (handler: Handler): IntegerHandler => ({
  attributes: handler.attributes,
  run: (node, values) => {
    const v = values[0];
    if (v?.kind !== 'quantized' || v.divisor !== 1) return undefined;
    const axis = node.node.op === 'Transpose' ? permuted(node, v) : v.axis;
    if (v.scales.length > 1 && node.node.op !== 'Transpose' && node.node.op !== 'Identity') return undefined;
    const inner = node.withInputs([v.base, ...node.inputs.slice(1)]);
    const folded = v.base.kind === 'constant' ? foldNode(inner) : undefined;
    const made: readonly Expr[] =
      folded === undefined
        ? handler.run(inner)
        : [{ ...v.base, value: folded, type: typeOf(folded) } as Expr];
    return made.map((base) => ({ ...v, base, axis }));
  },
});

const typeOf = (t: { shape: readonly number[]; dtype: string }) => ({ kind: 'tensor', ...t });

/** Where a Transpose puts the axis of the scales. */
const permuted = (node: NodeContext, v: QuantizedValue): number =>
  permutation(node.withInputs([v.base])).indexOf(v.axis);

/** The largest of integers is the largest of floats: scales are positive. */
const maxPool: Run = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'quantized' || !isPlainlyScaled(v)) return undefined;
  oneOutput(node);
  return { ...v, base: POOL_OPS.MaxPool!.run(node.withInputs([v.base]))[0]!, label: node.label };
};

/** max(x, 0) of integers: the zero point stands for 0. */
const relu: Run = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'quantized') return undefined;
  const zero = scalar(v.zeroPoint, tensorTypeOf(v.base).dtype);
  const base = v.zeroPoint === 0 ? node.call('nn.relu', [v.base]) : node.call('maximum', [v.base, zero]);
  return { ...v, base };
};

/** A mean over `axis`: an int32 sum less the zero points, with the count as divisor. */
function mean(node: NodeContext, v: QuantizedValue, axis: readonly number[], keepdims: boolean) {
  const { shape } = tensorTypeOf(v.base);
  const count = axis.reduce((n, a) => n * shape[a]!, 1);
  const wide = node.call('cast', [v.base], { dtype: 'int32' });
  const sum = node.call('sum', [wide], { axis: [...axis], keepdims });
  const offset = scalar(v.zeroPoint * count);
  const base = v.zeroPoint === 0 ? sum : node.call('subtract', [sum, offset]);
  return quantizedValue(base, v.scales, node.label, { divisor: count });
}

const globalAverage: Run = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'quantized' || !isPlainlyScaled(v)) return undefined;
  const axes = tensorTypeOf(v.base).shape.map((_, i) => i);
  return mean(node, v, axes.slice(2), true);
};

const reduceMean: Run = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'quantized' || !isPlainlyScaled(v)) return undefined;
  const axes = reduceAxes(node.withInputs([v.base, ...node.inputs.slice(1)]));
  return mean(node, v, axes, node.int('keepdims', 1) === 1);
};

/** A product of two quantized tensors of 8 bits: an int32 product of their distances from their zero points. */
const multiply: Run = (node, values) => {
  const [a, b] = values;
  if (a?.kind !== 'quantized' || b?.kind !== 'quantized') return undefined;
  const both = [a, b];
  if (both.some((v) => !isPlainlyScaled(v) || !isByte(v.base))) return undefined;
  const [x, y] = both.map((v) => {
    const wide = node.call('cast', [v.base], { dtype: 'int32' });
    return v.zeroPoint === 0 ? wide : node.call('subtract', [wide, scalar(v.zeroPoint)]);
  }) as [Expr, Expr];
  const scale = Math.fround(a.scales[0]! * b.scales[0]!);
  return quantizedValue(node.call('multiply', [x, y]), [scale], node.label);
};

const isByte = (e: Expr): boolean => ['int8', 'uint8'].includes(tensorTypeOf(e).dtype);

/** Padding with 0 is padding with the zero point. */
const pad: Run = (node, values) => {
  const v = values[0];
  if (v?.kind !== 'quantized' || !isPlainlyScaled(v)) return undefined;
  const { pad_width, value } = padOf(node.withInputs([v.base, ...node.inputs.slice(1)]));
  if (value !== 0) return undefined;
  const zero = scalar(v.zeroPoint, tensorTypeOf(v.base).dtype);
  return { ...v, base: node.call('nn.pad', [v.base, zero], { pad_width }) };
};

/** Tensors of one scale, zero point and type are joined as integers. */
const concat: Run = (node, values) => {
  const [first, ...rest] = values;
  if (first?.kind !== 'quantized' || !isPlainlyScaled(first) || first.base.kind === 'constant')
    return undefined;
  const { dtype, shape } = tensorTypeOf(first.base);
  const target: Target = { scales: first.scales, zeroPoints: [first.zeroPoint], axis: 1, dtype };
  if (!rest.every((v) => v?.kind === 'quantized' && isSame(v, target))) return undefined;
  const fields = [first, ...(rest as QuantizedValue[])].map((v) => v.base);
  const base = node.call('concatenate', [tuple(fields)], {
    axis: node.axis(node.int('axis', 1), shape.length),
  });
  return { ...first, base, label: node.label };
};

const moved = movingOps(moving);

/** Operators that make or end quantized values: used whatever their operands are. */
export const QUANTIZING_OPS: Readonly<Record<string, IntegerHandler>> = {
  DequantizeLinear: one(['axis', 'block_size', 'output_dtype'], dequantize),
  QuantizeLinear: one(['axis', 'block_size', 'output_dtype', 'saturate', 'precision'], quantize),
  ...DYNAMIC_OPS,
};

/** Operators on quantized values. */
export const QUANTIZED_OPS: Readonly<Record<string, IntegerHandler>> = {
  ...moved,
  Conv: valueLines(one(CONV_ATTRIBUTES, quantizedConv)),
  Gemm: one(GEMM_ATTRIBUTES, quantizedLinear),
  MatMul: one([], quantizedLinear),
  Mul: one([], multiply),
  Relu: one([], relu),
  MaxPool: one(POOL_OPS.MaxPool!.attributes, maxPool),
  GlobalAveragePool: one([], globalAverage),
  ReduceMean: one(REDUCE_ATTRIBUTES, reduceMean),
  Pad: one(['mode', 'pads', 'value'], pad),
  Concat: one(['axis'], concat),
};
