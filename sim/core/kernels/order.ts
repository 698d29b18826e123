/** Columns (or lanes) 0..7 and 8..15 of two vectors in the core's order, interleaved in natural order. */
export function pairsLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 3, 19, 2, 18, 1, 17, 0, 16, 7, 23, 6, 22, 5, 21, 4, 20);
}
export function pairsHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 11, 27, 10, 26, 9, 25, 8, 24, 15, 31, 14, 30, 13, 29, 12, 28);
}
/** The same of the even and of the odd columns among 16. */
export function pairsEven(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 3, 19, 1, 17, 7, 23, 5, 21, 11, 27, 9, 25, 15, 31, 13, 29);
}
export function pairsOdd(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 2, 18, 0, 16, 6, 22, 4, 20, 10, 26, 8, 24, 14, 30, 12, 28);
}

/** Up to this many bytes a loop fills faster than a call of the engine does. */
export const SHORT_FILL: i32 = 2048;

/** `bytes` (a multiple of 16) bytes of `value` at `to`. */
export function fillLines(to: i32, value: i32, bytes: i32): void {
  if (bytes > SHORT_FILL) {
    memory.fill(to, <u8>value, bytes);
    return;
  }
  const line = i8x16.splat(<i8>value);
  for (let i = 0; i < bytes; i += 16) v128.store(to + i, line);
}

/** Stores 8 pairs of int8 as 8 pairs of int16. */
export function storePairs(at: i32, pairs: v128): void {
  v128.store(at, i16x8.extend_low_i8x16_s(pairs));
  v128.store(at, i16x8.extend_high_i8x16_s(pairs), 16);
}

/** The first four and the last four int16 of two vectors, interleaved. */
// @ts-ignore: decorator
@inline
export function interleaveLow(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
// @ts-ignore: decorator
@inline
export function interleaveHigh(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** 16 bytes from the core's order into natural order, and back. */
// @ts-ignore: decorator
@inline
export function turned(v: v128): v128 {
  return i8x16.shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}
