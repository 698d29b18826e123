import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../sim/rv32/core.js';
import { decode, WIDE } from '../../sim/rv32/decode.js';
import { extractFields, insertFields, type Layout } from '../../sim/rv32/pattern.js';
import { BASE, FINISH, machine } from './machine.js';
import { oracle } from './oracle.js';

/**
 * Every computing instruction on edge operands and random ones, in every execution tier, against the oracle. The program
 * loops over vectors in memory often enough that the translated tiers take over.
 */
const EDGES = [
  0, 1, -1, 2, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, -0x80000000, -0x7fffffff,
  0x00010001, 0x80008000, 0x80808080, 0x7f7f7f7f, 0x7f80ff01, 0x12345678, -0x12345678,
].map((v) => v | 0);
const VECTORS = 64;
const TABLE = BASE + 0x4000;

/** rs1, rs2, old rd of each pass. The edges meet each other; the rest is random. */
function vectors(seed: number): Int32Array {
  const random = fc.sample(fc.integer(), { numRuns: VECTORS * 3, seed });
  const out = new Int32Array(VECTORS * 4);
  for (let i = 0; i < VECTORS; i++) {
    const edge = i < EDGES.length;
    out[4 * i] = edge ? EDGES[i]! : random[3 * i]!;
    // A different stride through the edges pairs them anew for every instruction.
    out[4 * i + 1] = edge ? EDGES[(i * (seed + 1) + seed) % EDGES.length]! : random[3 * i + 1]!;
    out[4 * i + 2] = random[3 * i + 2]!;
  }
  return out;
}

/** The immediates to try: ends of the range and some between. */
function immediates(layout: Layout, field: 'imm' | 'imm2'): number[] {
  const pieces = layout.pieces.filter((p) => p.field === field);
  if (pieces.length === 0) return [0];
  const low = Math.min(...pieces.map((p) => p.fieldBit));
  const width = pieces.reduce((sum, p) => sum + p.width, 0);
  const unit = 2 ** low;
  const signed = layout.signBits[field] !== undefined;
  const [least, most] = signed ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
  const picked = [least, most, 0, 1, Math.trunc(most / 2), Math.trunc(most / 3), signed ? -1 : 2];
  return [...new Set(picked)].map((v) => (v * unit) | 0);
}

const A0 = 10;
const A1 = 11;
const A2 = 12;

function runVectors(word: number, table: Int32Array, backend: Backend) {
  const lines = [
    'lui s0, 0x1c004',
    `addi s1, s0, ${table.length * 4}`,
    'lw a0, 0(s0)',
    'lw a1, 4(s0)',
    'lw a2, 8(s0)',
    `.word ${word}`,
    'sw a2, 12(s0)',
    'addi s0, s0, 16',
    'bne s0, s1, -24',
    ...FINISH,
  ];
  const m = machine(lines, { backend });
  m.ram32.set(table, (TABLE - BASE) / 4);
  m.core.run(1e6);
  const results = m.ram32.slice((TABLE - BASE) / 4, (TABLE - BASE) / 4 + table.length);
  return { results, cycles: m.core.now(), instructions: m.core.instructions };
}

const computing = WIDE.filter(({ row }) => row.effect.kind === 'value' && row.name !== 'auipc');

it('there are the computing instructions that the sheets list', () => {
  // RV32I: ten of two registers, nine immediate ones, lui; M. Xpulp: scalar ones, fields, opcode 0x5B, packed SIMD of six forms, other packed SIMD.
  expect(computing).toHaveLength(10 + 9 + 1 + 8 + 23 + 10 + 32 + 30 * 6 + 21);
});

describe.each(computing.map(({ row, layout }) => ({ title: `${row.name} ${row.operands}`, row, layout })))(
  '$title',
  ({ row, layout }) => {
    it('gives what the fact sheet says, in every tier', () => {
      const rule = oracle(row.name);
      let seed = 1;
      for (const imm of immediates(layout, 'imm'))
        for (const imm2 of immediates(layout, 'imm2')) {
          const word = insertFields(layout, keepCarried(layout, { rd: A2, rs1: A0, rs2: A1, imm, imm2 }));
          expect(decode(word)?.row).toBe(row);
          const table = vectors(seed++);
          const stepped = runVectors(word, table, 'interpreter');
          expect(runVectors(word, table, 'webassembly')).toEqual(stepped);
          // The table's text is JavaScript already: one look at each row is enough.
          if (seed === 2) expect(runVectors(word, table, 'javascript')).toEqual(stepped);
          for (let i = 0; i < VECTORS; i++) {
            const [a, b, d] = [table[4 * i]!, table[4 * i + 1]!, table[4 * i + 2]!];
            const expected = rule({
              a: BigInt(a >>> 0),
              b: BigInt(b >>> 0),
              d: BigInt(d >>> 0),
              imm: BigInt(imm),
              imm2: BigInt(imm2),
            });
            const place = `${row.name} rs1=${a} rs2=${b} rd=${d} imm=${imm} imm2=${imm2}`;
            expect(`${place}: ${stepped.results[4 * i + 3]}`).toBe(`${place}: ${expected}`);
          }
        }
    });
  },
);

/** Only the fields that the layout carries: the others would not survive. */
function keepCarried(layout: Layout, fields: Record<string, number>): Record<string, number> {
  const carried = new Set<string>(layout.pieces.map((p) => p.field));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => carried.has(name)));
}

it('every field of every row survives encoding', () => {
  for (const { row, layout } of WIDE) {
    const fields = keepCarried(layout, { rd: 31, rs1: 1, rs2: 17, rs3: 9, l: 1 });
    for (const imm of immediates(layout, 'imm')) {
      const word = insertFields(layout, { ...fields, ...keepCarried(layout, { imm }) });
      expect({ name: row.name, ...extractFields(layout, word) }).toMatchObject({
        ...fields,
        ...keepCarried(layout, { imm }),
      });
    }
  }
});
