import { fillLines, turned } from './order';

/** Clears the last `dead` of 16 columns in the core's order. `scratch`: 16 bytes. */
export function maskOf(scratch: i32, dead: i32): v128 {
  fillLines(scratch, -1, 16);
  for (let i = 16 - dead; i < 16; i++) store<u8>(scratch + (i ^ 3), 0);
  return v128.load(scratch);
}

/**
 * The input's planes in natural order, inside zeros that are there already: at `to` [channels][paddedRows][rowBytes], the first element of each
 * plane at row `top`, column `left`. Rows beyond are left out.
 */
export function padInput(
  source: i32,
  channels: i32,
  rows: i32,
  pitch: i32,
  mask: v128,
  top: i32,
  left: i32,
  to: i32,
  paddedRows: i32,
  rowBytes: i32,
): void {
  const kept = min(rows, paddedRows - top);
  for (let c = 0; c < channels; c++) {
    let from = source + c * rows * pitch;
    let row = to + (c * paddedRows + top) * rowBytes + left;
    for (let y = 0; y < kept; y++) {
      for (let x = 0; x < pitch; x += 16) {
        let bytes = v128.load(from + x);
        if (x + 16 == pitch) bytes = v128.and(bytes, mask);
        v128.store(row + x, turned(bytes));
      }
      from += pitch;
      row += rowBytes;
    }
  }
}
