import type { Shape } from '../../src/base/tensor.js';
import { roundUp } from '../../src/base/units.js';
import { LINE_BYTES, WORD_BYTES } from './geometry.js';

/** How an int8 tensor lies on the core's side: planes of rows, each row padded to whole lines of 16 elements. */
export interface CoreLayout {
  readonly planes: number;
  readonly rows: number;
  readonly columns: number;
  /** Distance between rows in bytes (= elements): columns rounded up to 16. [dory] */
  readonly pitch: number;
  readonly planeBytes: number;
  readonly bytes: number;
}

/** The core's layout of a shape: the last axis are columns, the one before rows, the others planes; a vector is one row. */
export function coreLayout(shape: Shape): CoreLayout {
  const columns = shape.at(-1) ?? 1;
  const rows = shape.at(-2) ?? 1;
  const planes = shape.slice(0, -2).reduce((n, d) => n * d, 1);
  const pitch = roundUp(columns, LINE_BYTES);
  const planeBytes = rows * pitch;
  return { planes, rows, columns, pitch, planeBytes, bytes: planes * planeBytes };
}

/**
 * Where element `e` of a tensor lies, in bytes from its start: the core sees words most significant byte first, so elements
 * are reversed within each group of four. [htvm]
 */
export const byteOfElement = (e: number): number => (e & ~3) | (3 - (e & 3));

/** Reverses the bytes of each 32-bit word, in place. The length must be a multiple of 4. */
export function reverseWords(data: Uint8Array | Int8Array): void {
  if (data.length % WORD_BYTES !== 0) throw new Error(`${data.length} bytes are no whole words`);
  for (let i = 0; i < data.length; i += WORD_BYTES) {
    const a = data[i]!;
    const b = data[i + 1]!;
    data[i] = data[i + 3]!;
    data[i + 1] = data[i + 2]!;
    data[i + 2] = b;
    data[i + 3] = a;
  }
}

/** Dense int8 values in the core's layout: rows padded with zeros, words reversed. */
export function packForCore(values: ArrayLike<number>, shape: Shape): Uint8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const out = new Uint8Array(bytes);
  for (let row = 0; row < planes * rows; row++)
    for (let x = 0; x < columns; x++) out[row * pitch + x] = values[row * columns + x]!;
  reverseWords(out);
  return out;
}

/** The values of a tensor in the core's layout, dense; what lies in the padding is dropped. */
export function unpackFromCore(data: Uint8Array, shape: Shape): Int8Array {
  const { planes, rows, columns, pitch } = coreLayout(shape);
  const out = new Int8Array(planes * rows * columns);
  const whole = columns & ~3;
  for (let row = 0; row < planes * rows; row++) {
    // Rows start on words: four elements of a word at a time, then the rest of the row.
    const from = row * pitch;
    const to = row * columns;
    for (let x = 0; x < whole; x += 4) {
      out[to + x] = data[from + x + 3]!;
      out[to + x + 1] = data[from + x + 2]!;
      out[to + x + 2] = data[from + x + 1]!;
      out[to + x + 3] = data[from + x]!;
    }
    for (let x = whole; x < columns; x++) out[to + x] = data[byteOfElement(from + x)]!;
  }
  return out;
}
