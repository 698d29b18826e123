/** A positive real multiplier as TFLite's kernels hold it: value = multiplier * 2^(shift - 31), multiplier in [2^30, 2^31). */
export interface QuantizedMultiplier {
  readonly multiplier: number;
  readonly shift: number;
}

/** [fraction, exponent] with fraction in [0.5, 1) and value = fraction * 2^exponent, exact. `value` must be positive. */
export function frexp(value: number): readonly [number, number] {
  // log2 may be off by one next to a power of two.
  let exponent = Math.floor(Math.log2(value)) + 1;
  if (value / 2 ** exponent >= 1) exponent++;
  if (value / 2 ** exponent < 0.5) exponent--;
  return [value / 2 ** exponent, exponent];
}

/** TFLite's QuantizeMultiplier (quantization_util.cc): 31 significant bits, halves away from zero; tiny values become 0. */
export function quantizeMultiplier(value: number): QuantizedMultiplier {
  if (value === 0) return { multiplier: 0, shift: 0 };
  const [fraction, exponent] = frexp(value);
  // fraction is positive: rounding half up is rounding half away from zero
  const rounded = Math.round(fraction * 2 ** 31);
  const [multiplier, shift] = rounded === 2 ** 31 ? [2 ** 30, exponent + 1] : [rounded, exponent];
  return shift < -31 ? { multiplier: 0, shift: 0 } : { multiplier, shift };
}
