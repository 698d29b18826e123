import { turned } from './order';

/**
 * Bytes from the core's order into natural order and back: `lines` lines of `columns` bytes, `pitch` (a multiple of 16) apart at `from` -> one
 * behind the other at `to`, which is written up to 15 bytes beyond their end.
 */
export function turn(from: i32, to: i32, lines: i32, columns: i32, pitch: i32): void {
  for (let line = 0; line < lines; line++) {
    for (let x = 0; x < columns; x += 16) {
      v128.store(to + x, turned(v128.load(from + x)));
    }
    from += pitch;
    to += columns;
  }
}
