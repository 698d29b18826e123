import { elementCount } from '../../src/base/tensor.js';
import {
  bandRows,
  inputRows,
  type OperandType,
  type ProductSum,
  productSum,
  readInPlace,
  smallWindows,
} from '../../src/program/product-sums.js';
import type { HostOp, HostStep, Operand } from '../../src/program/types.js';
import type { HostCycleParameters } from '../isa/parameters.js';
import { hostOpCycles } from './cost.js';

/** Products in a column at a time cost this much more where there are no four channels to share it: counted in the C. [ours] */
const LEFTOVER = 2.5;
/** A block with one column against one with two. [ours] */
const NARROW_BLOCK = 0.6;
/** A block whose windows are read in padded rows against one whose windows are gathered. [ours] */
const DIRECT_BLOCK = 0.65;

/** Planes whose windows are not 3x3 load every operand of every product. [ours] */
const ANY_WINDOW = 1.8;
/** Windows of stride 2 share fewer rows. [ours] */
const STRIDE_TWO = 1.12;
/** Columns of windows down a plane that a plane's start costs. [ours] */
const PLANE_COLUMNS = 1.5;

/** Planes by themselves: every output's products; every column of windows, or output row and padded input row. */
function planeCycles(s: ProductSum, p: HostCycleParameters): number {
  const planes = s.batch * s.groups * s.channels;
  const macs = planes * s.output[0] * s.output[1] * s.kernel[0] * s.kernel[1];
  const share = !smallWindows(s) ? ANY_WINDOW : s.stride[0] === 1 ? 1 : STRIDE_TWO;
  const lines = readInPlace(s) ? s.output[1] + PLANE_COLUMNS : s.output[0] + s.input[0] + 2;
  return macs * share * p.planeMac + planes * lines * p.planeRow;
}

/** Windows of few channels, read in padded rows: blocks of four channels and two columns, and the rows. */
function directCycles(s: ProductSum, p: HostCycleParameters): number {
  const groups = s.batch * s.groups;
  const blocks = groups * s.output[0] * Math.ceil(s.output[1] / 2) * Math.ceil(s.channels / 4);
  const taps = s.inputs * s.kernel[0] * s.kernel[1];
  const band = bandRows(s);
  const rows = Math.ceil(s.output[0] / band) * inputRows(s, band);
  return 8 * blocks * taps * p.mac + DIRECT_BLOCK * blocks * p.block + groups * s.inputs * rows * p.planeRow;
}

/** Cycles of a product sum in blocks, with the bias and requantization that it takes along. [ours] */
export function productSumCycles(s: ProductSum, p: HostCycleParameters): number {
  if (s.kind === 'rows') return planeCycles(s, p);
  if (s.kind === 'direct') return directCycles(s, p);
  const taps = s.inputs * s.kernel[0] * s.kernel[1];
  const groups = s.batch * s.groups;
  const pixels = s.output[0] * s.output[1];
  const pairs = s.kind === 'dense' ? 0 : groups * Math.floor(pixels / 2);
  const odd = s.kind === 'dense' ? s.batch : groups * (pixels % 2);
  // Channels more than fours make a block with some of those before.
  const [fours, left] = s.channels < 4 ? [0, s.channels] : [Math.ceil(s.channels / 4), 0];
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
