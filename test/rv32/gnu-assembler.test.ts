import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { decode, NARROW, WIDE } from '../../sim/rv32/decode.js';
import { disassemble } from '../../sim/rv32/disassemble.js';
import { insertFields, type Layout } from '../../sim/rv32/pattern.js';

const GCC = 'riscv64-unknown-elf-gcc';
const present = spawnSync(GCC, ['--version']).status === 0;
if (!present) console.warn(`${GCC} is not installed: the encodings are not compared with the GNU assembler`);

const BASE = 0x10000;
/** Names of registers that the GNU assembler does not know. */
const OUR_CSR_NAMES = /\b(pccr\w+|pc[em]r\w*|lp\w+|uhartid|stack\w+|privilege)\b/;
const SAMPLES = [0, 1, -1, 3, 0x55555555, -0x80000000, 0x7fffffff, 0x2aaaaaaa, 0x01234567];

/** Words of a layout with its fields spread over their ranges; what the layout cannot carry is cut off. */
function samples(layout: Layout, fixed: Readonly<Record<string, number>>): number[] {
  return SAMPLES.map((value, i) => {
    let word = insertFields(layout, registers(layout, i, fixed));
    for (const { field, wordBit, fieldBit, width } of layout.pieces)
      if (field.startsWith('imm')) word |= ((value >>> fieldBit) & (2 ** width - 1)) << wordBit;
    return word >>> 0;
  });
}

function registers(
  layout: Layout,
  i: number,
  fixed: Readonly<Record<string, number>>,
): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [n, name] of ['rd', 'rs1', 'rs2'].entries())
    if (layout.pieces.some((p) => p.field === name))
      out[name] =
        layout.offsets[name as 'rd'] === undefined ? 1 + ((i * 7 + n * 11) % 31) : 8 + ((i + n * 3) % 8);
  const shared = layout.pieces.find((p) => p.field === 'rd')?.wordBit;
  if (layout.pieces.some((p) => p.field === 'rs1' && p.wordBit === shared)) out.rs1 = out.rd ?? 0;
  return { ...out, ...Object.fromEntries(Object.entries(fixed).filter(([k]) => k in out)) };
}

function gnuBytes(source: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'diana-as-'));
  try {
    const [asm, elf, bin] = ['a.s', 'a.elf', 'a.bin'].map((f) => join(folder, f)) as [string, string, string];
    writeFileSync(asm, source);
    const link = ['-nostdlib', `-Wl,-Ttext=0x${BASE.toString(16)}`, '-Wl,--no-relax', '-Wl,-e0'];
    const built = spawnSync(GCC, ['-march=rv32imc_zicsr_zifencei', '-mabi=ilp32', ...link, asm, '-o', elf]);
    expect(built.stderr.toString()).toBe('');
    spawnSync('riscv64-unknown-elf-objcopy', ['-O', 'binary', '-j', '.text', elf, bin]);
    return readFileSync(bin);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(!present)('the GNU assembler makes the same words of what the disassembler writes', () => {
  const wide = WIDE.filter(({ row }) => row.extension !== 'Xpulp' && !row.name.startsWith('fence')).flatMap(
    ({ layout }) => samples(layout, {}),
  );
  const narrow = NARROW.flatMap(({ layout, row }) => samples(layout, row.fixed ?? {}).map((w) => w & 0xffff));
  // A sample may lie in a gap of its row (an immediate of 0 where that is reserved) or be another row's.
  // Compressed shifts by 0 are hints that this assembler spells otherwise.
  const words = [...wide, ...narrow].filter((word) => {
    const d = decode(word);
    return d !== undefined && !(/^c\.s[lr][la]i$/.test(d.compressed?.name ?? '') && d.imm === 0);
  });
  expect(words.length).toBeGreaterThan(600);
  let pc = BASE;
  const lines = ['.text', '.option norelax'];
  const mine: { text: string; word: string; bytes: number }[] = [];
  for (const word of words) {
    const d = decode(word)!;
    const jumps = d.row.effect.kind === 'branch' || d.row.effect.kind === 'jump';
    // Relative targets: far absolute ones would be turned into a branch over a jump.
    const target = jumps ? `. + ${d.imm}` : String(d.imm);
    const text = disassemble(d, pc).replace(jumps ? /0x[\da-f]{8}/ : OUR_CSR_NAMES, target);
    lines.push(d.bytes === 2 ? '.option rvc' : '.option norvc', text);
    mine.push({ text, word: word.toString(16), bytes: d.bytes });
    pc += d.bytes;
  }
  const bytes = gnuBytes(`${lines.join('\n')}\n`);
  let at = 0;
  const theirs = mine.map(({ text, bytes: n }) => {
    const word = n === 2 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at);
    at += n;
    return { text, word: word.toString(16), bytes: n };
  });
  expect(theirs).toEqual(mine);
});
