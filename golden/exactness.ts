/**
 * Every integer up to this magnitude is a float32 (24 bits of significand). So a float32 sum of integer products is exact,
 * in any order of additions, with or without fused multiply-add, as long as no partial sum can pass it.
 */
export const EXACT_LIMIT = 2 ** 24;

/** The largest magnitude in `values[from, to)`; 0 for none. */
export function maxMagnitude(values: ArrayLike<number>, from = 0, to = values.length): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/**
 * How large the sums of a grouped reduction can become: entry k * channels + c bounds the contribution of the c-th of output
 * channel k's own input channels to any partial sum: max|x of that channel| * sum over taps of |w|.
 * `weights` are (outputs, channels, taps); `inputMagnitudes` has channels * groups entries.
 */
export function contributionBounds(
  weights: ArrayLike<number>,
  [outputs, channels, taps]: readonly [number, number, number],
  inputMagnitudes: ArrayLike<number>,
): Float64Array {
  const outputsPerGroup = outputs / (inputMagnitudes.length / channels);
  const bounds = new Float64Array(outputs * channels);
  for (let i = 0; i < bounds.length; i++) {
    let sum = 0;
    for (let t = i * taps; t < (i + 1) * taps; t++) sum += Math.abs(weights[t]!);
    const group = Math.floor(i / channels / outputsPerGroup);
    bounds[i] = sum * inputMagnitudes[group * channels + (i % channels)]!;
  }
  return bounds;
}

/** The largest sum that any output channel can reach. */
export function largestSum(bounds: Float64Array, channels: number): number {
  let most = 0;
  for (let row = 0; row < bounds.length; row += channels) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += bounds[row + c]!;
    most = Math.max(most, sum);
  }
  return most;
}

/** Half-open range of channels. */
export interface ChannelRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Consecutive ranges of input channels, as long as possible, within each of which no output's partial sum can pass
 * EXACT_LIMIT; null when one channel alone can.
 */
export function exactRanges(bounds: Float64Array, channels: number): ChannelRange[] | null {
  if (largestSum(bounds, channels) <= EXACT_LIMIT) return [{ from: 0, to: channels }];
  const outputs = bounds.length / channels;
  const ranges: ChannelRange[] = [];
  let running = new Float64Array(outputs);
  let from = 0;
  for (let c = 0; c < channels; c++) {
    const own = Float64Array.from({ length: outputs }, (_, k) => bounds[k * channels + c]!);
    if (maxMagnitude(own) > EXACT_LIMIT) return null;
    const both = running.map((sum, k) => sum + own[k]!);
    if (maxMagnitude(both) <= EXACT_LIMIT) running = both;
    else {
      ranges.push({ from, to: c });
      from = c;
      running = own;
    }
  }
  ranges.push({ from, to: channels });
  return ranges;
}

/** Integers as high * 2^bits + low. */
export interface Split {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly factor: number;
}

/**
 * Splits integers into two parts of half the bits each: value = high * factor + low, with -factor/2 <= low < factor/2. For
 * reductions that not even one channel at a time are exact (int16 and int32 operands, very large kernels).
 */
export function splitInHalves(values: ArrayLike<number>): Split {
  const factor = 2 ** Math.ceil(Math.log2(maxMagnitude(values) + 1) / 2);
  const high = Float64Array.from(values, (v) => Math.floor((v + factor / 2) / factor));
  const low = Float64Array.from(values, (v, i) => v - high[i]! * factor);
  return { high, low, factor };
}
