import { UserError } from '../../../base/errors.js';
import { elementCount } from '../../../base/tensor.js';
import { scalar, tuple, tupleGetItem } from '../../../ir/build.js';
import { floatActivation } from '../activation.js';
import type { OperatorContext, TfliteHandler, TfliteValue } from '../context.js';
import { lookedUp, rescaled } from '../lookup.js';

/** RESHAPE and SQUEEZE: the shape that the file gives the output. */
export const reshape: TfliteHandler = (op) => {
  const { shape } = op.outputTensor();
  if (elementCount(shape) !== op.elements(0))
    throw new UserError(`it makes (${shape.join(', ')}) of ${op.elements(0)} elements`);
  sameQuantization(op, 0);
  return { expr: op.reshape(op.dense(0), shape), planar: false };
};

/** Operators that only move int8 elements must not change what they mean: throws a UserError where scales or types differ. */
export function sameQuantization(op: OperatorContext, i: number): void {
  const [from, to] = [op.inputTensor(i), op.outputs[0]!];
  if (from.dtype !== to.dtype)
    throw new UserError(`it goes from ${from.dtype} to ${to.dtype}; it must not change the type`);
  if (from.dtype === 'int16') op.isInt8();
  if (from.quantization === undefined || to.quantization === undefined || from.dtype === 'float32') return;
  const [a, b] = [op.quantization(from), op.quantization(to)];
  if (a.scale !== b.scale || a.zeroPoint !== b.zeroPoint)
    throw new UserError(`its input ${i} and its output have different scales`);
}

/** PAD and PADV2: with the zero point, or the constant that PADV2 names. */
export const pad: TfliteHandler = (op) => {
  const { shape } = op.inputTensor(0);
  const widths = op.constant(1);
  if (String(widths.shape) !== `${shape.length},2`)
    throw new UserError('its paddings must be a pair an axis');
  const pairs = shape.map((_, i) => [widths.data[2 * i]!, widths.data[2 * i + 1]!]);
  sameQuantization(op, 0);
  const { dtype } = op.inputTensor(0);
  const value = op.hasInput(2)
    ? op.constant(2).data[0]!
    : dtype === 'int8'
      ? op.quantization(op.inputTensor(0)).zeroPoint
      : 0;
  const x = op.either(0);
  const pad_width = x.planar ? [pairs[0]!, pairs[3]!, pairs[1]!, pairs[2]!] : pairs;
  return { expr: op.call('nn.pad', [x.expr, scalar(value, dtype)], { pad_width }), planar: x.planar };
};

/** An int8 operand of a concatenation at the output's scale. */
function atOutputScale(op: OperatorContext, i: number): TfliteValue {
  const part = op.either(i);
  if (op.inputTensor(i).dtype !== 'int8') return part;
  const [from, to] = [op.inputTensor(i), op.outputTensor()];
  const [a, b] = [op.quantization(from), op.quantization(to)];
  if (a.scale === b.scale && a.zeroPoint === b.zeroPoint) return part;
  return { ...part, expr: lookedUp(op, part.expr, from, to, rescaled(a, b)) };
}

/** CONCATENATION; int8 operands of another scale than the output's are rescaled first, as QUANTIZE does it. */
export const concatenation: TfliteHandler = (op) => {
  const { shape } = op.inputTensor(0);
  const axis = axisOf(op.options?.int32(0) ?? 0, shape.length);
  const int8 = op.isInt8();
  const parts = Array.from({ length: op.inputCount }, (_, i) => atOutputScale(op, i));
  const planar = parts.every((p) => p.planar);
  if (!planar && parts.some((p) => p.planar)) throw new UserError('its operands differ in rank');
  const expr = op.call('concatenate', [tuple(parts.map((p) => p.expr))], {
    axis: planar ? PLANAR[axis]! : axis,
  });
  const code = op.options?.int8(1) ?? 0;
  if (code !== 0 && int8) throw new UserError('it has a fused activation');
  return { expr: floatActivation(op, expr, code), planar };
};

