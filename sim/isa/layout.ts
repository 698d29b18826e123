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

/** The bytes of a word in the other order. */
const turned = (word: number): number =>
  (word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24);

/** Reverses the bytes of each 32-bit word, in place. The length must be a multiple of 4. */
export function reverseWords(data: Uint8Array | Int8Array): void {
  if (data.length % WORD_BYTES !== 0) throw new Error(`${data.length} bytes are no whole words`);
  if (data.byteOffset % WORD_BYTES === 0) {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length / WORD_BYTES);
    for (let i = 0; i < words.length; i++) words[i] = turned(words[i]!);
    return;
  }
  for (let i = 0; i < data.length; i += WORD_BYTES) data.subarray(i, i + WORD_BYTES).reverse();
}

/** Dense int8 values in the core's layout: rows padded with zeros, words reversed. */
export function packForCore(values: ArrayLike<number>, shape: Shape): Uint8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const out = new Uint8Array(bytes);
  if (columns === pitch && values.length === bytes) out.set(values);
  else
    for (let row = 0; row < planes * rows; row++)
      for (let x = 0; x < columns; x++) out[row * pitch + x] = values[row * columns + x]!;
  reverseWords(out);
  return out;
}

/** The values of a tensor in the core's layout, dense; what lies in the padding is dropped. */
export function unpackFromCore(data: Uint8Array, shape: Shape): Int8Array {
  const { planes, rows, columns, pitch, bytes } = coreLayout(shape);
  const lines = planes * rows;
  const out = new Int8Array(lines * columns);
  if (columns % WORD_BYTES === 0 && data.byteOffset % WORD_BYTES === 0) {
    const from = new Int32Array(data.buffer, data.byteOffset, bytes / WORD_BYTES);
    const to = new Int32Array(out.buffer);
    const [width, step] = [columns / WORD_BYTES, pitch / WORD_BYTES];
    for (let line = 0, i = 0; line < lines; line++)
      for (let x = 0, at = line * step; x < width; x++) to[i++] = turned(from[at + x]!);
    return out;
  }
  for (let line = 0; line < lines; line++) {
    const from = line * pitch;
    const to = line * columns;
    for (let x = 0; x < columns; x++) out[to + x] = data[byteOfElement(from + x)]!;
  }
  return out;
}
