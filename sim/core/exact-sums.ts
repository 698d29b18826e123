import { ARRAY_CHANNELS, ARRAY_COLUMNS } from '../isa/geometry.js';

/** A convolution with element order undone, sizes in elements. */
export interface ConvProblem {
  readonly channels: number;
  readonly rows: number;
  readonly pitch: number;
  /** Columns of a row that hold data; the others up to the pitch read as zero. */
  readonly columns: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly outputRows: number;
  /** A multiple of 16. */
  readonly outputColumns: number;
  /** [channels][rows][pitch] */
  readonly input: Int8Array;
}

/**
 * Two sums ride in one double, the second one scaled by 2^27: one multiply and one add do two multiply-accumulates. A sum of
 * at most 4092 products of int8 stays below 2^26 in magnitude, both together below 2^53, so every step is exact and the two
 * come apart again by rounding.
 */
const LANE = 2 ** 27;
const MAX_TAPS = 4092;

/** Zero padding applied, as doubles: [channels][rows][columns] of what the windows touch. */
interface PaddedInput {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

function padInput(p: ConvProblem): PaddedInput {
  const rows = (p.outputRows - 1) * p.stride + p.kernelHeight;
  const columns = (p.outputColumns - 1) * p.stride + p.kernelWidth;
  const data = new Float64Array(p.channels * rows * columns);
  const firstRow = Math.max(0, p.top);
  const lastRow = Math.min(rows, p.top + p.rows);
  const copied = Math.min(p.columns, columns - p.left);
  for (let c = 0; c < p.channels; c++)
    for (let r = firstRow; r < lastRow; r++) {
      const from = (c * p.rows + r - p.top) * p.pitch;
      const to = (c * rows + r) * columns + p.left;
      for (let x = 0; x < copied; x++) data[to + x] = p.input[from + x]!;
    }
  return { data, rows, columns };
}

/** For every tap (c, fy, fx): its offset in the padded input from the window's first element. */
function tapOffsets(p: ConvProblem, padded: PaddedInput): Int32Array {
  const offsets = new Int32Array(p.channels * p.kernelHeight * p.kernelWidth);
  let tap = 0;
  for (let c = 0; c < p.channels; c++)
    for (let fy = 0; fy < p.kernelHeight; fy++)
      for (let fx = 0; fx < p.kernelWidth; fx++)
        offsets[tap++] = (c * padded.rows + fy) * padded.columns + fx;
  return offsets;
}

/** Weights of 4 channels from `lane` on as two paired doubles a tap. */
function pairWeights(weights: Int8Array, lane: number, from: number, to: number, pairs: Float64Array): void {
  for (let tap = from; tap < to; tap++) {
    const at = tap * ARRAY_CHANNELS + lane;
    pairs[2 * (tap - from)] = weights[at]! + weights[at + 1]! * LANE;
    pairs[2 * (tap - from) + 1] = weights[at + 2]! + weights[at + 3]! * LANE;
  }
}

/** Adds one row of 4 channels to `sums`: 4 columns x 4 channels at a time, all accumulators in registers. */
function addRow(
  data: Float64Array,
  offsets: Int32Array,
  pairs: Float64Array,
  fromTap: number,
  toTap: number,
  rowStart: number,
  stride: number,
  columns: number,
  sums: Float64Array,
  sumStart: number,
  plane: number,
): void {
  const s2 = 2 * stride;
  const s3 = 3 * stride;
  for (let x = 0; x < columns; x += 4) {
    const start = rowStart + x * stride;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let tap = fromTap, w = 0; tap < toTap; tap++, w += 2) {
      const at = start + offsets[tap]!;
      const wa = pairs[w]!;
      const wb = pairs[w + 1]!;
      const i0 = data[at]!;
      const i1 = data[at + stride]!;
      const i2 = data[at + s2]!;
      const i3 = data[at + s3]!;
      a0 += i0 * wa;
      b0 += i0 * wb;
      a1 += i1 * wa;
      b1 += i1 * wb;
      a2 += i2 * wa;
      b2 += i2 * wb;
      a3 += i3 * wa;
      b3 += i3 * wb;
    }
    const at = sumStart + x;
    addPair(sums, at, plane, a0);
    addPair(sums, at + 1, plane, a1);
    addPair(sums, at + 2, plane, a2);
    addPair(sums, at + 3, plane, a3);
    addPair(sums, at + 2 * plane, plane, b0);
    addPair(sums, at + 2 * plane + 1, plane, b1);
    addPair(sums, at + 2 * plane + 2, plane, b2);
    addPair(sums, at + 2 * plane + 3, plane, b3);
  }
}

function addPair(sums: Float64Array, at: number, plane: number, pair: number): void {
  const high = Math.floor(pair / LANE + 0.5);
  sums[at] = sums[at]! + (pair - high * LANE);
  sums[at + plane] = sums[at + plane]! + high;
}

/**
 * Starts a convolution. The returned function adds up one block: `weights` [channels][fy][fx][16] -> `sums`
 * [16][outputRows][outputColumns], each sum_{c,fy,fx} input * weight, exact (not wrapped to int32).
 */
export function convSums(problem: ConvProblem): (weights: Int8Array, sums: Float64Array) => void {
  const padded = padInput(problem);
  const offsets = tapOffsets(problem, padded);
  const { outputRows, outputColumns, stride } = problem;
  const plane = outputRows * outputColumns;
  const pairs = new Float64Array(2 * Math.min(offsets.length, MAX_TAPS));
  return (weights, sums) => {
    sums.fill(0);
    for (let lane = 0; lane < ARRAY_CHANNELS; lane += 4)
      for (let from = 0; from < offsets.length; from += MAX_TAPS) {
        const to = Math.min(from + MAX_TAPS, offsets.length);
        pairWeights(weights, lane, from, to, pairs);
        for (let y = 0; y < outputRows; y++)
          addRow(
            padded.data,
            offsets,
            pairs,
            from,
            to,
            y * stride * padded.columns,
            stride,
            outputColumns,
            sums,
            lane * plane + y * outputColumns,
            plane,
          );
      }
  };
}

/** One block of a fully connected layer: input [n], weights [n/16][16 outputs][16 inputs] -> 16 exact sums. */
export function denseSums(input: Int8Array, weights: Int8Array, sums: Float64Array): void {
  sums.fill(0);
  for (let group = 0; group < input.length; group += ARRAY_COLUMNS)
    for (let o = 0; o < ARRAY_CHANNELS; o++) {
      const at = (group + o) * ARRAY_COLUMNS;
      let sum = 0;
      for (let i = 0; i < ARRAY_COLUMNS; i++) sum += input[group + i]! * weights[at + i]!;
      sums[o] = sums[o]! + sum;
    }
}
