import type { AttrValue } from '../base/attr-value.js';
import { integerRange, isDType } from '../base/dtype.js';
import { UserError } from '../base/errors.js';
import { type Tensor, tensor } from '../base/tensor.js';
import { call, constant, scalar, tuple } from '../ir/build.js';
import { type Expr, type Label, tensorTypeOf } from '../ir/expr.js';

/**
 * Operators of TVM's text that are read as what TVM's own passes make of them (qnn.transform.CanonicalizeOps, SimplifyInference), so that
 * every stage behind holds Relay's basic operators alone. Source of each: src/relay/qnn/op and transforms/simplify_inference.cc of TVM.
 */
type Lowering = (args: readonly Expr[], attrs: Readonly<Record<string, AttrValue>>, label: Label) => Expr;

/** An argument that must be a constant: a scale or zero point. */
function constantOf(op: string, what: string, e: Expr | undefined): Tensor {
  if (e?.kind !== 'constant')
    throw new UserError(
      `${op}: ${what} is ${e === undefined ? 'missing' : 'no constant in the text'}; must be a number, or a constant of the metadata section.`,
    );
  return e.value;
}

function zeroPointOf(op: string, what: string, e: Expr | undefined): number {
  const { data } = constantOf(op, what, e);
  if (data.some((v) => v !== data[0]))
    throw new UserError(`${op}: ${what} differs between channels; must be one.`);
  return data[0]!;
}

const wide = (e: Expr, label: Label): Expr =>
  tensorTypeOf(e).dtype === 'int32' ? e : call('cast', [e], { dtype: 'int32' }, label);
const minus = (e: Expr, zero: number, label: Label): Expr =>
  zero === 0 ? e : call('subtract', [e, scalar(zero)], {}, label);

/** Integers limited to a narrower dtype. */
function saturated(e: Expr, dtype: AttrValue, label: Label): Expr {
  if (dtype === 'int32') return e;
  if (!isDType(dtype) || dtype === 'float32')
    throw new UserError(`qnn: out_dtype ${String(dtype)} is not supported.`);
  const [a_min, a_max] = integerRange(dtype);
  return call('cast', [call('clip', [e], { a_min, a_max }, label)], { dtype }, label);
}

/** A multiplier as TVM holds it: 31 significant bits and a power of two (GetFixedPointMultiplierShift). */
function fixedPoint(real: number): { multiplier: number; shift: number } {
  if (real === 0) return { multiplier: 0, shift: 0 };
  let exponent = Math.floor(Math.log2(real)) + 1;
  if (real / 2 ** exponent >= 1) exponent++;
  if (real / 2 ** exponent < 0.5) exponent--;
  const rounded = Math.round((real / 2 ** exponent) * 2 ** 31);
  return rounded === 2 ** 31
    ? { multiplier: 2 ** 30, shift: exponent + 1 }
    : { multiplier: rounded, shift: exponent };
}

/** int32 at scale a with zero point za as int32 at scale b with zero point zb, limited to `dtype`. */
function requantized(
  e: Expr,
  scales: readonly [Tensor, Tensor],
  zeros: readonly [number, number],
  options: { readonly axis: number; readonly rounding: AttrValue; readonly dtype: AttrValue },
  label: Label,
): Expr {
  const [from, to] = scales;
  if (to.data.length !== 1) throw new UserError('qnn.requantize: output_scale must be one number.');
  const centred = minus(wide(e, label), zeros[0], label);
  const parts = Array.from(from.data, (s) => fixedPoint(s / to.data[0]!));
  const equal = from.data.every((s) => s === to.data[0]);
  const rank = tensorTypeOf(e).shape.length;
  const axis = parts.length === 1 ? 0 : (options.axis + rank) % rank;
  const vector = (values: number[]) =>
    values.length === 1 ? scalar(values[0]!) : constant(tensor([values.length], 'int32', values));
  const rounding = options.rounding === 'TONEAREST' ? 'tonearest' : 'upward';
  const scaled = equal
    ? centred
    : call(
        'tflite.requantize',
        [centred, vector(parts.map((p) => p.multiplier)), vector(parts.map((p) => p.shift))],
        { axis, zero_point: 0, out_dtype: 'int32', rounding },
        label,
      );
  const moved = zeros[1] === 0 ? scaled : call('add', [scaled, scalar(zeros[1])], {}, label);
  return saturated(moved, options.dtype, label);
}

