import type { Tensor } from '../base/tensor.js';
import type { Agreement } from './types.js';

/** 10 log10 of signal power over noise power; infinite where the two are the same. */
export function sqnr(
  float: readonly ArrayLike<number>[],
  quantized: readonly ArrayLike<number>[],
  exponent: number,
): number {
  let [signal, noise] = [0, 0];
  float.forEach((f, s) => {
    const q = quantized[s]!;
    for (let i = 0; i < f.length; i++) {
      signal += f[i]! ** 2;
      noise += (f[i]! - q[i]! * 2 ** exponent) ** 2;
    }
  });
  return 10 * Math.log10(signal / noise);
}

/** Share of elements that are at an end of their range. */
export function saturatedShare(quantized: readonly ArrayLike<number>[], rectified: boolean): number {
  let [at, all] = [0, 0];
  for (const q of quantized) {
    all += q.length;
    for (let i = 0; i < q.length; i++) if (q[i] === 127 || (!rectified && q[i] === -128)) at++;
  }
  return at / all;
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** Two networks' outputs on the same samples. */
export function agreement(float: readonly Tensor[], quantized: readonly Tensor[]): Agreement {
  let [same, error, count] = [0, 0, 0];
  float.forEach((f, s) => {
    const q = quantized[s]!;
    if (indexOfLargest(f.data) === indexOfLargest(q.data)) same++;
    for (let i = 0; i < f.data.length; i++, count++) error += Math.abs(f.data[i]! - q.data[i]!);
  });
  return { samples: float.length, top1: same / float.length, meanError: error / count };
}
