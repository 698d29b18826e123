import { fillLines, turned } from './order';

/*
 * The analog core's array: every output column's sum of cells times inputs, then the converter and the batch norm. A pixel's channels lie one
 * behind the other, so that the cells of one kernel row meet a stretch of kernelWidth * channels elements of the image: nothing is unrolled.
 */

/** Elements of int16 that are multiplied at once. */
const STEP: i32 = 8;

/**
 * The image as int16, (rows, columns, channels) with zeros around, from the lines of each bank: `planes` [bank][line][16], `planeBytes` a bank. Line
 * `pixel * pixelStep + block * blockStep` holds 16 of the block's 64 channels in each bank. Only `copied` columns and `rows` rows are taken, of `columns`
 * a row. `image` (`bytes`, a multiple of 16) has `rowBytes` a row and room for a line behind its end.
 */
export function cellImage(
  planes: i32,
  planeBytes: i32,
  pixelStep: i32,
  blockStep: i32,
  reversed: i32,
  channels: i32,
  columns: i32,
  copied: i32,
  rows: i32,
  top: i32,
  left: i32,
  image: i32,
  rowBytes: i32,
  bytes: i32,
): void {
  fillLines(image, 0, bytes);
  const pixelBytes = channels << 1;
  for (let y = 0; y < rows; y++) {
    let to = image + (y + top) * rowBytes + left * pixelBytes;
    for (let x = 0; x < copied; x++) {
      const line = (y * columns + x) * pixelStep;
      for (let first = 0; first < channels; first += 16) {
        const bank = (first & 63) >> 4;
        const at = planes + bank * planeBytes + ((line + (first >> 6) * blockStep) << 4);
        const raw = v128.load(at);
        const values = reversed ? turned(raw) : raw;
        const low = i16x8.extend_low_i8x16_s(values);
        const high = i16x8.extend_high_i8x16_s(values);
        // What a line holds beyond the channels must not reach the next pixel, or the padding.
        const n = channels - first;
        v128.store(to + (first << 1), n < 8 ? v128.and(low, firstLanes(n)) : low);
        v128.store(to + (first << 1) + 16, n < 16 ? v128.and(high, firstLanes(n - 8)) : high);
      }
      to += pixelBytes;
    }
  }
}

/** Ones in the first `n` lanes of int16; none where `n` is negative. */
function firstLanes(n: i32): v128 {
  return i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>n));
}

/**
 * The cells, int8 [column][channel][fy][fx], as int16 in the order in which they meet the image: [4 columns at a time][fy][8 elements of a kernel row]
 * [column of the 4][8]. `packed` (`bytes`, a multiple of 16) has zeros where a kernel row or the last 4 columns end.
 */
export function cellWeights(
  cells: i32,
  outputs: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  steps: i32,
  packed: i32,
  bytes: i32,
): void {
  fillLines(packed, 0, bytes);
  const taps = kernelHeight * kernelWidth;
  const group = kernelHeight * (steps << 6);
  for (let k = 0; k < outputs; k++) {
    const base = packed + (k >> 2) * group + ((k & 3) << 4);
    for (let fy = 0; fy < kernelHeight; fy++)
      for (let fx = 0; fx < kernelWidth; fx++) {
        let from = cells + k * channels * taps + fy * kernelWidth + fx;
        let e = fx * channels;
        const row = base + fy * (steps << 6);
        for (const end = e + channels; e < end; e++) {
          store<i16>(row + ((e >> 3) << 6) + ((e & 7) << 1), <i16>load<i8>(from));
          from += taps;
        }
      }
  }
}

