import { beginWraps, finish, wraps } from './finish';
import { fillLines, interleaveHigh, interleaveLow, turned } from './order';
import { maskOf, padInput } from './padding';
import { convBias } from './weights';

/**
 * A 3x3 conv of stride 1 by Winograd's minimal filtering, F(2x2, 3x3) (A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2015): 4 outputs
 * of a tile take 16 products a channel instead of 36. Tile of 4x4 inputs V = Bt d B, weights U = (2G) g (2G)t, four times
 * the outputs = At (sum of U * V over channels) A, with
 *
 *   Bt = 1  0 -1  0    2G = 2  0  0    At = 1  1  1  0
 *        0  1  1  0         1  1  1         0  1 -1 -1
 *        0 -1  1  0         1 -1  1
 *        0  1  0 -1         0  0  2
 *
 * Exact: |V| <= 4 * 128 and |U| <= 9 * 128 fit int16, and sums wrap modulo 2^32 on the way to a result that fits (at most 2048 channels).
 *
 * Tiles are taken by 8, two rows of 16 columns of the output; a position is one of the 16 places in a tile.
 */

/** Bytes of 8 tiles' pairs of channels at one position, and of 4 lanes' pairs of weights. */
const TILES: i32 = 32;
const LANES: i32 = 16;
/** Bytes of the sums of 4 lanes by 8 tiles at one position. */
const SUMS: i32 = 128;

/** Even and odd columns of 16, as int16. */
// @ts-ignore: decorator
@inline
function even(v: v128): v128 {
  return i16x8.shr_s(i16x8.shl(v, 8), 8);
}
// @ts-ignore: decorator
@inline
function odd(v: v128): v128 {
  return i16x8.shr_s(v, 8);
}

/** Interleaves a position's values of two channels and stores them. */
// @ts-ignore: decorator
@inline
function storeTiles(to: i32, a: v128, b: v128): void {
  v128.store(to, interleaveLow(a, b));
  v128.store(to, interleaveHigh(a, b), 16);
}

/** Vertical half of Bt d B for one column of places: rows `r0` to `r3` of two channels, to the positions from `to` on, `step` apart. */
// @ts-ignore: decorator
@inline
function down(
  a0: v128,
  a1: v128,
  a2: v128,
  a3: v128,
  b0: v128,
  b1: v128,
  b2: v128,
  b3: v128,
  to: i32,
  step: i32,
): void {
  storeTiles(to, i16x8.sub(a0, a2), i16x8.sub(b0, b2));
  storeTiles(to + 4 * step, i16x8.add(a1, a2), i16x8.add(b1, b2));
  storeTiles(to + 8 * step, i16x8.sub(a2, a1), i16x8.sub(b2, b1));
  storeTiles(to + 12 * step, i16x8.sub(a1, a3), i16x8.sub(b1, b3));
}

/** The horizontal half for one place of a row: `v` are its columns from the tiles' first on, `w` those two further on. */
// @ts-ignore: decorator
@inline
function across(v: v128, w: v128, place: i32): v128 {
  if (place == 0) return i16x8.sub(even(v), even(w));
  if (place == 1) return i16x8.add(odd(v), even(w));
  if (place == 2) return i16x8.sub(even(w), odd(v));
  return i16x8.sub(odd(v), odd(w));
}

