import { elementCount } from '../../src/base/tensor.js';
import { type OperandType, type ProductSum, productSum } from '../../src/program/product-sums.js';
import type { HostOp, HostStep, Operand } from '../../src/program/types.js';
import type { HostCycleParameters } from '../isa/parameters.js';
import { hostOpCycles } from './cost.js';

/** Products in a column at a time cost this much more where there are no four channels to share it: counted in the C. [ours] */
const LEFTOVER = 2.5;
/** A block with one column against one with two. [ours] */
const NARROW_BLOCK = 0.6;

/** Planes whose windows are not 3x3 load every operand of every product. [ours] */
const ANY_WINDOW = 1.5;

/** Planes by themselves: every output's products, every output row, every padded input row. */
function planeCycles(s: ProductSum, p: HostCycleParameters): number {
  const planes = s.batch * s.groups * s.channels;
  const macs = planes * s.output[0] * s.output[1] * s.kernel[0] * s.kernel[1];
  const share = s.kernel[0] === 3 && s.kernel[1] === 3 && Math.max(...s.dilation) === 1 ? 1 : ANY_WINDOW;
  return macs * share * p.planeMac + planes * (s.output[0] + s.input[0] + 2) * p.planeRow;
}

/** Cycles of a product sum in blocks, with the bias and requantization that it takes along. [ours] */
export function productSumCycles(s: ProductSum, p: HostCycleParameters): number {
  if (s.kind === 'rows') return planeCycles(s, p);
  const taps = s.inputs * s.kernel[0] * s.kernel[1];
  const groups = s.batch * s.groups;
  const pixels = s.output[0] * s.output[1];
  const pairs = s.kind === 'dense' ? 0 : groups * Math.floor(pixels / 2);
  const odd = s.kind === 'dense' ? s.batch : groups * (pixels % 2);
  const [fours, left] = [Math.floor(s.channels / 4), s.channels % 4];
  const columnMacs = odd * fours * 4 * taps + LEFTOVER * (2 * pairs + odd) * left * taps;
  const blocks = (pairs + NARROW_BLOCK * odd) * (fours + left);
  const gathered = s.kind === 'dense' ? 0 : groups * pixels;
  return (
    8 * pairs * fours * taps * p.mac +
    columnMacs * p.columnMac +
    blocks * p.block +
    gathered * (p.pixel + taps * p.gather)
  );
}

/** Without the limits that the compiler joins with those right before a cast. */
const unmerged = (ops: readonly HostOp[]): readonly HostOp[] =>
  ops.filter((op, i) => !(op.op === 'clip' && ops[i - 1]?.op === 'cast' && ops[i - 2]?.op === 'clip'));

/**
 * Cycles of a host kernel from call to return: product sums of int8 in blocks, and operator by operator what follows or anything
 * else. Rounded up to whole cycles. `sum`: what `productSum` finds in the step, where that is known.
 */
export function hostKernelCycles(
  step: Pick<HostStep, 'ops' | 'stores'>,
  typeOf: (o: Operand) => OperandType,
  isConstant: (o: Operand) => boolean,
  p: HostCycleParameters,
  sum: ProductSum | null = productSum(step, typeOf, isConstant),
): number {
  const { ops, stores } = step;
  const whole = sum !== null && sum.requantized !== null;
  const rest = sum === null ? ops : whole ? [] : ops.slice(sum.summed + 1);
  const stored = stores.reduce((n, { from }) => n + elementCount(typeOf(from).shape), 0);
  const moved = whole || ops[0]?.op === 'layout_transform' ? 0 : stored * p.move;
  const blocks = sum === null ? 0 : productSumCycles(sum, p);
  return Math.ceil(
    p.call +
      blocks +
      moved +
      unmerged(rest).reduce((n, op) => n + hostOpCycles(op, op.args.map(typeOf), p), 0),
  );
}
