import { tensor } from '../base/tensor.js';
import { call, constant, scalar } from '../ir/build.js';
import type { Call, Constant, Expr, Label } from '../ir/expr.js';
import { factorAt } from './scaling.js';
import { type IntegerTensor, requantize } from './value.js';

/** Extra bits that a mean carries before it is rounded. */
const MEAN_BITS = 4;
/** Fraction bits of a leaky ReLU's slope. */
const SLOPE_BITS = 12;

/** How one operator reads on integers: an expression over the int8 operands. */
export type Rewrite = (operands: readonly Expr[]) => Expr;

const wide = (e: Expr, label: Label): Expr => call('cast', [e], { dtype: 'int32' }, label);

/** The operator itself on int8: it moves values. A padding's zeros stay zeros. */
export const moved =
  (e: Call, label: Label): Rewrite =>
  ([x]) =>
    call(e.op, e.op === 'nn.pad' ? [x!, scalar(0, 'int8')] : [x!], e.attrs, label);

/** The mean of the values times 2^MEAN_BITS, rounded to the output's exponent. */
export function meaned(e: Call, from: number, to: number, label: Label): { build: Rewrite; shift: number } {
  const bits = MEAN_BITS + Math.max(0, from - to);
  const shift = to - from + bits;
  const build: Rewrite = ([x]) => {
    const raised = call('left_shift', [wide(x!, label), scalar(bits)], {}, label);
    const mean = call(e.op, [raised], e.attrs, label);
    return requantize(call('add', [mean, scalar(2 ** (shift - 1))], {}, label), shift, false, label);
  };
  return { build, shift };
}

/** max(x, x * alpha rounded to nearest), with a slope of SLOPE_BITS fraction bits. */
function leaky(x: Expr, alpha: number, label: Label): Expr {
  const slope = Math.round(alpha * 2 ** SLOPE_BITS);
  const product = call('multiply', [wide(x, label), scalar(slope)], {}, label);
  const rounded = call('add', [product, scalar(2 ** (SLOPE_BITS - 1))], {}, label);
  const bent = call('right_shift', [rounded, scalar(SLOPE_BITS)], {}, label);
  return call('cast', [call('maximum', [wide(x, label), bent], {}, label)], { dtype: 'int8' }, label);
}

/** ReLU, clip and leaky ReLU on int8 of the operand's own scale. */
export function bent(e: Call, { exponent, factor }: IntegerTensor, label: Label): Rewrite {
  if (e.op === 'nn.leaky_relu') return ([x]) => leaky(x!, Math.fround(Number(e.attrs.alpha)), label);
  const steps = (real: number) =>
    Math.max(-128, Math.min(127, Math.round(real * factorAt(factor, 0) * 2 ** -exponent)));
  const limits =
    e.op === 'clip'
      ? { a_min: steps(Number(e.attrs.a_min)) + 0, a_max: steps(Number(e.attrs.a_max)) }
      : { a_min: 0, a_max: 127 };
  return ([x]) => call('clip', [x!], limits, label);
}

/** A constant operand of a sum as integers of the other operand's scale. */
export function constantOperand(c: Constant, { exponent, factor }: IntegerTensor): Expr {
  const scale = factorAt(factor, 0) * 2 ** -exponent;
  const values = Array.from(c.value.data, (v) => Math.round(v * scale));
  return constant(tensor(c.value.shape, 'int32', values), c.name);
}

/** a + b, shifted right by `shift`; a ReLU follows as an operator of the host, since the core's sum has none. */
export function summed(
  constantAt: ReadonlyMap<number, Expr>,
  shift: number,
  top: number | undefined,
  label: Label,
): Rewrite {
  return (operands) => {
    const rest = [...operands];
    const args = [0, 1].map((i) => constantAt.get(i) ?? wide(rest.shift()!, label));
    const sum = call('add', args, {}, label);
    const half =
      constantAt.size > 0 && shift > 0 ? call('add', [sum, scalar(2 ** (shift - 1))], {}, label) : sum;
    const signed = requantize(half, shift, false, label);
    return top === undefined ? signed : call('clip', [signed], { a_min: 0, a_max: top }, label);
  };
}