/** V of 8 tiles of two channels, whose planes are `plane` bytes apart: to `to`, positions `step` bytes apart. */
function transformTiles(from: i32, plane: i32, rowBytes: i32, to: i32, step: i32): void {
  const second = from + plane;
  const a0 = v128.load(from);
  const c0 = v128.load(from, 2);
  const a1 = v128.load(from + rowBytes);
  const c1 = v128.load(from + rowBytes, 2);
  const a2 = v128.load(from + 2 * rowBytes);
  const c2 = v128.load(from + 2 * rowBytes, 2);
  const a3 = v128.load(from + 3 * rowBytes);
  const c3 = v128.load(from + 3 * rowBytes, 2);
  const b0 = v128.load(second);
  const d0 = v128.load(second, 2);
  const b1 = v128.load(second + rowBytes);
  const d1 = v128.load(second + rowBytes, 2);
  const b2 = v128.load(second + 2 * rowBytes);
  const d2 = v128.load(second + 2 * rowBytes, 2);
  const b3 = v128.load(second + 3 * rowBytes);
  const d3 = v128.load(second + 3 * rowBytes, 2);
  down(
    across(a0, c0, 0),
    across(a1, c1, 0),
    across(a2, c2, 0),
    across(a3, c3, 0),
    across(b0, d0, 0),
    across(b1, d1, 0),
    across(b2, d2, 0),
    across(b3, d3, 0),
    to + 0 * step,
    step,
  );
  down(
    across(a0, c0, 1),
    across(a1, c1, 1),
    across(a2, c2, 1),
    across(a3, c3, 1),
    across(b0, d0, 1),
    across(b1, d1, 1),
    across(b2, d2, 1),
    across(b3, d3, 1),
    to + 1 * step,
    step,
  );
  down(
    across(a0, c0, 2),
    across(a1, c1, 2),
    across(a2, c2, 2),
    across(a3, c3, 2),
    across(b0, d0, 2),
    across(b1, d1, 2),
    across(b2, d2, 2),
    across(b3, d3, 2),
    to + 2 * step,
    step,
  );
  down(
    across(a0, c0, 3),
    across(a1, c1, 3),
    across(a2, c2, 3),
    across(a3, c3, 3),
    across(b0, d0, 3),
    across(b1, d1, 3),
    across(b2, d2, 3),
    across(b3, d3, 3),
    to + 3 * step,
    step,
  );
}

/** Stores a position's weights of 8 lanes and two channels: two groups of 4 lanes, `group` bytes apart. */
// @ts-ignore: decorator
@inline
function storeLanes(to: i32, group: i32, a: v128, b: v128): void {
  v128.store(to, interleaveLow(a, b));
  v128.store(to + group, interleaveHigh(a, b));
}

/** One row of U from a row of (2G) g, for 8 lanes of two channels. */
// @ts-ignore: decorator
@inline
function weightRow(a0: v128, a1: v128, a2: v128, b0: v128, b1: v128, b2: v128, to: i32, step: i32, group: i32): void {
  const a = i16x8.add(a0, a2);
  const b = i16x8.add(b0, b2);
  storeLanes(to, group, i16x8.shl(a0, 1), i16x8.shl(b0, 1));
  storeLanes(to + step, group, i16x8.add(a, a1), i16x8.add(b, b1));
  storeLanes(to + 2 * step, group, i16x8.sub(a, a1), i16x8.sub(b, b1));
  storeLanes(to + 3 * step, group, i16x8.shl(a2, 1), i16x8.shl(b2, 1));
}

/** 8 lanes (natural order) of one tap as int16: half 0 or 1 of the 16 at `at`. */
// @ts-ignore: decorator
@inline
function lanesAt(at: i32, half: i32): v128 {
  const lanes = turned(v128.load(at));
  return half == 0 ? i16x8.extend_low_i8x16_s(lanes) : i16x8.extend_high_i8x16_s(lanes);
}

/** U of 8 lanes of two channels, whose taps lie at `a` and `b`. */
function transformWeights(a: i32, b: i32, half: i32, to: i32, step: i32, group: i32): void {
  for (let row = 0; row < 4; row++) {
    let a0 = i32x4.splat(0),
      a1 = i32x4.splat(0),
      a2 = i32x4.splat(0),
      b0 = i32x4.splat(0),
      b1 = i32x4.splat(0),
      b2 = i32x4.splat(0);
    if (row == 0 || row == 3) {
      const at = row == 0 ? 0 : 96;
      a0 = i16x8.shl(lanesAt(a + at, half), 1);
      a1 = i16x8.shl(lanesAt(a + at + 16, half), 1);
      a2 = i16x8.shl(lanesAt(a + at + 32, half), 1);
      b0 = i16x8.shl(lanesAt(b + at, half), 1);
      b1 = i16x8.shl(lanesAt(b + at + 16, half), 1);
      b2 = i16x8.shl(lanesAt(b + at + 32, half), 1);
    } else {
      a0 = i16x8.add(lanesAt(a, half), lanesAt(a + 96, half));
      a1 = i16x8.add(lanesAt(a + 16, half), lanesAt(a + 112, half));
      a2 = i16x8.add(lanesAt(a + 32, half), lanesAt(a + 128, half));
      b0 = i16x8.add(lanesAt(b, half), lanesAt(b + 96, half));
      b1 = i16x8.add(lanesAt(b + 16, half), lanesAt(b + 112, half));
      b2 = i16x8.add(lanesAt(b + 32, half), lanesAt(b + 128, half));
      if (row == 1) {
        a0 = i16x8.add(a0, lanesAt(a + 48, half));
        a1 = i16x8.add(a1, lanesAt(a + 64, half));
        a2 = i16x8.add(a2, lanesAt(a + 80, half));
        b0 = i16x8.add(b0, lanesAt(b + 48, half));
        b1 = i16x8.add(b1, lanesAt(b + 64, half));
        b2 = i16x8.add(b2, lanesAt(b + 80, half));
      } else {
        a0 = i16x8.sub(a0, lanesAt(a + 48, half));
        a1 = i16x8.sub(a1, lanesAt(a + 64, half));
        a2 = i16x8.sub(a2, lanesAt(a + 80, half));
        b0 = i16x8.sub(b0, lanesAt(b + 48, half));
        b1 = i16x8.sub(b1, lanesAt(b + 64, half));
        b2 = i16x8.sub(b2, lanesAt(b + 80, half));
      }
    }
    weightRow(a0, a1, a2, b0, b1, b2, to + 4 * row * step, step, group);
  }
}

