import type { Tensor } from '../base/tensor.js';
import { type Batch, channelsOf } from './batch.js';
import { factorAt } from './scaling.js';
import type { Agreement } from './types.js';
import type { IntegerTensor } from './value.js';

/** 10 log10 of signal power over noise power of a quantized tensor; infinite where the two are the same. */
export function sqnr(float: Batch, { samples, exponent, factor }: IntegerTensor): number {
  const { channels, inner } = channelsOf(samples.shape);
  let [signal, noise] = [0, 0];
  for (let i = 0; i < samples.data.length; ) {
    const step = 2 ** exponent / factorAt(factor, (i / inner) % channels);
    for (let k = 0; k < inner; k++, i++) {
      const f = float.data[i]!;
      signal += f * f;
      noise += (f - samples.data[i]! * step) ** 2;
    }
  }
  return 10 * Math.log10(signal / noise);
}

/** Share of elements that are at an end of their range. */
export function saturatedShare({ data }: Batch, rectified: boolean): number {
  let at = 0;
  for (let i = 0; i < data.length; i++) if (data[i] === 127 || (!rectified && data[i] === -128)) at++;
  return at / data.length;
}

/** Index of the first largest value. */
export function indexOfLargest(values: ArrayLike<number>): number {
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
