/** A layer's weights as signs, and for each output channel the number that they stand for. */
export interface TernaryWeights {
  /** -1, 0 or 1, in the order of the weights. */
  readonly signs: Int8Array;
  /** By channel: its nonzero weights are nearest to +-scale. */
  readonly scale: Float64Array;
  /** Share of zeros. */
  readonly zeros: number;
}

/**
 * The nearest ternary weights, channel by channel: of all thresholds the one with the least squared error. With the n largest magnitudes kept
 * their mean is the best scale, and the error falls by (their sum)^2 / n; trying every n finds the best threshold exactly.
 * (Li and Liu, "Ternary Weight Networks", 2016, take 0.7 times the mean magnitude as an approximation of it.)
 */
export function ternaryWeights(weights: ArrayLike<number>, channels: number): TernaryWeights {
  const taps = weights.length / channels;
  const signs = new Int8Array(weights.length);
  const scale = new Float64Array(channels);
  let kept = 0;
  for (let k = 0; k < channels; k++) {
    const own = Array.from({ length: taps }, (_, i) => weights[k * taps + i]!);
    const order = own.map((_, i) => i).sort((a, b) => Math.abs(own[b]!) - Math.abs(own[a]!) || a - b);
    let [sum, best, most, mean] = [0, 0, 0, 0];
    order.forEach((at, i) => {
      sum += Math.abs(own[at]!);
      const gained = sum ** 2 / (i + 1);
      if (gained > best) [best, most, mean] = [gained, i + 1, sum / (i + 1)];
    });
    for (const at of order.slice(0, most)) signs[k * taps + at] = Math.sign(own[at]!);
    scale[k] = mean;
    kept += most;
  }
  return { signs, scale, zeros: 1 - kept / weights.length };
}