/** The sums of four vectors' lanes. */
// @ts-ignore: decorator
@inline
function across(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

// @ts-ignore: decorator
@inline
function wrapped16(v: v128): v128 {
  return i32x4.shr_s(i32x4.shl(v, 16), 16);
}

/** Four columns' results of one pixel as int8, in the lowest word: the converter of 6 bits behind a gain, the batch norm, shift, saturation. */
// @ts-ignore: decorator
@inline
function processed(
  sums: v128,
  gain: v128,
  multiply: v128,
  add: v128,
  int16: bool,
  shift: i32,
  low: v128,
  reversed: bool,
): v128 {
  const level = f32x4.floor(f32x4.div(f32x4.convert_i32x4_s(sums), gain));
  const limited = f32x4.min(f32x4.max(level, f32x4.splat(-32)), f32x4.splat(31));
  let v = i32x4.mul(i32x4.trunc_sat_f32x4_s(limited), multiply);
  v = int16 ? wrapped16(i32x4.add(wrapped16(v), add)) : i32x4.add(v, add);
  const words = i16x8.narrow_i32x4_s(i32x4.shr_s(v, shift), v);
  const bytes = i8x16.max_s(i8x16.narrow_i16x8_s(words, words), low);
  return reversed ? turned(bytes) : bytes;
}

/**
 * The job: `image` and `packed` as above, `norm`: a word for each of `outputs` columns (rounded up to 4) to multiply by, and `addAt` bytes behind
 * it one to add -> `output` [bank][line][16], `planeBytes` a bank, cleared before.
 */
export function cellOutputs(
  image: i32,
  rowBytes: i32,
  pixelBytes: i32,
  stride: i32,
  packed: i32,
  kernelHeight: i32,
  steps: i32,
  outputs: i32,
  outputColumns: i32,
  outputRows: i32,
  gain: f32,
  norm: i32,
  addAt: i32,
  int16: i32,
  shift: i32,
  relu: i32,
  output: i32,
  planeBytes: i32,
  pixelStep: i32,
  blockStep: i32,
  reversed: i32,
): void {
  memory.fill(output, 0, planeBytes << 2);
  const down = stride * rowBytes;
  const right = stride * pixelBytes;
  const group = kernelHeight * (steps << 6);
  const gains = f32x4.splat(gain);
  const low = i8x16.splat(relu ? 0 : -128);
  for (let k = 0; k < outputs; k += 4) {
    const weights = packed + (k >> 2) * group;
    const multiply = v128.load(norm + (k << 2));
    const add = v128.load(norm + addAt + (k << 2));
    const column = output + ((k & 63) >> 4) * planeBytes + (((k >> 6) * blockStep) << 4) + (k & 15);
    for (let y = 0; y < outputRows; y++)
      // Two pixels at once; of an odd number the last one twice.
      for (let x = 0; x < outputColumns; x += 2) {
        const x1 = min(x + 1, outputColumns - 1);
        const row = image + y * down;
        let a0 = i32x4.splat(0);
        let b0 = i32x4.splat(0);
        let c0 = i32x4.splat(0);
        let d0 = i32x4.splat(0);
        let a1 = i32x4.splat(0);
        let b1 = i32x4.splat(0);
        let c1 = i32x4.splat(0);
        let d1 = i32x4.splat(0);
        let w = weights;
        for (let fy = 0; fy < kernelHeight; fy++) {
          let p0 = row + fy * rowBytes + x * right;
          let p1 = row + fy * rowBytes + x1 * right;
          for (const end = p0 + (steps << 4); p0 < end; p0 += STEP << 1) {
            const v0 = v128.load(p0);
            const v1 = v128.load(p1);
            const a = v128.load(w);
            a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v0, a));
            a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v1, a));
            const b = v128.load(w, 16);
            b0 = i32x4.add(b0, i32x4.dot_i16x8_s(v0, b));
            b1 = i32x4.add(b1, i32x4.dot_i16x8_s(v1, b));
            const c = v128.load(w, 32);
            c0 = i32x4.add(c0, i32x4.dot_i16x8_s(v0, c));
            c1 = i32x4.add(c1, i32x4.dot_i16x8_s(v1, c));
            const d = v128.load(w, 48);
            d0 = i32x4.add(d0, i32x4.dot_i16x8_s(v0, d));
            d1 = i32x4.add(d1, i32x4.dot_i16x8_s(v1, d));
            w += 64;
            p1 += STEP << 1;
          }
        }
        const line = y * outputColumns;
        const r0 = processed(across(a0, b0, c0, d0), gains, multiply, add, int16 != 0, shift, low, reversed != 0);
        v128.store32_lane(column + (((line + x) * pixelStep) << 4), r0, 0);
        const r1 = processed(across(a1, b1, c1, d1), gains, multiply, add, int16 != 0, shift, low, reversed != 0);
        v128.store32_lane(column + (((line + x1) * pixelStep) << 4), r1, 0);
      }
  }
}
