import { UserError } from '../../base/errors.js';
import type { Expr } from '../../ir/expr.js';
import type { OperatorContext, ScaleAndZero } from './context.js';

/** ActivationFunctionType: real limits. */
const ACTIVATIONS: Readonly<Record<number, { name: string; lo: number; hi: number }>> = {
  0: { name: 'NONE', lo: -Infinity, hi: Infinity },
  1: { name: 'RELU', lo: 0, hi: Infinity },
  2: { name: 'RELU_N1_TO_1', lo: -1, hi: 1 },
  3: { name: 'RELU6', lo: 0, hi: 6 },
};

function limitsOf(code: number) {
  const a = ACTIVATIONS[code];
  if (a === undefined)
    throw new UserError(
      `fused activation ${code} is not supported; supported are ${Object.values(ACTIVATIONS)
        .map((x) => x.name)
        .join(', ')}`,
    );
  return a;
}

/** A fused activation on float32: nn.relu, or clip. */
export function floatActivation(op: OperatorContext, e: Expr, code: number): Expr {
  const { lo, hi } = limitsOf(code);
  if (lo === -Infinity) return e;
  return hi === Infinity ? op.call('nn.relu', [e]) : op.call('clip', [e], { a_min: lo, a_max: hi });
}

/**
 * A fused activation on int8: a clip at the quantized limits (CalculateActivationRangeQuantized: zero point + limit / scale,
 * divided in float32 and rounded half away from zero).
 */
export function int8Activation(op: OperatorContext, e: Expr, code: number, q: ScaleAndZero): Expr {
  const { lo, hi } = limitsOf(code);
  const quantized = (real: number) => {
    const steps = Math.fround(real / Math.fround(q.scale));
    return q.zeroPoint + Math.sign(steps) * Math.round(Math.abs(steps));
  };
  const a_min = lo === -Infinity ? -128 : Math.max(-128, quantized(lo));
  const a_max = hi === Infinity ? 127 : Math.min(127, quantized(hi));
  return a_min === -128 && a_max === 127 ? e : op.call('clip', [e], { a_min, a_max: Math.max(a_min, a_max) });
}
