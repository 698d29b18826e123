import { extractFields, type Fields, type Layout, parsePattern } from './pattern.js';
import { COMPRESSED, type Compressed, expansionOf, INSTRUCTIONS, type Instruction } from './table/index.js';

/** One decoded instruction: the row that says what it does, its operands, its length in bytes. */
export interface Decoded extends Fields {
  readonly row: Instruction;
  /** The 16-bit row, when the word was one. */
  readonly compressed?: Compressed;
  readonly bytes: 2 | 4;
  /** The word as fetched; 16 bits for a compressed instruction. */
  readonly word: number;
}

export interface Entry<Row> {
  readonly row: Row;
  readonly layout: Layout;
}

const entry = <Row extends { readonly pattern: string }>(row: Row): Entry<Row> => ({
  row,
  layout: parsePattern(row.pattern),
});

/** Every 32-bit row with its layout, in table order. */
export const WIDE: readonly Entry<Instruction>[] = INSTRUCTIONS.map(entry);
/** Every 16-bit row with its layout. Rows with fixed registers come before the general row they overlap. */
export const NARROW: readonly Entry<Compressed>[] = COMPRESSED.map(entry);

const byOpcode = new Map<number, Entry<Instruction>[]>();
for (const e of WIDE) {
  const opcode = e.layout.match & 0x7f;
  byOpcode.set(opcode, [...(byOpcode.get(opcode) ?? []), e]);
}

/** Whether the two low bits say that a 32-bit word starts here. */
export const isWide = (half: number): boolean => (half & 3) === 3;

/** The instruction at the low end of `word`, or undefined where the core would raise an illegal-instruction exception. */
export function decode(word: number): Decoded | undefined {
  return isWide(word) ? decodeWide(word) : decodeNarrow(word & 0xffff);
}

function decodeWide(word: number): Decoded | undefined {
  for (const { row, layout } of byOpcode.get(word & 0x7f) ?? [])
    if ((word & layout.mask) === layout.match)
      return { ...extractFields(layout, word), row, bytes: 4, word: word >>> 0 };
  return undefined;
}

function decodeNarrow(word: number): Decoded | undefined {
  for (const { row, layout } of NARROW) {
    if ((word & layout.mask) !== layout.match) continue;
    const fields: Fields = { ...extractFields(layout, word), ...row.fixed };
    if (row.nonzero?.some((name) => fields[name] === 0)) continue;
    return { ...fields, row: expansionOf(row), compressed: row, bytes: 2, word };
  }
  return undefined;
}
