import { ARRAY_CHANNELS, LINE_BYTES } from '../isa/geometry.js';
import type { ConvOperation } from '../isa/operation.js';
import { convBlockBytes, DENSE_BIAS_BYTES } from '../isa/weights.js';

/** For each output channel of a conv, whether any of its weights or its bias is not 0: channels that only fill a block up have none. */
export function liveChannels(o: ConvOperation, weights: Uint8Array): boolean[] {
  const blockBytes = convBlockBytes(o.channels, o.kernelHeight, o.kernelWidth);
  const live: boolean[] = [];
  for (let block = 0; block < o.blocks; block++) {
    const any = new Uint8Array(ARRAY_CHANNELS);
    const end = (block + 1) * blockBytes;
    for (let at = block * blockBytes; at < end; at += ARRAY_CHANNELS)
      for (let lane = 0; lane < ARRAY_CHANNELS; lane++) any[lane]! |= weights[at + lane]!;
    for (let lane = 0; lane < ARRAY_CHANNELS; lane++) live.push(any[lane ^ 3] !== 0);
  }
  return live;
}

/** `liveChannels` of the outputs of a fully connected job with `inputs` inputs. */
export function liveOutputs(inputs: number, blocks: number, weights: Uint8Array): boolean[] {
  const blockBytes = inputs * ARRAY_CHANNELS + DENSE_BIAS_BYTES;
  const live: boolean[] = [];
  for (let block = 0; block < blocks; block++)
    for (let lane = 0; lane < ARRAY_CHANNELS; lane++) {
      let any = 0;
      // [C/16][16 outputs][16 inputs], then the biases, a line each: an output's lines are 256 bytes apart.
      for (let line = lane * LINE_BYTES; line < blockBytes; line += ARRAY_CHANNELS * LINE_BYTES)
        for (let i = 0; i < LINE_BYTES; i++) any |= weights[block * blockBytes + line + i]!;
      live.push(any !== 0);
    }
  return live;
}
