import type { Tensor } from '../../src/base/tensor.js';
import { intAttr, intsAttr, stringAttr } from '../../src/ir/attrs.js';
import { type Evaluate, resultType, store } from '../value.js';

// TFLite's integer kernels are defined by 64-bit integer arithmetic in C++; here they are written down with BigInt, step by step
// as that definition has them. tfjs has no such operators.

const INT32 = { lo: -(2n ** 31n), hi: 2n ** 31n - 1n };
const clamp = (x: bigint, lo: bigint, hi: bigint): bigint => (x < lo ? lo : x > hi ? hi : x);
const int32 = (x: bigint): bigint => BigInt.asIntN(32, x);

/** gemmlowp's SaturatingRoundingDoublingHighMul; `/` of BigInt truncates toward zero, as in C++. */
function highMul(a: bigint, b: bigint): bigint {
  if (a === INT32.lo && b === INT32.lo) return INT32.hi;
  const product = a * b;
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return (product + nudge) / (1n << 31n);
}

/** gemmlowp's RoundingDivideByPOT. */
function divideByPowerOfTwo(x: bigint, exponent: bigint): bigint {
  const mask = (1n << exponent) - 1n;
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n);
  return (x >> exponent) + ((x & mask) > threshold ? 1n : 0n);
}

/** gemmlowp's SaturatingRoundingMultiplyByPOT for either sign of the exponent. */
const timesPowerOfTwo = (x: bigint, exponent: bigint): bigint =>
  exponent < 0n ? divideByPowerOfTwo(x, -exponent) : clamp(x << exponent, INT32.lo, INT32.hi);

/** TFLite's MultiplyByQuantizedMultiplier (double rounding). */
function multiplyByQuantizedMultiplier(x: bigint, multiplier: bigint, shift: bigint): bigint {
  const left = shift > 0n ? shift : 0n;
  const right = shift > 0n ? 0n : -shift;
  return divideByPowerOfTwo(highMul(int32(x << left), multiplier), right);
}

/** x * multiplier / 2^(31 - shift), rounded once: TVM's FixedPointMultiply. */
function multiplyOnce(x: bigint, multiplier: bigint, shift: bigint, rounding: string): bigint {
  const bits = 31n - shift;
  const product = x * multiplier;
  const half = 1n << (bits - 1n);
  return (product + (rounding === 'tonearest' && product < 0n ? half - 1n : half)) >> bits;
}

export const requantize: Evaluate = (call, args, run) => {
  const [x, multipliers, shifts] = args as [Tensor, Tensor, Tensor];
  const type = resultType(call);
  const rank = x.shape.length;
  const axis = (intAttr(call.attrs, 'axis') + rank) % Math.max(rank, 1);
  const inner = x.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const rounding = stringAttr(call.attrs, 'rounding');
  const zeroPoint = BigInt(intAttr(call.attrs, 'zero_point'));
  const [lo, hi] = type.dtype === 'int8' ? [-128n, 127n] : [INT32.lo, INT32.hi];
  const at = (t: Tensor, i: number): bigint =>
    BigInt(t.shape.length === 0 ? t.data[0]! : t.data[Math.floor(i / inner) % (x.shape[axis] ?? 1)]!);
  const out = Array.from(x.data, (v, i) => {
    const operands = [BigInt(v), at(multipliers, i), at(shifts, i)] as const;
    const scaled =
      rounding === 'double'
        ? multiplyByQuantizedMultiplier(...operands)
        : multiplyOnce(...operands, rounding);
    return Number(clamp(scaled + zeroPoint, lo, hi));
  });
  return store(type, out, run);
};

export const averagePool: Evaluate = (call, args, run) => {
  const x = args[0]!;
  const type = resultType(call);
  const [n, c, oh, ow] = type.shape as [number, number, number, number];
  const [, , h, w] = x.shape as [number, number, number, number];
  const [kernelH, kernelW] = intsAttr(call.attrs, 'pool_size') as [number, number];
  const [strideY, strideX] = intsAttr(call.attrs, 'strides') as [number, number];
  const [top, left] = intsAttr(call.attrs, 'padding') as [number, number];
  const out: number[] = [];
  for (let plane = 0; plane < n * c; plane++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++) {
        const inside: bigint[] = [];
        for (let ky = 0; ky < kernelH; ky++)
          for (let kx = 0; kx < kernelW; kx++) {
            const [y, xx] = [oy * strideY - top + ky, ox * strideX - left + kx];
            if (y >= 0 && y < h && xx >= 0 && xx < w) inside.push(BigInt(x.data[(plane * h + y) * w + xx]!));
          }
        out.push(inside.length === 0 ? 0 : Number(roundedMean(inside)));
      }
  return store(type, out, run);
};

