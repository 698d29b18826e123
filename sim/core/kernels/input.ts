import { maskOf } from './padding';
import { fillLines, pairsEven, pairsHigh, pairsLow, pairsOdd, storePairs, turned } from './order';

/** Lays out one row of pairs: `a` and `b` are rows of `pitch` bytes; `mask` clears dead columns of the last 16. */
export function packRow(a: i32, b: i32, to: i32, pitch: i32, mask: v128, left: i32, stride: i32, half: i32): void {
  const even = to + (((left & 1) * half + (left >> 1)) << 2);
  const odd = to + ((((left + 1) & 1) * half + ((left + 1) >> 1)) << 2);
  for (let x = 0; x < pitch; x += 16) {
    let va = v128.load(a + x);
    let vb = v128.load(b + x);
    if (x + 16 == pitch) {
      va = v128.and(va, mask);
      vb = v128.and(vb, mask);
    }
    if (stride == 1) {
      const at = to + ((left + x) << 2);
      storePairs(at, pairsLow(va, vb));
      storePairs(at + 32, pairsHigh(va, vb));
    } else {
      storePairs(even + (x << 1), pairsEven(va, vb));
      storePairs(odd + (x << 1), pairsOdd(va, vb));
    }
  }
}

/**
 * Lays out one channel with stride 1 as pairs of rows, a row and the one below: 16 columns at a time, so that each row is read once. As
 * `packInput` for a channel without a partner.
 */
function packAlone(
  input: i32,
  to: i32,
  mask: v128,
  rows: i32,
  pitch: i32,
  top: i32,
  left: i32,
  paddedRows: i32,
  rowBytes: i32,
): void {
  const from = max(0, top - 1);
  const end = min(paddedRows, top + rows);
  for (let x = 0; x < pitch; x += 16) {
    const last = x + 16 == pitch;
    const column = input + x;
    let at = to + from * rowBytes + ((left + x) << 2);
    let above = i32x4.splat(0);
    // Below the top padding the first pair begins on data.
    if (from >= top) {
      above = turned(v128.load(column));
      if (last) above = v128.and(above, turned(mask));
    }
    for (let y = from - top + 1; y <= end - top; y++) {
      let below = i32x4.splat(0);
      if (y < rows) {
        below = turned(v128.load(column + y * pitch));
        if (last) below = v128.and(below, turned(mask));
      }
      storePairs(at, i8x16.shuffle(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
      storePairs(
        at + 32,
        i8x16.shuffle(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
      );
      above = below;
      at += rowBytes;
    }
  }
}

/** Clears `zeros` (`pitch` bytes of scratch) and the place of the input. Returns the mask that clears the last `dead` of 16 columns. */
export function clearInput(zeros: i32, pitch: i32, dead: i32, to: i32, bytes: i32): v128 {
  const mask = maskOf(zeros, dead);
  fillLines(zeros, 0, pitch);
  fillLines(to, 0, bytes);
  return mask;
}

/**
 * Lays out the input at `to`, which `clearInput` cleared, or where an input of the same shape lies: [ceil(channels / 2)][paddedRows][rowBytes],
 * zero padding included. With stride 2 a row holds its even columns first and its odd ones `half` pairs behind.
 */
export function packInput(
  input: i32,
  to: i32,
  zeros: i32,
  mask: v128,
  channels: i32,
  rows: i32,
  pitch: i32,
  top: i32,
  left: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
): void {
  const planes = (channels + 1) >> 1;
  const planeBytes = paddedRows * rowBytes;
  for (let p = 0; p < planes; p++) {
    const first = input + 2 * p * rows * pitch;
    const alone = 2 * p + 1 == channels;
    if (alone && stride == 1) {
      packAlone(first, to + p * planeBytes, mask, rows, pitch, top, left, paddedRows, rowBytes);
      continue;
    }
    const from = max(0, alone ? top - 1 : top);
    const end = min(paddedRows, top + rows);
    for (let r = from; r < end; r++) {
      const y = r - top;
      const a = y < 0 ? zeros : first + y * pitch;
      const below = y + 1 < rows ? first + (y + 1) * pitch : zeros;
      const b = alone ? below : first + (rows + y) * pitch;
      packRow(a, b, to + p * planeBytes + r * rowBytes, pitch, mask, left, stride, half);
    }
  }
}

/** How many output columns of a row have windows that touch data; those behind see zeros only. */
export function columnsOnData(columns: i32, pitch: i32, dead: i32, left: i32, stride: i32): i32 {
  return min(columns, (left + pitch - dead + stride - 1) / stride);
}

/** For every pair of taps, how far it lies from the window's first element, in bytes, to `offsets`. */
export function tapOffsets(
  offsets: i32,
  channels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  stride: i32,
  paddedRows: i32,
  rowBytes: i32,
  half: i32,
): void {
  let at = offsets;
  for (let c = 0; c < channels; c += 2) {
    const step = c + 1 == channels ? 2 : 1;
    for (let fy = 0; fy < kernelHeight; fy += step)
      for (let fx = 0; fx < kernelWidth; fx++) {
        const column = stride == 1 ? fx : (fx & 1) * half + (fx >> 1);
        store<i32>(at, ((c >> 1) * paddedRows + fy) * rowBytes + (column << 2));
        at += 4;
      }
  }
}
