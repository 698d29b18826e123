import { NARROW, WIDE } from '../../sim/rv32/decode.js';
import { type Fields, insertFields, type Layout } from '../../sim/rv32/pattern.js';

/** Where the program and its data go; both inside L2, so that qemu's user mode and the SoC run the same file. */
export const CODE = 0x1c008000;
const DATA = 0x1c00c000;
/** Registers with a job of their own: sp and s0 point into the data, t6 counts the passes. */
const RESERVED = new Set([2, 8, 31]);
const PASSES = 40;

interface Item {
  readonly bytes: 2 | 4;
  /** Makes the word, once every item has its address. */
  readonly word: (index: number, addresses: readonly number[]) => number;
}

/** A generator of numbers below `n`: the same seed gives the same program. */
export function numbers(seed: number): (n: number) => number {
  let state = seed | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

interface Row {
  readonly name: string;
  readonly kind: string;
  readonly layout: Layout;
  readonly fixed: Partial<Fields>;
  readonly nonzero: readonly string[];
}

const kindOf = (name: string): string => WIDE.find((e) => e.row.name === name)!.row.effect.kind;
const wide: readonly Row[] = WIDE.filter(({ row }) => row.extension === 'I' || row.extension === 'M')
  .filter(({ row }) => row.effect.kind !== 'system')
  .map(({ row, layout }) => ({ name: row.name, kind: row.effect.kind, layout, fixed: {}, nonzero: [] }));
const narrow: readonly Row[] = NARROW.filter(({ row }) => row.expands !== 'ebreak').map(
  ({ row, layout }) => ({
    name: row.name,
    kind: kindOf(row.expands),
    layout,
    fixed: row.fixed ?? {},
    nonzero: row.nonzero ?? [],
  }),
);

const carries = (layout: Layout, field: string): boolean => layout.pieces.some((p) => p.field === field);

/** Random registers and immediate; nothing reserved is written, memory goes through sp or s0. */
function fieldsOf(row: Row, pick: (n: number) => number): Record<string, number> {
  const { layout } = row;
  const fields: Record<string, number> = {};
  const register = (field: 'rd' | 'rs1' | 'rs2'): number =>
    layout.offsets[field] === undefined ? pick(32) : 8 + pick(8);
  for (const field of ['rs1', 'rs2', 'rd'] as const)
    if (carries(layout, field)) fields[field] = register(field);
  while (
    carries(layout, 'rd') &&
    (RESERVED.has(fields.rd!) || (fields.rd === 0 && row.nonzero.includes('rd')))
  )
    fields.rd = register('rd');
  if ((row.kind === 'load' || row.kind === 'store') && carries(layout, 'rs1')) fields.rs1 = 8;
  const shared = layout.pieces.find((p) => p.field === 'rd')?.wordBit;
  if (layout.pieces.some((p) => p.field === 'rs1' && p.wordBit === shared)) fields.rs1 = fields.rd!;
  while (row.nonzero.includes('rs2') && fields.rs2 === 0) fields.rs2 = pick(32);
  return fields;
}

function withImmediate(layout: Layout, word: number, value: number): number {
  for (const { field, wordBit, fieldBit, width } of layout.pieces)
    if (field === 'imm') word |= ((value >>> fieldBit) & (2 ** width - 1)) << wordBit;
  return word >>> 0;
}

/** `last` is the furthest item that a jump may go to: beyond it lies code whose registers must be set in order. */
function randomItem(row: Row, pick: (n: number) => number, last: number): Item {
  const bytes = row.layout.bits === 16 ? 2 : 4;
  const fields = fieldsOf(row, pick);
  const base = insertFields(row.layout, fields);
  if (row.kind === 'branch' || row.kind === 'jump') {
    const ahead = 1 + pick(6);
    return {
      bytes,
      word: (i, addresses) =>
        withImmediate(row.layout, base, addresses[Math.min(i + ahead, last)]! - addresses[i]!),
    };
  }
  // Every bit of the immediate random; an immediate that must not be zero gets its lowest bit.
  let value = Math.imul(pick(0x10000) * 0x10000 + pick(0x10000), 1);
  if (row.nonzero.includes('imm')) value |= -1 ^ (pick(8) << 2);
  return { bytes, word: () => withImmediate(row.layout, base, value) };
}

const named = (name: string, fields: Partial<Fields>): Item => {
  const { layout } = WIDE.find((e) => e.row.name === name)!;
  return { bytes: 4, word: () => insertFields(layout, fields) };
};

/** A jump through a register that auipc has just set: to the next such pair, or over it. */
function indirectJump(pick: (n: number) => number): Item[] {
  const jalr = WIDE.find((e) => e.row.name === 'jalr')!.layout;
  const ahead = 1 + 2 * pick(2);
  const link = [0, 1, 5][pick(3)]!;
  return [
    named('auipc', { rd: 7, imm: 0 }),
    {
      bytes: 4,
      word: (i, addresses) =>
        insertFields(jalr, {
          rd: link,
          rs1: 7,
          imm: addresses[Math.min(i + ahead, addresses.length - 1)]! - addresses[i - 1]!,
        }),
    },
  ];
}

const hi = (value: number): number => ((value + 0x800) & 0xfffff000) | 0;

/** A program that runs `count` random RV32IMC instructions in each of forty passes. Its code, and the address of its end. */
export function randomProgram(
  seed: number,
  count: number,
): { readonly code: Uint8Array; readonly end: number } {
  const pick = numbers(seed);
  const items: Item[] = [
    named('lui', { rd: 2, imm: hi(DATA) }),
    named('lui', { rd: 8, imm: hi(DATA + 0x800) }),
    named('addi', { rd: 31, rs1: 0, imm: PASSES }),
  ];
  const start = items.length;
  const usable = [...wide, ...narrow].filter((r) => r.kind !== 'jumpRegister');
  const body: Item[] = [];
  while (body.length < count) body.push(randomItem(usable[pick(usable.length)]!, pick, start + count));
  items.push(...body);
  for (let i = 0; i < 4; i++) items.push(...indirectJump(pick));
  // Landing places of the last jumps.
  for (let i = 0; i < 4; i++) items.push(named('addi', { rd: 9, rs1: 9, imm: 1 }));
  items.push(named('addi', { rd: 31, rs1: 31, imm: -1 }));
  const bne = WIDE.find((e) => e.row.name === 'bne')!.layout;
  const jal = WIDE.find((e) => e.row.name === 'jal')!.layout;
  const over = { bytes: 4 as const, word: () => insertFields(bne, { rs1: 31, rs2: 0, imm: 8 }) };
  items.push(over, named('jal', { rd: 0, imm: 8 }));
  items.push({
    bytes: 4,
    word: (i, addresses) => insertFields(jal, { rd: 0, imm: addresses[start]! - addresses[i]! }),
  });
  return layOut(items);
}

function layOut(items: readonly Item[]): { readonly code: Uint8Array; readonly end: number } {
  const addresses: number[] = [];
  let at = CODE;
  for (const item of items) {
    addresses.push(at);
    at += item.bytes;
  }
  const code = new Uint8Array(at - CODE);
  items.forEach((item, i) => {
    const word = item.word(i, addresses);
    for (let b = 0; b < item.bytes; b++) code[addresses[i]! - CODE + b] = word >>> (8 * b);
  });
  return { code, end: at };
}

/** One writable and executable segment that holds the code, and 16 KiB beyond it for data; ends in Linux's exit call. */
export function linuxElf(code: Uint8Array): Uint8Array {
  const headers = 52 + 32;
  const exit = Uint8Array.of(0x93, 0x08, 0xd0, 0x05, 0x13, 0x05, 0x00, 0x00, 0x73, 0, 0, 0); // li a7, 93; li a0, 0; ecall
  const offset = 0x1000;
  const file = new Uint8Array(offset + code.length + exit.length);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1]);
  const halves: [number, number][] = [
    [16, 2],
    [18, 243],
    [40, 52],
    [42, 32],
    [44, 1],
    [46, 40],
  ];
  for (const [at, value] of halves) view.setUint16(at, value, true);
  const words: [number, number][] = [
    [20, 1],
    [24, CODE],
    [28, 52],
    [36, 1],
  ];
  const segment = [1, offset, CODE, CODE, code.length + exit.length, 0x8000, 7, 0x1000];
  segment.forEach((value, i) => {
    words.push([52 + 4 * i, value]);
  });
  for (const [at, value] of words) view.setUint32(at, value, true);
  if (headers > offset) throw new Error('headers overlap the code');
  file.set(code, offset);
  file.set(exit, offset + code.length);
  return file;
}
