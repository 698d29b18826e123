import { ceilDiv, roundUp } from '../../src/base/units.js';
import { ARRAY_CHANNELS, ARRAY_COLUMNS, LINE_BYTES } from './geometry.js';
import { reverseWords } from './layout.js';

/** Bytes that the bias takes behind the weights of one block: conv 4 byte planes of 16; FC 16 values of 16 bytes. [hal, match] */
export const CONV_BIAS_BYTES = 4 * ARRAY_CHANNELS;
export const DENSE_BIAS_BYTES = LINE_BYTES * ARRAY_CHANNELS;
/** Channels that share a block of depthwise weights, each in lane 0 of its own group of four lanes. [hal] */
export const DEPTHWISE_CHANNELS_PER_BLOCK = 4;
const DEPTHWISE_LANES = ARRAY_CHANNELS / DEPTHWISE_CHANNELS_PER_BLOCK;

/** Bytes of one block of 16 output channels: weights [C][FY][FX][16] and the bias. Depthwise: C = 1. */
export const convBlockBytes = (channels: number, kernelHeight: number, kernelWidth: number): number =>
  channels * kernelHeight * kernelWidth * ARRAY_CHANNELS + CONV_BIAS_BYTES;

/** Bytes of one block of 16 outputs of a fully connected layer with `inputs` inputs (padded to 16). */
export const denseBlockBytes = (inputs: number): number =>
  roundUp(inputs, ARRAY_COLUMNS) * ARRAY_CHANNELS + DENSE_BIAS_BYTES;

/** Bytes of the weights of a depthwise conv, with the slack that the last channels' loads read past their block. */
export const depthwiseBytes = (channels: number, kernelHeight: number, kernelWidth: number): number =>
  ceilDiv(channels, DEPTHWISE_CHANNELS_PER_BLOCK) * convBlockBytes(1, kernelHeight, kernelWidth) +
  (DEPTHWISE_CHANNELS_PER_BLOCK - 1) * DEPTHWISE_LANES;

/** Where the load for channel `i` of a depthwise conv starts, in bytes from the start of its weights. [hal] */
export const depthwiseOffset = (i: number, kernelHeight: number, kernelWidth: number): number =>
  (i % DEPTHWISE_CHANNELS_PER_BLOCK) * DEPTHWISE_LANES +
  Math.floor(i / DEPTHWISE_CHANNELS_PER_BLOCK) * convBlockBytes(1, kernelHeight, kernelWidth);

const biasByte = (bias: number, plane: number): number => (bias >> (8 * plane)) & 0xff;

/** Places one channel's taps and its bias's byte planes in lane `lane` of the block that starts at byte `block`. */
function placeChannel(
  out: Uint8Array,
  block: number,
  lane: number,
  weights: ArrayLike<number>,
  first: number,
  taps: number,
  bias: number,
): void {
  for (let tap = 0; tap < taps; tap++) out[block + tap * ARRAY_CHANNELS + lane] = weights[first + tap]!;
  for (let plane = 0; plane < 4; plane++)
    out[block + (taps + plane) * ARRAY_CHANNELS + lane] = biasByte(bias, plane);
}

/**
 * Conv weights for L2: OIHW int8 weights and K biases -> per block of 16 output channels [C][FY][FX][16], then four bias
 * byte planes, least significant first; K padded with zeros; words reversed. [hal, match]
 */
export function packConvWeights(
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  shape: readonly [k: number, c: number, fy: number, fx: number],
): Uint8Array {
  const [k, c, fy, fx] = shape;
  const taps = c * fy * fx;
  const blockBytes = convBlockBytes(c, fy, fx);
  const out = new Uint8Array(ceilDiv(k, ARRAY_CHANNELS) * blockBytes);
  for (let channel = 0; channel < k; channel++) {
    const block = Math.floor(channel / ARRAY_CHANNELS) * blockBytes;
    placeChannel(out, block, channel % ARRAY_CHANNELS, weights, channel * taps, taps, bias[channel]!);
  }
  reverseWords(out);
  return out;
}

/**
 * Depthwise weights for L2: [C][1][FY][FX] int8 weights and C biases -> four channels a block, channel i in lane 4 * (i mod 4),
 * other lanes zero; bias planes as for a conv; words reversed; ends with the slack of `depthwiseBytes`.
 */
export function packDepthwiseWeights(
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  shape: readonly [c: number, fy: number, fx: number],
): Uint8Array {
  const [c, fy, fx] = shape;
  const taps = fy * fx;
  const out = new Uint8Array(depthwiseBytes(c, fy, fx));
  for (let channel = 0; channel < c; channel++) {
    const block = Math.floor(channel / DEPTHWISE_CHANNELS_PER_BLOCK) * convBlockBytes(1, fy, fx);
    const lane = (channel % DEPTHWISE_CHANNELS_PER_BLOCK) * DEPTHWISE_LANES;
    placeChannel(out, block, lane, weights, channel * taps, taps, bias[channel]!);
  }
  reverseWords(out);
  return out;
}

/**
 * FC weights for L2: [K][C] int8 weights and K biases -> per block of 16 outputs [C/16][16 outputs][16 inputs], then 16 biases
 * of 16 bytes (little-endian, sign-extended); K and C padded with zeros; words reversed. [hal, match]
 */
export function packDenseWeights(
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  shape: readonly [k: number, c: number],
): Uint8Array {
  const [k, c] = shape;
  const blockBytes = denseBlockBytes(c);
  const out = new Uint8Array(ceilDiv(k, ARRAY_CHANNELS) * blockBytes);
  for (let o = 0; o < k; o++) {
    const block = Math.floor(o / ARRAY_CHANNELS) * blockBytes;
    const lane = o % ARRAY_CHANNELS;
    for (let i = 0; i < c; i++) {
      const group = Math.floor(i / ARRAY_COLUMNS) * ARRAY_CHANNELS * ARRAY_COLUMNS;
      out[block + group + lane * ARRAY_COLUMNS + (i % ARRAY_COLUMNS)] = weights[o * c + i]!;
    }
    const at = block + blockBytes - DENSE_BIAS_BYTES + lane * LINE_BYTES;
    out.fill(bias[o]! < 0 ? 0xff : 0, at, at + LINE_BYTES);
    for (let byte = 0; byte < 4; byte++) out[at + byte] = biasByte(bias[o]!, byte);
  }
  reverseWords(out);
  return out;
}