/** Sums over channels of 4 lanes by 8 tiles at all positions: `u` [16][pairs][4 lanes][2], `v` [16][pairs][8 tiles][2] -> [16][4][8]. */
function multiply(u: i32, v: i32, pairs: i32, sums: i32): void {
  for (let position = 0; position < 16; position++) {
    let a0 = i32x4.splat(0),
      a1 = i32x4.splat(0),
      b0 = i32x4.splat(0),
      b1 = i32x4.splat(0);
    let c0 = i32x4.splat(0),
      c1 = i32x4.splat(0),
      d0 = i32x4.splat(0),
      d1 = i32x4.splat(0);
    const end = u + pairs * LANES;
    for (; u < end; u += LANES) {
      const i0 = v128.load(v);
      const i1 = v128.load(v, 16);
      const wa = v128.load32_splat(u);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i0, wa));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i1, wa));
      const wb = v128.load32_splat(u, 4);
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(i0, wb));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(i1, wb));
      const wc = v128.load32_splat(u, 8);
      c0 = i32x4.add(c0, i32x4.dot_i16x8_s(i0, wc));
      c1 = i32x4.add(c1, i32x4.dot_i16x8_s(i1, wc));
      const wd = v128.load32_splat(u, 12);
      d0 = i32x4.add(d0, i32x4.dot_i16x8_s(i0, wd));
      d1 = i32x4.add(d1, i32x4.dot_i16x8_s(i1, wd));
      v += TILES;
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, b0, 32);
    v128.store(sums, b1, 48);
    v128.store(sums, c0, 64);
    v128.store(sums, c1, 80);
    v128.store(sums, d0, 96);
    v128.store(sums, d1, 112);
    sums += SUMS;
  }
}

/** A row's even and odd columns (four times their sums) of 4 tiles, requantized: 8 elements from `to` on. */
// @ts-ignore: decorator
@inline
function finishRow(e: v128, o: v128, bias: v128, shift: i32, low: v128, output: i32, to: i32): void {
  const even = i32x4.shr_s(e, 2);
  const odd = i32x4.shr_s(o, 2);
  const s0 = i32x4.shuffle(even, odd, 0, 4, 1, 5);
  finish(s0, i32x4.shuffle(even, odd, 2, 6, 3, 7), bias, shift, low, output, to);
}

/** 4 tiles of one lane: two rows of 8 columns from their sums at all positions; the second row only where `both`. */
function tilesOut(
  sums: i32,
  bias: v128,
  shift: i32,
  low: v128,
  output: i32,
  to: i32,
  columns: i32,
  both: bool,
): void {
  const m10 = v128.load(sums + 4 * SUMS);
  const m20 = v128.load(sums + 8 * SUMS);
  const m11 = v128.load(sums + 5 * SUMS);
  const m21 = v128.load(sums + 9 * SUMS);
  const m12 = v128.load(sums + 6 * SUMS);
  const m22 = v128.load(sums + 10 * SUMS);
  const m13 = v128.load(sums + 7 * SUMS);
  const m23 = v128.load(sums + 11 * SUMS);
  const t0 = i32x4.add(v128.load(sums), i32x4.add(m10, m20));
  const t1 = i32x4.add(v128.load(sums + SUMS), i32x4.add(m11, m21));
  const t2 = i32x4.add(v128.load(sums + 2 * SUMS), i32x4.add(m12, m22));
  const t3 = i32x4.add(v128.load(sums + 3 * SUMS), i32x4.add(m13, m23));
  finishRow(
    i32x4.add(i32x4.add(t0, t1), t2),
    i32x4.sub(i32x4.sub(t1, t2), t3),
    bias,
    shift,
    low,
    output,
    to,
  );
  if (!both) return;
  const u0 = i32x4.sub(i32x4.sub(m10, m20), v128.load(sums + 12 * SUMS));
  const u1 = i32x4.sub(i32x4.sub(m11, m21), v128.load(sums + 13 * SUMS));
  const u2 = i32x4.sub(i32x4.sub(m12, m22), v128.load(sums + 14 * SUMS));
  const u3 = i32x4.sub(i32x4.sub(m13, m23), v128.load(sums + 15 * SUMS));
  finishRow(
    i32x4.add(i32x4.add(u0, u1), u2),
    i32x4.sub(i32x4.sub(u1, u2), u3),
    bias,
    shift,
    low,
    output,
    to + columns,
  );
}