/** As reference_integer_ops::AveragePool rounds: half the count is added on the sum's side of zero, then division truncates. */
function roundedMean(values: readonly bigint[]): bigint {
  const count = BigInt(values.length);
  const sum = values.reduce((a, b) => a + b, 0n);
  return sum > 0n ? (sum + count / 2n) / count : (sum - count / 2n) / count;
}

export const softmax: Evaluate = (call, args, run) => {
  const x = args[0]!;
  const depth = x.shape.at(-1)!;
  const scaling = {
    multiplier: BigInt(intAttr(call.attrs, 'multiplier')),
    leftShift: BigInt(intAttr(call.attrs, 'left_shift')),
    diffMin: BigInt(intAttr(call.attrs, 'diff_min')),
  };
  const out: number[] = [];
  for (let row = 0; row < x.data.length; row += depth) {
    const values = Array.from(x.data.subarray(row, row + depth), (v) => BigInt(v));
    out.push(...softmaxOfRow(values, scaling).map(Number));
  }
  return store(resultType(call), out, run);
};

function softmaxOfRow(
  row: readonly bigint[],
  scaling: { multiplier: bigint; leftShift: bigint; diffMin: bigint },
): bigint[] {
  // Of int8 values, so Number holds them.
  const max = BigInt(Math.max(...row.map(Number)));
  const exponentials = row.map((v) => {
    const diff = v - max;
    if (diff < scaling.diffMin) return null;
    return expOnNegativeValues(highMul(int32(diff << scaling.leftShift), scaling.multiplier));
  });
  // The sum is a fixed-point number with 12 integer bits, the terms have none.
  let sum = 0n;
  for (const e of exponentials) if (e !== null) sum += timesPowerOfTwo(e, -12n);
  const headroomPlusOne = 32n - BigInt(sum.toString(2).length);
  const fraction = BigInt.asUintN(32, sum << headroomPlusOne) - (1n << 31n);
  const scale = oneOverOnePlusX(fraction);
  const exponent = 12n - headroomPlusOne + 31n - 8n;
  return exponentials.map((e) =>
    e === null ? -128n : clamp(divideByPowerOfTwo(highMul(scale, e), exponent) - 128n, -128n, 127n),
  );
}

/** round(2^31 * exp(-2^p)) beside p, as gemmlowp's barrel shifter lists them. */
const BARREL: readonly (readonly [bigint, bigint])[] = [
  [-2n, 1672461947n],
  [-1n, 1302514674n],
  [0n, 790015084n],
  [1n, 290630308n],
  [2n, 39332535n],
  [3n, 720401n],
  [4n, 242n],
];

/** exp_on_negative_values for 5 integer bits: Q5.26 to Q0.31. */
function expOnNegativeValues(a: bigint): bigint {
  if (a === 0n) return INT32.hi;
  const oneQuarter = 1n << 24n;
  const aModQuarterMinusOneQuarter = (a & (oneQuarter - 1n)) - oneQuarter;
  const remainder = aModQuarterMinusOneQuarter - a;
  return BARREL.reduce(
    (r, [p, factor]) => ((remainder & (1n << (26n + p))) === 0n ? r : highMul(r, factor)),
    expOnLastQuarter(timesPowerOfTwo(aModQuarterMinusOneQuarter, 5n)),
  );
}

/** exp(x) for x in [-1/4, 0), Q0.31: c * (1 + y + y^2/2 + y^3/6 + y^4/24) with y = x + 1/8 and c = exp(-1/8). */
function expOnLastQuarter(x: bigint): bigint {
  const c = 1895147668n;
  const oneThird = 715827883n;
  const y = x + (1n << 28n);
  const y2 = highMul(y, y);
  const y3 = highMul(y2, y);
  const y4over4 = timesPowerOfTwo(highMul(y2, y2), -2n);
  const higher = timesPowerOfTwo(highMul(y4over4 + y3, oneThird) + y2, -1n);
  return c + highMul(c, y + higher);
}

/** one_over_one_plus_x_for_x_in_0_1: Newton-Raphson from 48/17 - 32/17 d, three times. */
function oneOverOnePlusX(a: bigint): bigint {
  const sum = a + INT32.hi;
  const halfDenominator = (sum + (sum >= 0n ? 1n : -1n)) / 2n;
  let x = 1515870810n + highMul(halfDenominator, -1010580540n);
  for (let i = 0; i < 3; i++) {
    const oneMinus = (1n << 29n) - highMul(halfDenominator, x);
    x += timesPowerOfTwo(highMul(x, oneMinus), 2n);
  }
  return timesPowerOfTwo(x, 1n);
}

export const lookup: Evaluate = (call, args, run) => {
  const [x, table] = args as [Tensor, Tensor];
  const [from] = x.dtype === 'int8' ? [-128] : [0];
  const byValue = new Map(Array.from(table.data, (v, i) => [from! + i, v] as const));
  return store(
    resultType(call),
    Array.from(x.data, (v) => byValue.get(v)!),
    run,
  );
};