const requantize: Lowering = ([data, inScale, inZero, outScale, outZero], attrs, label) =>
  requantized(
    data!,
    [
      constantOf('qnn.requantize', 'input_scale', inScale),
      constantOf('qnn.requantize', 'output_scale', outScale),
    ],
    [
      zeroPointOf('qnn.requantize', 'input_zero_point', inZero),
      zeroPointOf('qnn.requantize', 'output_zero_point', outZero),
    ],
    {
      axis: Number(attrs.axis ?? -1),
      rounding: attrs.rounding ?? 'UPWARD',
      dtype: attrs.out_dtype ?? 'int8',
    },
    label,
  );

const dense: Lowering = ([data, weight, inZero, weightZero], attrs, label) => {
  const zeros = [
    zeroPointOf('qnn.dense', 'input_zero_point', inZero),
    zeroPointOf('qnn.dense', 'kernel_zero_point', weightZero),
  ] as const;
  const { units = null, out_dtype = 'int32' } = attrs;
  if (zeros[0] === 0 && zeros[1] === 0)
    return call('nn.dense', [data!, weight!], { units, out_dtype }, label);
  const centred = [data!, weight!].map((e, i) => minus(wide(e, label), zeros[i]!, label));
  return call('nn.dense', centred, { units, out_dtype: 'int32' }, label);
};

/** qnn.conv2d with zero points: the centred operands, whose padding is 0. Without them it stays as it is. */
const conv2d: Lowering = (args, attrs, label) => {
  const zero = (e: Expr | undefined) => (e?.kind === 'constant' ? (e.value.data[0] ?? 0) : 0);
  const zeros = [zero(args[2]), zero(args[3])];
  if (zeros[0] === 0 && zeros[1] === 0) return call('qnn.conv2d', args, attrs, label);
  zeroPointOf('qnn.conv2d', 'input_zero_point', args[2]);
  zeroPointOf('qnn.conv2d', 'kernel_zero_point', args[3]);
  const centred = args.slice(0, 2).map((e, i) => minus(wide(e, label), zeros[i]!, label));
  return call('nn.conv2d', centred, { ...attrs, out_dtype: 'int32' }, label);
};

/** Both operands at the output's scale in int32, their sum without the second zero point. */
const add: Lowering = (args, _, label) => {
  const [lhs, rhs] = args as [Expr, Expr];
  const { dtype } = tensorTypeOf(lhs);
  const output = constantOf('qnn.add', 'output_scale', args[6]);
  const zero = zeroPointOf('qnn.add', 'output_zero_point', args[7]);
  const operands = [lhs, rhs].map((e, i) => {
    const scale = constantOf('qnn.add', i === 0 ? 'lhs_scale' : 'rhs_scale', args[2 + 2 * i]);
    const own = zeroPointOf('qnn.add', i === 0 ? 'lhs_zero_point' : 'rhs_zero_point', args[3 + 2 * i]);
    if (own === zero && scale.data.every((s) => s === output.data[0])) return wide(e, label);
    return requantized(
      e,
      [scale, output],
      [own, zero],
      { axis: -1, rounding: 'UPWARD', dtype: 'int32' },
      label,
    );
  });
  return saturated(minus(call('add', operands, {}, label), zero, label), dtype, label);
};

/** A constant of one value, or of one for each index of `axis`, shaped to broadcast. */
function alongAxis(t: Tensor, axis: AttrValue | undefined, rank: number): Expr {
  if (t.data.length === 1) return scalar(t.data[0]!, t.dtype);
  const at = (Number(axis ?? -1) + rank) % rank;
  return constant({ ...t, shape: [t.data.length, ...new Array<number>(rank - 1 - at).fill(1)] });
}

