import { type DType, integerRange, isFloat, type TypedArray } from '../../src/base/dtype.js';
import { UserError } from '../../src/base/errors.js';
import { elementCount, type Shape, showShape, strides, type Tensor } from '../../src/base/tensor.js';
import type { HostOp } from '../../src/program/types.js';
import { argument, axisOf, exactInt64, type HostContext, type HostKernel, intOf, result } from './kernel.js';
import { extremes, isWrapping, WrapCounter } from './wrapping.js';

/** One result element. Integers of at most 32 bits may come back unwrapped: storing them wraps, if they are exact. */
type Step = (a: number, b: number) => number;

/** Refuses a second operand that the operator cannot take, before any element is computed. */
function checkRight(op: string, b: Tensor): void {
  if (isFloat(b.dtype)) return;
  const limit = b.dtype === 'int64' ? 63 : 31;
  for (const v of b.data) {
    if (op === 'divide' && v === 0)
      throw new UserError('host operator divide: an integer divisor is 0; must not be.');
    if (op.endsWith('_shift') && (v < 0 || v > limit))
      throw new UserError(`host operator ${op}: the shift is ${v} bits; must be 0..${limit}.`);
  }
}

// float32 and int64 take the float64 steps as they are; their results are rounded or checked once.
const ARITHMETIC: Record<string, Step> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  maximum: Math.max,
  minimum: Math.min,
};
const INTEGER: Record<string, Step> = {
  ...ARITHMETIC,
  multiply: Math.imul,
  divide: (a, b) => Math.trunc(a / b),
  right_shift: (a, b) => a >> b,
  left_shift: (a, b) => a << b,
};
const INTEGER64: Record<string, Step> = {
  ...ARITHMETIC,
  divide: (a, b) => Math.trunc(a / b),
  right_shift: (a, b) => Math.floor(a / 2 ** b),
  left_shift: (a, b) => a * 2 ** b,
};
// Each is one rounding away from the exact result: a float64 sum, product or quotient of two float32 rounds innocently.
const FLOAT: Record<string, Step> = { ...ARITHMETIC, divide: (a, b) => a / b };

/** The operator's step for `dtype`; storing the result does the rest (wrap or round). */
function stepFor(name: string, dtype: DType): Step {
  const table = isFloat(dtype) ? FLOAT : dtype === 'int64' ? INTEGER64 : INTEGER;
  const step = table[name];
  if (step === undefined || dtype === 'bool')
    throw new UserError(`host operator ${name} does not work on ${dtype}; cast first.`);
  return dtype === 'int64' ? (a, b) => exactInt64(name, step(a, b)) : step;
}

