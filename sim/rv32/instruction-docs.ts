import { COMPRESSED, type Effect, type Extension, INSTRUCTIONS } from './table/index.js';
import { CLASS_CYCLES, STALLS, type TimingRule } from './timing.js';

/** The pages that derive from the instruction table: docs/rv32-instructions.md is this text, and a test holds it so. */

const TITLES: readonly (readonly [Extension, string])[] = [
  ['I', 'RV32I'],
  ['M', 'M: multiplication and division'],
  ['Zicsr', 'Zicsr'],
  ['Zifencei', 'Zifencei'],
  ['Machine', 'Machine mode'],
  ['Xpulp', 'Xpulp v2'],
];

/** What an instruction does, as a line of the table. */
function effectText(effect: Effect): string {
  switch (effect.kind) {
    case 'value':
      return `rd = ${effect.expr}`;
    case 'load':
      return `rd = ${effect.signed ? 'signed' : 'unsigned'} ${8 * effect.bytes} bits at ${effect.address}${effect.post === undefined ? '' : `; rs1 = ${effect.post}`}`;
    case 'store':
      return `${8 * effect.bytes} bits at ${effect.address} = rs2${effect.post === undefined ? '' : `; rs1 = ${effect.post}`}`;
    case 'branch':
      return `if (${effect.when}) pc += imm`;
    case 'jump':
      return 'rd = next pc; pc += imm';
    case 'jumpRegister':
      return 'rd = next pc; pc = rs1 + imm';
    case 'loop':
      return Object.entries(effect)
        .filter(([key]) => key !== 'kind')
        .map(([key, value]) => `${key}[l] = ${value}`)
        .join('; ');
    case 'csr':
      return `rd = csr; ${{ write: 'csr =', set: 'csr |=', clear: 'csr &= ~' }[effect.action]} ${effect.source}`;
    default:
      return effect.op;
  }
}

/** A long lane-by-lane expression would burst the table: its first part stands for it. */
const shorten = (text: string): string => (text.length > 110 ? `${text.slice(0, 107)}...` : text);
const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const timingRows = (rules: Readonly<Record<string, TimingRule>>): string[] =>
  Object.values(rules).map((rule) =>
    row(rule.doc, String(rule.cycles), rule.source === 'rtl' ? 'RI5CY' : 'ours'),
  );

/** The Markdown page of all instructions and timing rules. */
export function instructionPage(): string {
  const lines = [
    '# Instructions of the host core',
    '',
    'Made from `sim/rv32/table` by `npm run docs:rv32`; do not edit. Patterns are written from bit 31 (15) down. Expressions are',
    'on 32-bit integers: `>>` is the arithmetic shift, `>>>` the logical one; results wrap to 32 bits.',
  ];
  for (const [extension, title] of TITLES) {
    lines.push(
      '',
      `## ${title}`,
      '',
      row('name', 'operands', 'pattern', 'effect', 'cycles'),
      '| --- | --- | --- | --- | --- |',
    );
    for (const r of INSTRUCTIONS)
      if (r.extension === extension) {
        const effect = `\`${shorten(effectText(r.effect))}\`${r.note === undefined ? '' : ` ${r.note}`}`;
        lines.push(
          row(r.name, r.operands, `\`${r.pattern}\``, effect, String(CLASS_CYCLES[r.timing].cycles)),
        );
      }
  }
  lines.push(
    '',
    '## C: 16-bit instructions',
    '',
    row('name', 'operands', 'pattern', 'expands to'),
    '| --- | --- | --- | --- |',
  );
  for (const r of COMPRESSED) lines.push(row(r.name, r.operands, `\`${r.pattern}\``, r.expands));
  lines.push(
    '',
    '## Cycles',
    '',
    row('class', 'cycles', 'source'),
    '| --- | --- | --- |',
    ...timingRows(CLASS_CYCLES),
  );
  lines.push('', row('on top of that', 'cycles', 'source'), '| --- | --- | --- |', ...timingRows(STALLS), '');
  return lines.join('\n');
}