const quantize: Lowering = ([data, scale, zero], attrs, label) => {
  const rank = tensorTypeOf(data!).shape.length;
  const step = alongAxis(constantOf('qnn.quantize', 'output_scale', scale), attrs.axis, rank);
  const rounded = call('round', [call('divide', [data!, step], {}, label)], {}, label);
  const integer = call('cast', [rounded], { dtype: 'int32' }, label);
  const point = zeroPointOf('qnn.quantize', 'output_zero_point', zero);
  const moved = point === 0 ? integer : call('add', [integer, scalar(point)], {}, label);
  return saturated(moved, attrs.out_dtype ?? 'int8', label);
};

const dequantize: Lowering = ([data, scale, zero], attrs, label) => {
  const rank = tensorTypeOf(data!).shape.length;
  const point = zeroPointOf('qnn.dequantize', 'input_zero_point', zero);
  const centred = call('cast', [minus(wide(data!, label), point, label)], { dtype: 'float32' }, label);
  const step = alongAxis(constantOf('qnn.dequantize', 'input_scale', scale), attrs.axis, rank);
  return call('multiply', [centred, step], {}, label);
};

/** Its first result in use; the moving mean and variance stay as they are. */
const batchNorm: Lowering = ([data, gamma, beta, mean, variance], attrs, label) => {
  const op = (name: string, ...args: Expr[]) => call(name, args, {}, label);
  const rank = tensorTypeOf(data!).shape.length;
  const axis = (Number(attrs.axis ?? 1) + rank) % rank;
  const deviation = op('sqrt', op('add', variance!, scalar(Number(attrs.epsilon ?? 1e-5), 'float32')));
  const inverse = op('divide', scalar(1, 'float32'), deviation);
  const scale = attrs.scale === false ? inverse : op('multiply', inverse, gamma!);
  const product = op('multiply', op('negative', mean!), scale);
  const shift = attrs.center === false ? product : op('add', product, beta!);
  const spread = (e: Expr) =>
    axis === rank - 1 ? e : call('expand_dims', [e], { axis: 1, num_newaxis: rank - 1 - axis }, label);
  return tuple([op('add', op('multiply', data!, spread(scale)), spread(shift)), mean!, variance!]);
};

interface Dialect {
  readonly args: number;
  readonly attrs: readonly string[];
  readonly lower: Lowering;
}

const DIALECT: Readonly<Record<string, Dialect>> = {
  'qnn.requantize': { args: 5, attrs: ['axis', 'rounding', 'compute_dtype', 'out_dtype'], lower: requantize },
  'qnn.dense': { args: 6, attrs: ['units', 'out_dtype'], lower: dense },
  'qnn.add': { args: 8, attrs: ['lhs_axis', 'rhs_axis'], lower: add },
  'qnn.quantize': { args: 3, attrs: ['out_dtype', 'axis'], lower: quantize },
  'qnn.dequantize': { args: 3, attrs: ['axis', 'out_dtype'], lower: dequantize },
  'nn.batch_norm': { args: 5, attrs: ['axis', 'epsilon', 'center', 'scale'], lower: batchNorm },
};

/** Attributes of TVM's schedulers, which mean nothing here. */
export const SCHEDULER_ATTRS: ReadonlySet<string> = new Set([
  'auto_scheduler_rewritten_layout',
  'meta_schedule_original_shape',
]);

/** Whether `name` is an operator that is read as others. */
export const isDialect = (name: string): boolean => Object.hasOwn(DIALECT, name);

/** The operators that are read as others. */
export const dialectOperators = (): string[] => Object.keys(DIALECT);

/**
 * What a call of such an operator, or of `qnn.conv2d` with zero points, means in basic operators. Throws a UserError for a wrong number of
 * arguments, an unknown attribute, or a scale that is no constant.
 */
export function lowerDialect(
  name: string,
  args: readonly Expr[],
  attrs: Readonly<Record<string, AttrValue>>,
  label: Label,
): Expr {
  if (name === 'qnn.conv2d') return conv2d(args, attrs, label);
  const { lower, ...known } = DIALECT[name]!;
  if (args.length !== known.args)
    throw new UserError(`${name} takes ${known.args} arguments, not ${args.length}.`);
  for (const a of Object.keys(attrs))
    if (!known.attrs.includes(a))
      throw new UserError(`${name} has no attribute ${a}; it takes ${known.attrs.join(', ')}.`);
  return lower(args, attrs, label);
}
