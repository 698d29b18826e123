import { LimitError } from '../src/base/errors.js';
import {
  type ChannelRange,
  contributionBounds,
  EXACT_LIMIT,
  exactRanges,
  largestSum,
  maxMagnitude,
  splitInHalves,
} from './exactness.js';
import { type Tf, valuesOf } from './tfjs.js';
import { exactValues } from './value.js';

/** A convolution of x (n, c, h, w) with weights (k, c / groups, kh, kw); sizes in elements. */
export interface ConvGeometry {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly k: number;
  readonly kh: number;
  readonly kw: number;
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros around the input: top, left, bottom, right. */
  readonly padding: readonly [number, number, number, number];
  readonly groups: number;
  readonly oh: number;
  readonly ow: number;
}

/** In float64 whatever the operand's dtype: the engine compiles a loop well that only ever meets one kind of array. */
type Values = Float64Array;

/** Sums up to here stay exact in float64 (2^53), also while the halves of split operands overshoot them. */
const LARGEST_SUM = 2 ** 50;

/** Input channels `range` of x, zero-padded, channels last: what tfjs convolves without padding of its own. */
function paddedChannelsLast(x: Values, g: ConvGeometry, range: ChannelRange): [Float32Array, number, number] {
  const [top, left, bottom, right] = g.padding;
  const [hp, wp, count] = [g.h + top + bottom, g.w + left + right, range.to - range.from];
  const out = new Float32Array(g.n * hp * wp * count);
  for (let n = 0; n < g.n; n++)
    for (let c = 0; c < count; c++)
      for (let y = 0; y < g.h; y++) {
        let from = ((n * g.c + range.from + c) * g.h + y) * g.w;
        let to = ((n * hp + y + top) * wp + left) * count + c;
        for (let i = 0; i < g.w; i++, from++, to += count) out[to] = x[from]!;
      }
  return [out, hp, wp];
}

/**
 * Weights of output channels [kFrom, kFrom + kCount) and of `range` of their own input channels, as (height, width, input,
 * output). Dilation becomes explicit zeros between the taps, so that no backend's dilation is relied upon.
 */
function kernelOf(
  w: Values,
  g: ConvGeometry,
  kFrom: number,
  kCount: number,
  range: ChannelRange,
): [Float32Array, number, number] {
  const [kh, kw] = [(g.kh - 1) * g.dilation[0] + 1, (g.kw - 1) * g.dilation[1] + 1];
  const [count, own] = [range.to - range.from, g.c / g.groups];
  const out = new Float32Array(kh * kw * count * kCount);
  for (let k = 0; k < kCount; k++)
    for (let c = 0; c < count; c++) {
      const from = ((kFrom + k) * own + range.from + c) * g.kh * g.kw;
      for (let y = 0; y < g.kh; y++)
        for (let x = 0; x < g.kw; x++)
          out[((y * g.dilation[0] * kw + x * g.dilation[1]) * count + c) * kCount + k] =
            w[from + y * g.kw + x]!;
    }
  return [out, kh, kw];
}

/** Adds `factor` times a channels-last result to output channels kFrom on of the channels-first sums. */
function accumulate(
  sums: Float64Array,
  part: Float32Array,
  g: ConvGeometry,
  kFrom: number,
  kCount: number,
  factor: number,
) {
  const plane = g.oh * g.ow;
  for (let n = 0; n < g.n; n++)
    for (let k = 0; k < kCount; k++) {
      const to = (n * g.k + kFrom + k) * plane;
      let from = n * plane * kCount + k;
      for (let i = 0; i < plane; i++, from += kCount) sums[to + i]! += factor * part[from]!;
    }
}

/** One conv of tfjs: input channels `range` (of the group's own), output channels of group `group`. */
function convolveRange(
  tf: Tf,
  x: Values,
  w: Values,
  g: ConvGeometry,
  group: number,
  range: ChannelRange,
): Float32Array {
  const [own, kCount] = [g.c / g.groups, g.k / g.groups];
  const base = group * own;
  const [data, hp, wp] = paddedChannelsLast(x, g, { from: base + range.from, to: base + range.to });
  const [kernel, kh, kw] = kernelOf(w, g, group * kCount, kCount, range);
  const count = range.to - range.from;
  return valuesOf(tf, () =>
    tf.conv2d(
      tf.tensor4d(data, [g.n, hp, wp, count]),
      tf.tensor4d(kernel, [kh, kw, count, kCount]),
      [g.strides[0], g.strides[1]],
      'valid',
    ),
  );
}

/** A depthwise conv (one input channel a group) in one call of tfjs; its strides must be equal (TensorFlow's rule). */
function convolveDepthwise(tf: Tf, x: Values, w: Values, g: ConvGeometry): Float32Array {
  const [data, hp, wp] = paddedChannelsLast(x, g, { from: 0, to: g.c });
  const [kernel, kh, kw] = kernelOf(w, g, 0, g.k, { from: 0, to: 1 });
  return valuesOf(tf, () =>
    tf.depthwiseConv2d(
      tf.tensor4d(data, [g.n, hp, wp, g.c]),
      // (kh, kw, 1, c * multiplier) and (kh, kw, c, multiplier) are the same bytes
      tf.tensor4d(kernel, [kh, kw, g.c, g.k / g.c]),
      [g.strides[0], g.strides[1]],
      'valid',
    ),
  );
}

