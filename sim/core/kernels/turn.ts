import { turned } from './order';
import { maskOf } from './padding';

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

/**
 * The other way: `lines` lines of `columns` bytes one behind the other at `from`, which is read up to 15 bytes beyond their end, in the core's order
 * and `pitch` (a multiple of 16) apart, zeros behind each -> `to`. `scratch`: 16 bytes.
 */
export function pack(from: i32, to: i32, lines: i32, columns: i32, pitch: i32, scratch: i32): void {
  const mask = maskOf(scratch, pitch - columns);
  const last = pitch - 16;
  for (let line = 0; line < lines; line++) {
    for (let x = 0; x < last; x += 16) v128.store(to + x, turned(v128.load(from + x)));
    v128.store(to + last, v128.and(turned(v128.load(from + last)), mask));
    from += columns;
    to += pitch;
  }
}
