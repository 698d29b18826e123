import type { Shape } from '../../../src/base/tensor.js';
import { LINE_BYTES } from '../geometry.js';
import { byteOfElement } from '../layout.js';
import { BANKS, banksInUse, CHANNEL_BLOCK, linesOfPixel } from './geometry.js';
import { ANALOG_INFERENCES, type AnalogInferences } from './inferred.js';

/** How an int8 tensor lies in L2 for the analog core: pixels of channels, channel-minor, channels padded with zeros to blocks of 64. */
export interface AnalogLayout {
  readonly channels: number;
  readonly pixels: number;
  /** Blocks of 64 channels, and so lines a bank, of a pixel. */
  readonly blocks: number;
  readonly bytes: number;
}

/** The analog core's layout of (1, C, H, W); a vector is one pixel. */
export function analogLayout(shape: Shape): AnalogLayout {
  const channels = shape[1] ?? shape[0] ?? 1;
  const pixels = shape.slice(2).reduce((n, d) => n * d, 1);
  const blocks = linesOfPixel(channels);
  return { channels, pixels, blocks, bytes: pixels * blocks * CHANNEL_BLOCK };
}

/** Number of a line (in each bank, and of 64 bytes in L2) of a pixel's block. [ours] */
export const lineOf = (
  pixel: number,
  block: number,
  { pixels, blocks }: Pick<AnalogLayout, 'pixels' | 'blocks'>,
  ours: Pick<AnalogInferences, 'blocksTogether'>,
): number => (ours.blocksTogether === 1 ? pixel * blocks + block : block * pixels + pixel);

/** Where a channel of a pixel lies, in bytes from the tensor's start in L2. */
export function analogByte(
  channel: number,
  pixel: number,
  layout: AnalogLayout,
  ours: AnalogInferences = ANALOG_INFERENCES,
): number {
  const at =
    lineOf(pixel, Math.floor(channel / CHANNEL_BLOCK), layout, ours) * BANKS * LINE_BYTES +
    (channel % CHANNEL_BLOCK);
  return ours.wordsReversed === 1 ? byteOfElement(at) : at;
}

/** Stretches of L2 at equal distances, in bytes from the tensor's start. */
export interface Stretches {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  /** Of each stretch. */
  readonly bytes: number;
}

/** Where whole lines of 16 hold channels in use: what somebody has written and may want. */
export function usedStretches(
  layout: AnalogLayout,
  ours: Pick<AnalogInferences, 'blocksTogether'> = ANALOG_INFERENCES,
): readonly Stretches[] {
  const { channels, pixels, blocks, bytes } = layout;
  const all = { start: 0, count: 1, step: bytes, bytes };
  const lastBytes = banksInUse(channels) * LINE_BYTES;
  if (lastBytes === CHANNEL_BLOCK) return [all];
  const before = (blocks - 1) * CHANNEL_BLOCK;
  if (ours.blocksTogether === 1)
    return [{ start: 0, count: pixels, step: blocks * CHANNEL_BLOCK, bytes: before + lastBytes }];
  const start = before * pixels;
  const last = { start, count: pixels, step: CHANNEL_BLOCK, bytes: lastBytes };
  return blocks === 1 ? [last] : [{ ...all, step: start, bytes: start }, last];
}

/** Dense int8 values (C, H, W) in the analog core's layout; unused channels 0. */
export function packForAnalog(
  values: ArrayLike<number>,
  shape: Shape,
  ours: AnalogInferences = ANALOG_INFERENCES,
): Uint8Array {
  const layout = analogLayout(shape);
  const out = new Uint8Array(layout.bytes);
  for (let c = 0; c < layout.channels; c++)
    for (let p = 0; p < layout.pixels; p++)
      out[analogByte(c, p, layout, ours)] = values[c * layout.pixels + p]!;
  return out;
}

/** The values of a tensor in the analog core's layout, dense; what lies in unused channels is dropped. */
export function unpackFromAnalog(
  data: Uint8Array,
  shape: Shape,
  ours: AnalogInferences = ANALOG_INFERENCES,
): Int8Array {
  const layout = analogLayout(shape);
  const out = new Int8Array(layout.channels * layout.pixels);
  for (let c = 0; c < layout.channels; c++)
    for (let p = 0; p < layout.pixels; p++)
      out[c * layout.pixels + p] = data[analogByte(c, p, layout, ours)]!;
  return out;
}
