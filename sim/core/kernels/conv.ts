import { beginWraps, fillLane, wraps } from './finish';
import { clearInput, columnsOnData, packInput, tapOffsets } from './input';
import { rowOfFour, rowOfOne } from './rows';
import { convBias, packWeights } from './weights';

/** How many of four bytes are not 0. */
function lanesIn(used: u32): i32 {
  return (
    i32((used & 0xff) != 0) + i32((used & 0xff00) != 0) + i32((used & 0xff0000) != 0) + i32(used >> 24 != 0)
  );
}

/**
 * A whole conv: `source` [channels][rows][pitch] and `weights` as in the weight memory -> `output` [16 * blocks][outputRows][columns].
 * Scratch: `input` for what `packInput` makes, `zeros` (`pitch` bytes), `offsets` (4 bytes a pair), `packed` (64 bytes a pair), `small`
 * (80 bytes). `wrapped`: a list of 32-bit positions in `output` that came from accumulators that wrapped. Returns how many. The sums
 * themselves must fit int32 (fewer than 2^17 taps).
 */
export function conv(
  source: i32,
  rows: i32,
  pitch: i32,
  dead: i32,
  top: i32,
  left: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
  zeros: i32,
  input: i32,
  offsets: i32,
  pairs: i32,
  weights: i32,
  blocks: i32,
  blockBytes: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  outputRows: i32,
  columns: i32,
  shift: i32,
  relu: i32,
  packed: i32,
  small: i32,
  output: i32,
  wrapped: i32,
): i32 {
  beginWraps(wrapped);
  const mask = clearInput(zeros, pitch, dead, input, ((channels + 1) >> 1) * paddedRows * rowBytes);
  packInput(source, input, zeros, mask, channels, rows, pitch, top, left, stride, paddedRows, rowBytes, half);
  tapOffsets(offsets, channels, kernelHeight, kernelWidth, stride, paddedRows, rowBytes, half);
  const stepBytes = stride * rowBytes;
  const low = i8x16.splat(relu ? 0 : -128);
  const plane = outputRows * columns;
  const biases = small + 16;
  const live = columnsOnData(columns, pitch, dead, left, stride);
  const zerosBehind = live + 8 <= columns;
  for (let block = 0; block < blocks; block++) {
    const from = weights + block * blockBytes;
    packWeights(from, packed, small, channels, kernelHeight, kernelWidth, pairs);
    for (let lane = 0; lane < 16; lane++)
      store<i32>(biases + (lane << 2), convBias(from + blockBytes - 64, lane));
    for (let group = 0; group < 4; group++) {
      const w = packed + group * (pairs << 4);
      const first = (block << 4) + (group << 2);
      // Four bytes of `small`, most significant first: which of the four lanes have weights.
      const used = load<u32>(small + (group << 2));
      if (zerosBehind)
        for (let i = 0; i < 4; i++) {
          const bias = load<i32>(biases + (((group << 2) + i) << 2));
          fillLane(bias, shift, relu, output + (first + i) * plane, plane);
        }
      if (lanesIn(used) >= 3) {
        for (let y = 0; y < outputRows; y++)
          rowOfFour(
            input + y * stepBytes,
            offsets,
            w,
            pairs,
            live,
            biases + (group << 4),
            shift,
            low,
            output,
            first * plane + y * columns,
            plane,
          );
      } else {
        for (let i = 0; i < 4; i++) {
          const bias = biases + (((group << 2) + i) << 2);
          const to = (first + i) * plane;
          if ((used >> ((3 - i) << 3)) & 0xff)
            for (let y = 0; y < outputRows; y++)
              rowOfOne(
                input + y * stepBytes,
                offsets,
                w + (i << 2),
                pairs,
                live,
                bias,
                shift,
                low,
                output,
                to + y * columns,
              );
          else fillLane(load<i32>(bias), shift, relu, output + to, plane);
        }
      }
    }
  }
  return wraps;
}
