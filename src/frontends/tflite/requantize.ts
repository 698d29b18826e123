import { UserError } from '../../base/errors.js';
import { tensor } from '../../base/tensor.js';
import { constant, scalar } from '../../ir/build.js';
import { type Expr, tensorTypeOf } from '../../ir/expr.js';
import type { OperatorContext, ScaleAndZero } from './context.js';
import { quantizeMultiplier } from './multiplier.js';
import type { TfliteTensor } from './schema.js';

/** `tflite.requantize` of an int32 sum by one real multiplier a channel (one in all: a scalar). */
export function requantized(
  op: OperatorContext,
  sum: Expr,
  multipliers: readonly number[],
  zeroPoint: number,
  out_dtype: 'int8' | 'int32' = 'int8',
): Expr {
  const parts = multipliers.map(quantizeMultiplier);
  for (const { shift } of parts)
    if (shift > 30) throw new UserError(`its scales ask for a multiplier of 2^${shift}; must be below 2^30`);
  const vector = (what: string, values: number[]) =>
    values.length === 1
      ? scalar(values[0]!)
      : constant(tensor([values.length], 'int32', values), op.parameter(what));
  const args = [
    sum,
    vector(
      'multiplier',
      parts.map((p) => p.multiplier),
    ),
    vector(
      'shift',
      parts.map((p) => p.shift),
    ),
  ];
  // One multiplier in all runs along no axis; a vector or scalar has no axis 1.
  const axis = tensorTypeOf(sum).shape.length < 2 ? 0 : 1;
  return op.call('tflite.requantize', args, { axis, zero_point: zeroPoint, out_dtype });
}

/** The scales of weights, one an output channel or one in all. Throws unless their zero points are 0. */
export function weightScales(weights: TfliteTensor, channels: number, axis: number): readonly number[] {
  const q = weights.quantization;
  if (weights.dtype !== 'int8' || q === undefined)
    throw new UserError(`weights ${weights.name} are ${weights.dtype}; must be int8 with scales`);
  if (q.zeroPoints.some((z) => z !== 0))
    throw new UserError(`weights ${weights.name} have a zero point other than 0`);
  const perChannel = q.scales.length > 1;
  if (perChannel && (q.scales.length !== channels || q.axis !== axis))
    throw new UserError(
      `weights ${weights.name} have ${q.scales.length} scales along axis ${q.axis}; must be ${channels} along axis ${axis}`,
    );
  return q.scales;
}

/**
 * The bias with the input's zero point folded in: sum((x - z) * w) = sum(x * w) - z * sum(w). Wraps to int32 as the sum
 * itself does. `weights`: one output channel after another.
 */
export function foldedBias(
  op: OperatorContext,
  weights: ArrayLike<number>,
  channels: number,
  input: ScaleAndZero,
  biasAt: number,
): Expr {
  const bias = op.hasInput(biasAt) ? op.constant(biasAt) : undefined;
  if (bias !== undefined && (bias.dtype !== 'int32' || bias.data.length !== channels))
    throw new UserError(
      `its bias is ${bias.dtype} with ${bias.data.length} values; must be int32 with ${channels}`,
    );
  const perChannel = weights.length / channels;
  const out = new Int32Array(channels);
  for (let k = 0; k < channels; k++) {
    let sum = 0;
    for (let i = k * perChannel; i < (k + 1) * perChannel; i++) sum += weights[i]!;
    out[k] = (bias?.data[k] ?? 0) - input.zeroPoint * sum;
  }
  return constant(tensor([channels], 'int32', out), op.parameter('bias'));
}