const isDepthwise = (g: ConvGeometry): boolean =>
  g.groups === g.c && g.groups > 1 && g.strides[0] === g.strides[1];

/** (output channels, input channels of a group, taps): the weights' extents. */
const weightExtents = (g: ConvGeometry): [number, number, number] => [g.k, g.c / g.groups, g.kh * g.kw];

/** The largest magnitude of each input channel over batch and positions. */
function channelMagnitudes(x: Values, g: ConvGeometry): Float64Array {
  const plane = g.h * g.w;
  const most = new Float64Array(g.c);
  for (let i = 0; i < g.n * g.c; i++)
    most[i % g.c] = Math.max(most[i % g.c]!, maxMagnitude(x, i * plane, (i + 1) * plane));
  return most;
}

/** What each input channel can add to each output channel, by the actual weights and inputs: `contributionBounds`. */
const boundsOf = (x: Values, w: Values, g: ConvGeometry): Float64Array =>
  contributionBounds(w, weightExtents(g), channelMagnitudes(x, g));

/** Which input channels of its own each group convolves at a time, so that all is exact; null where not even one channel is. */
function exactPlan(bounds: Float64Array, g: ConvGeometry): ChannelRange[][] | null {
  const [own, kCount] = [g.c / g.groups, g.k / g.groups];
  if (largestSum(bounds, own) <= EXACT_LIMIT) return Array(g.groups).fill([{ from: 0, to: own }]);
  const plan: ChannelRange[][] = [];
  for (let group = 0; group < g.groups; group++) {
    const ranges = exactRanges(bounds.subarray(group * kCount * own, (group + 1) * kCount * own), own);
    if (ranges === null) return null;
    plan.push(ranges);
  }
  return plan;
}

/** Adds factor * conv(x, w) to `sums`, in pieces each of which is exact in float32. */
function addConvolution(
  tf: Tf,
  x: Values,
  w: Values,
  g: ConvGeometry,
  sums: Float64Array,
  factor: number,
  bounds = boundsOf(x, w, g),
) {
  const plan = exactPlan(bounds, g);
  if (plan === null) {
    addInHalves(tf, x, w, g, sums, factor);
    return;
  }
  if (isDepthwise(g)) {
    accumulate(sums, convolveDepthwise(tf, x, w, g), g, 0, g.k, factor);
    return;
  }
  const kCount = g.k / g.groups;
  plan.forEach((ranges, group) => {
    for (const range of ranges)
      accumulate(sums, convolveRange(tf, x, w, g, group, range), g, group * kCount, kCount, factor);
  });
}

/** conv(high * 2^b + low) = conv(high) * 2^b + conv(low), on the operand with the larger values. */
function addInHalves(tf: Tf, x: Values, w: Values, g: ConvGeometry, sums: Float64Array, factor: number) {
  const splitInput = maxMagnitude(x) >= maxMagnitude(w);
  const { high, low, factor: step } = splitInHalves(splitInput ? x : w);
  for (const [part, scale] of [
    [high, factor * step],
    [low, factor],
  ] as const)
    addConvolution(tf, splitInput ? part : x, splitInput ? w : part, g, sums, scale);
}

/**
 * The sums of a convolution of integers, each exact, as (n, k, oh, ow). The multiplications and additions are tfjs' float32
 * convolutions, split by input channels (and operands by bits) so that each piece is exact; the pieces add up in float64.
 * Throws a LimitError when a sum could pass 2^50.
 */
export function convolveIntegers(
  tf: Tf,
  data: ArrayLike<number>,
  weights: ArrayLike<number>,
  g: ConvGeometry,
): Float64Array {
  const [x, w] = [exactValues(data), exactValues(weights)];
  const bounds = boundsOf(x, w, g);
  const worst = largestSum(bounds, g.c / g.groups);
  if (worst > LARGEST_SUM)
    throw new LimitError({
      subject: 'the reference of a convolution: its largest possible sum',
      value: worst,
      rule: 'at most 2^50',
      fix: 'Cast the operands to a narrower dtype.',
    });
  const sums = new Float64Array(g.n * g.k * g.oh * g.ow);
  addConvolution(tf, x, w, g, sums, 1, bounds);
  return sums;
}

/** What tfjs makes of a convolution of floats, in the backend's own order of additions. */
export function convolveFloats(
  tf: Tf,
  data: ArrayLike<number>,
  weights: ArrayLike<number>,
  g: ConvGeometry,
): Float64Array {
  const [x, w] = [exactValues(data), exactValues(weights)];
  const sums = new Float64Array(g.n * g.k * g.oh * g.ow);
  const kCount = g.k / g.groups;
  if (isDepthwise(g)) accumulate(sums, convolveDepthwise(tf, x, w, g), g, 0, g.k, 1);
  else
    for (let group = 0; group < g.groups; group++) {
      const part = convolveRange(tf, x, w, g, group, { from: 0, to: g.c / g.groups });
      accumulate(sums, part, g, group * kCount, kCount, 1);
    }
  return sums;
}

/** The largest magnitude that a partial sum of the convolution can reach, by the actual weights and inputs. */
export const largestPossibleSum = (x: ArrayLike<number>, w: ArrayLike<number>, g: ConvGeometry): number =>
  largestSum(boundsOf(exactValues(x), exactValues(w), g), g.c / g.groups);
