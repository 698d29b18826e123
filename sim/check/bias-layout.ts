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

/** The four bias planes of a block of 16 channels, as the core reads them. */
export type BiasPlanes = readonly (readonly number[])[];

/** The planes of every block that a job's instruction reads. */
export function biasPlanes(o: ConvOperation, weights: Uint8Array): BiasPlanes[] {
  const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  const byte = (block: number, plane: number, k: number): number =>
    weights[((block + 1) * blockBytes - CONV_BIAS_BYTES + plane * ARRAY_CHANNELS + k) ^ 3]!;
  return Array.from({ length: o.blocks }, (_, block) =>
    [0, 1, 2, 3].map((plane) => Array.from({ length: ARRAY_CHANNELS }, (_, k) => byte(block, plane, k))),
  );
}

/** Whether each block's planes are those of the block before, moved by one: planes over all channels, cut as if there were one block. */
const movedByOne = (blocks: readonly BiasPlanes[]): boolean =>
  blocks.length > 1 &&
  blocks.every(
    (planes, b) =>
      b === 0 || [0, 1, 2].every((plane) => String(planes[plane]) === String(blocks[b - 1]![plane + 1])),
  );

/**
 * How the biases of a job's blocks lie if not as the core reads them; undefined where they make sense as the core reads them. `before` are the
 * planes of the block that lies in front of the job's weights, where it is known.
 */
export function misplacedBias(
  o: ConvOperation,
  weights: Uint8Array,
  before: BiasPlanes | undefined,
): { readonly why: string; readonly channel: number; readonly bias: number } | undefined {
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
  if (movedByOne([...(before === undefined ? [] : [before]), ...biasPlanes(o, weights)]))
    return {
      why: 'the four planes of each block of 16 channels are those of the block before, moved by one',
      channel,
      bias: read(channel),
    };
  if (o.blocks < 2) return undefined;
  for (const [order, place] of Object.entries(ORDERS)) {
    const biases = all.map((k) => value((plane) => place(k, plane, channels, blockBytes, biasAt)));
    if (!biases.some(large) && biases.some((b) => b !== 0))
      return { why: `all biases are small when read as ${order}`, channel, bias: read(channel) };
  }
  return undefined;
}
