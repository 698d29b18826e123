/** Fields that an instruction word can carry. `imm` and `imm2` are immediates, `l` the number of a hardware loop. */
export const FIELD_NAMES = ['rd', 'rs1', 'rs2', 'rs3', 'imm', 'imm2', 'l'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];
export type Fields = Record<FieldName, number>;

/** A run of `width` bits of the word at `wordBit` that are the bits of a field from `fieldBit` up. */
interface Piece {
  readonly field: FieldName;
  readonly wordBit: number;
  readonly fieldBit: number;
  readonly width: number;
}

/** A pattern made ready for matching: `(word & mask) === match`, and where its fields' bits lie. */
export interface Layout {
  readonly bits: 16 | 32;
  readonly mask: number;
  readonly match: number;
  readonly pieces: readonly Piece[];
  /** Register fields of three bits: x8 is added. */
  readonly offsets: Partial<Fields>;
  /** Sign bit of the immediates that have one. */
  readonly signBits: Partial<Fields>;
}

interface Token {
  readonly width: number;
  readonly fixed?: string;
  readonly pieces: readonly Omit<Piece, 'wordBit'>[];
  readonly offset?: number;
  readonly signed?: boolean;
}

const REGISTER = /^(rd|rs1|rs2|rs3|rd\/rs1)('?)$/;
const IMMEDIATE = /^([su])(imm2?)\[([\d:|]+)\]$/;

function registerToken(names: string, short: boolean): Token {
  const width = short ? 3 : 5;
  const pieces = names.split('/').map((field) => ({ field: field as FieldName, fieldBit: 0, width }));
  return { width, pieces, ...(short ? { offset: 8 } : {}) };
}

function immediateToken(sign: string, field: string, ranges: string): Token {
  const pieces = ranges.split('|').map((range) => {
    const [high = 0, low = high] = range.split(':').map(Number);
    return { field: field as FieldName, fieldBit: low, width: high - low + 1 };
  });
  return { width: pieces.reduce((sum, p) => sum + p.width, 0), pieces, signed: sign === 's' };
}

function parseToken(text: string, pattern: string): Token {
  if (/^[01]+$/.test(text)) return { width: text.length, fixed: text, pieces: [] };
  if (/^-+$/.test(text)) return { width: text.length, pieces: [] };
  if (text === 'l') return { width: 1, pieces: [{ field: 'l', fieldBit: 0, width: 1 }] };
  const register = REGISTER.exec(text);
  if (register) return registerToken(register[1] ?? '', register[2] === "'");
  const immediate = IMMEDIATE.exec(text);
  if (immediate) return immediateToken(immediate[1] ?? '', immediate[2] ?? '', immediate[3] ?? '');
  throw new Error(`pattern "${pattern}": no meaning for "${text}"`);
}

/** Reads a table row's pattern. Throws when its widths do not add up to 16 or 32 bits: a bug of the table. */
export function parsePattern(pattern: string): Layout {
  const tokens = pattern.split(/\s+/).map((t) => parseToken(t, pattern));
  const bits = tokens.reduce((sum, t) => sum + t.width, 0);
  if (bits !== 16 && bits !== 32) throw new Error(`pattern "${pattern}" has ${bits} bits; must be 16 or 32`);
  let mask = 0;
  let match = 0;
  let at = bits;
  const pieces: Piece[] = [];
  const offsets: Partial<Fields> = {};
  const signBits: Partial<Fields> = {};
  for (const token of tokens) {
    at -= token.width;
    if (token.fixed !== undefined) {
      mask |= (2 ** token.width - 1) << at;
      match |= Number.parseInt(token.fixed, 2) << at;
    }
    // A register token names the same bits once per field; an immediate token lists its pieces from the top down.
    let top = at + token.width;
    for (const piece of token.pieces) {
      const shared = token.signed === undefined;
      top -= piece.width;
      pieces.push({ ...piece, wordBit: shared ? at : top });
      if (token.offset !== undefined) offsets[piece.field] = token.offset;
      const high = piece.fieldBit + piece.width - 1;
      if (token.signed) signBits[piece.field] = Math.max(signBits[piece.field] ?? 0, high);
    }
  }
  return { bits, mask, match, pieces, offsets, signBits };
}

const NO_FIELDS: Fields = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, imm2: 0, l: 0 };

/** The fields of a word that matches the layout; fields it does not carry are 0. */
export function extractFields(layout: Layout, word: number): Fields {
  const fields: Fields = { ...NO_FIELDS };
  for (const { field, wordBit, fieldBit, width } of layout.pieces)
    fields[field] |= ((word >>> wordBit) & (2 ** width - 1)) << fieldBit;
  for (const name of FIELD_NAMES) {
    fields[name] += layout.offsets[name] ?? 0;
    const sign = layout.signBits[name];
    if (sign !== undefined) fields[name] = (fields[name] << (31 - sign)) >> (31 - sign);
  }
  return fields;
}

/** The word of a layout with these fields; the inverse of `extractFields`. Throws when a field does not fit. */
export function insertFields(layout: Layout, fields: Partial<Fields>): number {
  let word = layout.match;
  for (const { field, wordBit, fieldBit, width } of layout.pieces) {
    const value = (fields[field] ?? 0) - (layout.offsets[field] ?? 0);
    word |= ((value >>> fieldBit) & (2 ** width - 1)) << wordBit;
  }
  const back = extractFields(layout, word);
  for (const name of FIELD_NAMES)
    if (layout.pieces.some((p) => p.field === name) && back[name] !== (fields[name] ?? 0))
      throw new Error(`${name} = ${fields[name]} does not fit; it would be read back as ${back[name]}`);
  return layout.bits === 16 ? word & 0xffff : word >>> 0;
}
