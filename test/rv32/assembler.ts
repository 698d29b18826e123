import { NARROW, WIDE } from '../../sim/rv32/decode.js';
import { REGISTER_NAMES } from '../../sim/rv32/disassemble.js';
import { type FieldName, type Fields, insertFields, type Layout } from '../../sim/rv32/pattern.js';

/**
 * A one-line assembler for tests, made from the instruction table. It proves nothing about encodings by itself: those are
 * checked against words typed by hand and against the GNU assembler.
 */
const register = (text: string): number => {
  const abi = REGISTER_NAMES.indexOf(text);
  return abi >= 0 ? abi : Number(/^x(\d+)$/.exec(text)?.[1] ?? Number.NaN);
};

const REGISTERS = new Set(['rd', 'rs1', 'rs2', 'rs3']);
const TOKEN = /rd|rs1|rs2|rs3|imm2|imm|target2|target3|target|upper|csr|l(?=,)/g;

/** How a written operand becomes a field; targets are written relative to the instruction. */
function setField(fields: Partial<Fields>, token: string, text: string): void {
  const value = Number(text);
  if (REGISTERS.has(token)) fields[token as FieldName] = register(text);
  else if (token === 'target' || token === 'csr') fields.imm = value;
  else if (token === 'target2') fields.imm = value / 2;
  else if (token === 'target3') fields.imm2 = value / 2;
  else if (token === 'upper') fields.imm = value << 12;
  else if (token === 'l') fields.l = Number(text.replace('x', ''));
  else fields[token as FieldName] = value;
}

interface Form {
  readonly regex: RegExp;
  readonly tokens: readonly string[];
  readonly layout: Layout;
  readonly fixed: Partial<Fields>;
}

function form(operands: string, layout: Layout, fixed: Partial<Fields>): Form {
  const tokens = operands.match(TOKEN) ?? [];
  const escaped = operands
    .replace(/[()!.]/g, '\\$&')
    .replace(TOKEN, '([-\\w]+)')
    .replaceAll(' ', '\\s*');
  return { regex: new RegExp(`^${escaped}$`), tokens, layout, fixed };
}

const forms = new Map<string, Form[]>();
for (const { row, layout } of WIDE)
  forms.set(row.name, [...(forms.get(row.name) ?? []), form(row.operands, layout, {})]);
for (const { row, layout } of NARROW)
  forms.set(row.name, [...(forms.get(row.name) ?? []), form(row.operands, layout, row.fixed ?? {})]);

/** The word of one line, 16 or 32 bits: `assemble('p.lw a0, 4(a1!)')`. */
export function assemble(line: string): { readonly word: number; readonly bytes: 2 | 4 } {
  const [, name = '', operands = ''] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
  for (const { regex, tokens, layout, fixed } of forms.get(name) ?? []) {
    const parts = regex.exec(operands);
    // `rs2(rs1!)` and `imm(rs1!)` look alike: the kinds of their operands decide.
    if (
      !parts ||
      tokens.some((t, i) => t !== 'l' && REGISTERS.has(t) === Number.isNaN(register(parts[i + 1] ?? '')))
    )
      continue;
    const fields: Partial<Fields> = {};
    tokens.forEach((token, i) => {
      setField(fields, token, parts[i + 1] ?? '');
    });
    // `rd/rs1` is one register that is written once.
    if (fields.rs1 === undefined && fields.rd !== undefined) fields.rs1 = fields.rd;
    return {
      word: insertFields(layout, { ...fields, ...pick(layout, fixed) }),
      bytes: layout.bits === 16 ? 2 : 4,
    };
  }
  throw new Error(`cannot assemble "${line}"`);
}

/** Only the fixed fields that the word carries; the others are implied. */
const pick = (layout: Layout, fixed: Partial<Fields>): Partial<Fields> =>
  Object.fromEntries(Object.entries(fixed).filter(([name]) => layout.pieces.some((p) => p.field === name)));

/** A program's bytes: lines and `.word N`, one after the other. */
export function assembleProgram(lines: readonly string[]): Uint8Array {
  const out: number[] = [];
  for (const line of lines) {
    const { word, bytes } = line.startsWith('.word')
      ? { word: Number(line.slice(5)) >>> 0, bytes: 4 }
      : assemble(line);
    for (let i = 0; i < bytes; i++) out.push((word >>> (8 * i)) & 0xff);
  }
  return Uint8Array.from(out);
}