/** Where an axis of NHWC lies in NCHW. */
const PLANAR = [0, 2, 3, 1];

function axisOf(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (found < 0 || found >= rank) throw new UserError(`there is no axis ${axis} of ${rank}`);
  return found;
}

/** TRANSPOSE by a constant permutation. */
export const transpose: TfliteHandler = (op) => {
  sameQuantization(op, 0);
  const axes = [...op.constant(1).data];
  return { expr: op.call('transpose', [op.dense(0)], { axes }), planar: false };
};

/** SPLIT: the axis, then the data, in equal parts. */
export const split: TfliteHandler = (op) => {
  const axis = axisOf(op.constant(0).data[0]!, op.inputTensor(1).shape.length);
  return parts(op, 1, axis, op.operator.outputs.length);
};

/** SPLIT_V: the data, the sizes of the parts, the axis. */
export const splitV: TfliteHandler = (op) => {
  const extent = op.inputTensor(0).shape;
  const axis = axisOf(op.constant(2).data[0]!, extent.length);
  const sizes = [...op.constant(1).data];
  const known = sizes.reduce((n, s) => n + Math.max(0, s), 0);
  const starts: number[] = [];
  let at = 0;
  for (const s of sizes) {
    starts.push(at);
    at += s < 0 ? extent[axis]! - known : s;
  }
  return parts(op, 0, axis, starts.slice(1));
};

function parts(op: OperatorContext, i: number, axis: number, how: number | number[]): TfliteValue[] {
  sameQuantization(op, i);
  const x = op.either(i);
  const at = x.planar ? PLANAR[axis]! : axis;
  if (op.operator.outputs.length === 1) return [x];
  const all = op.call('split', [x.expr], { indices_or_sections: how, axis: at });
  return op.operator.outputs.map((_, k) => ({ expr: tupleGetItem(all, k, op.label), planar: x.planar }));
}

/** SLICE: begin and size; a size of -1 takes all that is left. */
export const slice: TfliteHandler = (op) => {
  sameQuantization(op, 0);
  const { shape } = op.inputTensor(0);
  const [begin, size] = [[...op.constant(1).data], [...op.constant(2).data]];
  if (begin.length !== shape.length || size.length !== shape.length)
    throw new UserError(`it has ${begin.length} begins and ${size.length} sizes for ${shape.length} axes`);
  const end = begin.map((b, i) => (size[i] === -1 ? shape[i]! : b + size[i]!));
  const expr = op.call('strided_slice', [op.dense(0)], { begin, end, strides: [1] });
  return { expr, planar: false };
};

/** STRIDED_SLICE with constant begin, end and strides, and its masks; no ellipsis and no new axis. */
export const stridedSlice: TfliteHandler = (op) => {
  sameQuantization(op, 0);
  const { shape } = op.inputTensor(0);
  const mask = (field: number) => op.options?.int32(field) ?? 0;
  if (mask(2) !== 0 || mask(3) !== 0) throw new UserError('it has an ellipsis or a new axis');
  const given = [1, 2, 3].map((i) => [...op.constant(i).data]) as [number[], number[], number[]];
  const has = (field: number, axis: number) => ((mask(field) >> axis) & 1) === 1;
  const begin: number[] = [];
  const end: number[] = [];
  const strides: number[] = [];
  shape.forEach((extent, axis) => {
    const [b, e, s] = given.map((list) => list[axis]) as [number?, number?, number?];
    const step = s ?? 1;
    if (step < 0) throw new UserError(`its stride of axis ${axis} is ${step}; must be positive`);
    const from = b === undefined || has(0, axis) ? 0 : b;
    const whole = e === undefined || has(1, axis);
    begin.push(from);
    end.push(has(4, axis) ? (from < 0 ? from + extent : from) + 1 : whole ? extent : e);
    strides.push(has(4, axis) ? 1 : step);
  });
  const expr = op.call('strided_slice', [op.dense(0)], { begin, end, strides });
  return { expr: op.reshape(expr, op.outputTensor().shape), planar: false };
};
