import { ARRAY_CHANNELS } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';
import { CONV_BIAS_BYTES, convBlockBytes } from '../isa/weights.js';

/**
 * A bias beyond this drowns every sum that an int8 output could still show; where the planes lie in the wrong order, the byte that should
 * only repeat the sign holds something else.
 */
const PLAUSIBLE = 2 ** 23;

/** How the bias planes could lie when they are not where the core reads them, each as where byte `plane` of channel `k` of `channels` lies. */
const ORDERS = {
  'four planes over all channels, cut into the blocks': (
    k: number,
    plane: number,
    channels: number,
    blockBytes: number,
    biasAt: number,
  ) => {
    const flat = plane * channels + k;
    return Math.floor(flat / CONV_BIAS_BYTES) * blockBytes + biasAt + (flat % CONV_BIAS_BYTES);
  },
  'four planes over all channels, behind the weights of all blocks': (
    k: number,
    plane: number,
    channels: number,
    blockBytes: number,
  ) => (channels / ARRAY_CHANNELS) * (blockBytes - CONV_BIAS_BYTES) + plane * channels + k,
} as const;

/** How the biases of a job's blocks lie if not as the core reads them; undefined where they make sense as the core reads them. */
export function misplacedBias(
  o: ConvOperation,
  weights: Uint8Array,
): { readonly order: string; readonly channel: number; readonly bias: number } | undefined {
  if (o.blocks < 2) return undefined;
  const channels = o.blocks * ARRAY_CHANNELS;
  const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  const biasAt = blockBytes - CONV_BIAS_BYTES;
  const value = (at: (plane: number) => number): number =>
    [0, 1, 2, 3].reduce((sum, plane) => sum | (weights[at(plane) ^ 3]! << (8 * plane)), 0);
  const large = (bias: number): boolean => bias >= PLAUSIBLE || bias < -PLAUSIBLE;
  const read = (k: number): number =>
    value(
      (plane) =>
        Math.floor(k / ARRAY_CHANNELS) * blockBytes + biasAt + plane * ARRAY_CHANNELS + (k % ARRAY_CHANNELS),
    );
  const all = Array.from({ length: channels }, (_, k) => k);
  const channel = all.find((k) => large(read(k)));
  if (channel === undefined) return undefined;
  for (const [order, place] of Object.entries(ORDERS)) {
    const biases = all.map((k) => value((plane) => place(k, plane, channels, blockBytes, biasAt)));
    if (!biases.some(large) && biases.some((b) => b !== 0)) return { order, channel, bias: read(channel) };
  }
  return undefined;
}
