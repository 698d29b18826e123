import { beginWraps, fillLane, wraps } from './finish';
import { clearInput, columnsOnData, packInput, tapOffsets } from './input';
import { rowOf3x3, rowOfOne } from './rows';
import { convBias, packLane } from './weights';

/**
 * Lane 0 of `count` convs of one channel that differ in addresses only: the planes of a depthwise layer. `inputs` and `blocks`: lists of 32-bit
 * distances of the inputs from `source` and of the blocks of weights from `weights` -> `output` [count][outputRows][columns]. The rest as
 * for `conv`; `packed` 16 bytes a pair, `bias` 4 bytes.
 */
export function lanes(
  count: i32,
  source: i32,
  inputs: i32,
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
  kernelHeight: i32,
  kernelWidth: i32,
  outputRows: i32,
  columns: i32,
  shift: i32,
  relu: i32,
  packed: i32,
  bias: i32,
  output: i32,
  wrapped: i32,
): i32 {
  beginWraps(wrapped);
  const mask = clearInput(zeros, pitch, dead, input, paddedRows * rowBytes);
  tapOffsets(offsets, 1, kernelHeight, kernelWidth, stride, paddedRows, rowBytes, half);
  const stepBytes = stride * rowBytes;
  const low = i8x16.splat(relu ? 0 : -128);
  const biasAt = (kernelHeight * kernelWidth) << 4;
  const live = columnsOnData(columns, pitch, dead, left, stride);
  const plane = outputRows * columns;
  const is3x3 = kernelHeight == 3 && kernelWidth == 3;
  let to = 0;
  for (let i = 0; i < count; i++) {
    const from = source + load<i32>(inputs + (i << 2));
    packInput(from, input, zeros, mask, 1, rows, pitch, top, left, stride, paddedRows, rowBytes, half);
    const block = weights + load<i32>(blocks + (i << 2));
    packLane(block, packed, kernelHeight, kernelWidth);
    const biasValue = convBias(block + biasAt, 0);
    store<i32>(bias, biasValue);
    if (live + 8 <= columns) fillLane(biasValue, shift, relu, output + to, plane);
    const biasLanes = i32x4.splat(biasValue);
    for (let y = 0; y < outputRows; y++) {
      const row = input + y * stepBytes;
      if (is3x3) rowOf3x3(row, offsets, packed, live, biasLanes, shift, low, output, to);
      else rowOfOne(row, offsets, packed, pairs, live, bias, shift, low, output, to);
      to += columns;
    }
  }
  return wraps;
}