/** The common shape by numpy's rule. */
function broadcast(op: HostOp, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new UserError(`host operator ${op.op}: ${showShape(a)} and ${showShape(b)} do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/** Strides of `from` seen as a tensor of shape `to`: 0 along the axes that repeat. */
function repeatingStrides(from: Shape, to: Shape): number[] {
  const own = strides(from);
  const missing = to.length - from.length;
  return to.map((_, i) => (i < missing || from[i - missing] === 1 ? 0 : own[i - missing]!));
}

/** What requantization does to accumulators, row by row with one value: the commonest steps of all, without a call an element. */
const ROWS: ReadonlyMap<
  Step,
  (a: Int32Array, from: number, b: number, out: Int32Array, to: number, n: number) => void
> = new Map([
  [
    INTEGER.add!,
    (a, from, b, out, to, n) => {
      for (let x = 0; x < n; x++) out[to + x] = a[from + x]! + b;
    },
  ],
  [
    INTEGER.right_shift!,
    (a, from, b, out, to, n) => {
      for (let x = 0; x < n; x++) out[to + x] = a[from + x]! >> b;
    },
  ],
]);

/** Applies `step` over all elements of `shape`, row-major; `sa` and `sb` are the operands' strides. */
function forEachPair(
  shape: Shape,
  a: TypedArray,
  sa: readonly number[],
  b: TypedArray,
  sb: readonly number[],
  out: TypedArray,
  step: Step,
): void {
  const last = shape.length - 1;
  const width = shape[last] ?? 1;
  const [da, db] = [sa[last] ?? 0, sb[last] ?? 0];
  const index = new Array<number>(Math.max(last, 0)).fill(0);
  const total = elementCount(shape);
  let ia = 0;
  let ib = 0;
  const int32 = a instanceof Int32Array && out instanceof Int32Array;
  const row = int32 && da === 1 && db === 0 ? ROWS.get(step) : undefined;
  for (let o = 0; o < total; ) {
    if (row === undefined) for (let x = 0; x < width; x++) out[o++] = step(a[ia + x * da]!, b[ib + x * db]!);
    else {
      row(a as Int32Array, ia, b[ib]!, out as Int32Array, o, width);
      o += width;
    }
    for (let axis = last - 1; axis >= 0; axis--) {
      ia += sa[axis]!;
      ib += sb[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      ia -= sa[axis]! * shape[axis]!;
      ib -= sb[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}

/** What the operators would give if integers had no end. */
const EXACT: Record<string, Step> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => Math.trunc(a / b),
  left_shift: (a, b) => a * 2 ** b,
};

/** The exact step where, from the operands' extremes, some result may not fit its dtype: nearly never. */
function mayWrap(name: string, a: Tensor, b: Tensor): Step | undefined {
  const exact = EXACT[name];
  if (exact === undefined || !isWrapping(a.dtype)) return undefined;
  const [lo, hi] = integerRange(a.dtype);
  const [left, right] = [extremes(a), extremes(b)];
  // A quotient leaves the range for lo / -1 alone, which may lie between the extremes.
  if (name === 'divide') return left[0] === lo && right[0] < 0 ? exact : undefined;
  const corners = left.flatMap((x) => right.map((y) => exact(x, y)));
  return corners.some((v) => v < lo || v > hi) ? exact : undefined;
}

/** Runs a step; results that wrap are told to the context. */
function counting(exact: Step, step: Step, dtype: DType, context: HostContext, run: (step: Step) => void) {
  const wraps = new WrapCounter(dtype);
  run((a, b) => {
    wraps.note(exact(a, b));
    return step(a, b);
  });
  wraps.tell(context);
}

function apply(
  op: HostOp,
  name: string,
  a: Tensor,
  b: Tensor,
  bShape: Shape,
  context: HostContext,
): Tensor[] {
  if (a.dtype !== b.dtype)
    throw new UserError(`host operator ${op.op}: the operands are ${a.dtype} and ${b.dtype}; cast one.`);
  checkRight(name, b);
  const shape = broadcast(op, a.shape, bShape);
  const out = result(shape, a.dtype);
  const [sa, sb] = [repeatingStrides(a.shape, shape), repeatingStrides(bShape, shape)];
  const run = (step: Step): void => forEachPair(shape, a.data, sa, b.data, sb, out.data, step);
  const step = stepFor(name, a.dtype);
  const exact = context.onOverflow === undefined ? undefined : mayWrap(name, a, b);
  if (exact === undefined) run(step);
  else counting(exact, step, a.dtype, context, run);
  return [out];
}

/** add, subtract, multiply, divide, maximum, minimum, shifts: semantics in src/ir/ops/elementwise.ts. */
export const binary: HostKernel = (op, args, context) => {
  const [a, b] = [argument(op, args, 0), argument(op, args, 1)];
  return apply(op, op.op, a, b, b.shape, context);
};

/** nn.bias_add: the bias is an operand with all axes but one of extent 1. */
export const biasAdd: HostKernel = (op, args, context) => {
  const [data, bias] = [argument(op, args, 0), argument(op, args, 1)];
  const axis = axisOf(op, data.shape, intOf(op, 'axis'));
  if (bias.shape.length !== 1 || bias.shape[0] !== data.shape[axis])
    throw new UserError(
      `host operator ${op.op} of ${showShape(data.shape)}: the bias is ${showShape(bias.shape)}; must fit axis ${axis}.`,
    );
  const aligned = data.shape.map((d, i) => (i === axis ? d : 1));
  return apply(op, 'add', data, bias, aligned, context);
};
