import { type Choices, choose, type Growth, Unsuitable } from '../growth.js';
import { channelsOf, fourfold, isImage, KERNELS, outputOf, stridesOf } from './layers.js';

/** Root mean square of weights of -1, 0 and 1, drawn evenly. */
const TERNARY_RMS = Math.sqrt(2 / 3);
/** What the converter should give, so that it seldom clips. */
const LEVEL_RMS = 11;
/** Root mean square of outputs: a level times factors of 4 to 20, shifted by 2. */
const OUTPUT_RMS = 36;
const MOST_MACS = 600_000;
/** Bytes of an activation in L2, where pixels take multiples of 64 channels. */
const MOST_BYTES = 40_000;

const bytesOf = (channels: number, positions: number): number => Math.ceil(channels / 64) * 64 * positions;

/**
 * A layer in HTVM's analog pattern; one in eight has strides and one in sixteen weights that the core does not take, and larger kernels on many
 * channels need more rows than the array has: those stay on the host.
 */
export function analogConv(g: Growth, { pick, a, b, c, d }: Choices): void {
  const x = g.pick(pick, isImage);
  const [, channels, h, w] = x.shape as [number, number, number, number];
  const kernel = [choose(KERNELS, b), choose(KERNELS, b >> 3)] as const;
  const strides = stridesOf(c);
  const positions = outputOf(h, strides[0]) * outputOf(w, strides[1]);
  const k = fourfold(channelsOf(a), positions, d >> 6);
  const taps = channels * kernel[0] * kernel[1];
  if (
    positions * k * taps > MOST_MACS ||
    Math.max(bytesOf(channels, h * w), bytesOf(k, positions)) > MOST_BYTES
  )
    throw new Unsuitable('too large a layer');
  const most = (d >> 1) % 16 === 15 ? 2 : 1;
  const gain = Math.max(0.25, Math.round((4 * Math.sqrt(taps) * TERNARY_RMS * x.rms) / LEVEL_RMS) / 4);
  const draw = (
    what: string,
    shape: readonly number[],
    low: number,
    high: number,
    dtype: 'int8' | 'int16',
  ) => ({
    draw: `${g.next}.${what}`,
    shape,
    low,
    high,
    dtype,
  });
  const relu = d % 2 === 1;
  const made = g.tensor(
    relu ? OUTPUT_RMS / Math.SQRT2 : OUTPUT_RMS,
    'm.analogConv2d',
    x,
    `layer${g.next}`,
    {
      weights: draw('weights', [k, channels, ...kernel], -most, most, 'int8'),
      factor: draw('factor', [k], 4, 20, 'int16'),
      offset: draw('offset', [k], -40, 40, 'int16'),
    },
    { gain: (d >> 5) % 8 === 7 ? -gain : gain, shift: 2, relu, strides },
  );
  g.offer(made);
}