/** U of all blocks: [4 * blocks groups][16][pairs][4 lanes][2], and their biases, 4 bytes a lane. Channels are filled up to pairs by `zeros`. */
function transformAll(weights: i32, blocks: i32, channels: i32, pairs: i32, zeros: i32, u: i32, biases: i32): void {
  const step = pairs * LANES;
  const group = 16 * step;
  for (let block = 0; block < blocks; block++) {
    for (let p = 0; p < pairs; p++) {
      const a = weights + 288 * p;
      const b = 2 * p + 1 < channels ? a + 144 : zeros;
      for (let half = 0; half < 2; half++)
        transformWeights(a, b, half, u + 2 * half * group + p * LANES, step, group);
    }
    weights += 144 * channels;
    for (let lane = 0; lane < 16; lane++) {
      store<i32>(biases, convBias(weights, lane));
      biases += 4;
    }
    weights += 64;
    u += 4 * group;
  }
}

/**
 * A conv as `conv` computes it, 3x3 with stride 1. Scratch: `padded` (channels, rounded up to even, by `paddedRows` (even) by `rowBytes`), `zeros` (144 bytes),
 * `u` (1024 bytes for each pair of channels and block), `v` (512 bytes for each pair of channels and 16 columns), `biases`
 * (64 bytes a block), `sums` (2048 bytes).
 */
export function winograd(
  source: i32,
  channels: i32,
  rows: i32,
  pitch: i32,
  dead: i32,
  top: i32,
  left: i32,
  padded: i32,
  paddedRows: i32,
  rowBytes: i32,
  zeros: i32,
  weights: i32,
  blocks: i32,
  u: i32,
  v: i32,
  biases: i32,
  sums: i32,
  outputRows: i32,
  columns: i32,
  shift: i32,
  relu: i32,
  output: i32,
  wrapped: i32,
): i32 {
  beginWraps(wrapped);
  const pairs = (channels + 1) >> 1;
  const plane = paddedRows * rowBytes;
  fillLines(padded, 0, 2 * pairs * plane);
  padInput(source, channels, rows, pitch, maskOf(zeros, dead), top, left, padded, paddedRows, rowBytes);
  fillLines(zeros, 0, 144);
  transformAll(weights, blocks, channels, pairs, zeros, u, biases);
  const step = pairs * TILES;
  const outputPlane = outputRows * columns;
  const low = i8x16.splat(relu ? 0 : -128);
  const groups = 4 * blocks;
  for (let y = 0; y < outputRows; y += 2) {
    for (let x = 0; x < columns; x += 16) {
      const from = padded + y * rowBytes + x;
      for (let p = 0; p < pairs; p++)
        transformTiles(from + 2 * p * plane, plane, rowBytes, v + x * step + p * TILES, step);
    }
    const both = y + 1 < outputRows;
    for (let group = 0; group < groups; group++)
      for (let x = 0; x < columns; x += 16) {
        multiply(u + (group * pairs << 8), v + x * step, pairs, sums);
        for (let lane = 0; lane < 4; lane++) {
          const k = (group << 2) + lane;
          const bias = v128.load32_splat(biases + (k << 2));
          const to = k * outputPlane + y * columns + x;
          tilesOut(sums + (lane << 5), bias, shift, low, output, to, columns, both);
          tilesOut(sums + (lane << 5) + 16, bias, shift, low, output, to + 8, columns, both);
        }
      }
  }
  return wraps;
}
