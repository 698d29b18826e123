import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WIDE } from '../../sim/rv32/decode.js';
import { instructionPage } from '../../sim/rv32/instruction-docs.js';

const page = instructionPage();

it('docs/rv32-instructions.md is what the table gives; `npm run docs:rv32` writes it', () =>
  expect(readFileSync(new URL('../../docs/rv32-instructions.md', import.meta.url), 'utf8')).toBe(page));

it('has a line for every instruction', () => {
  for (const { row } of WIDE) expect(page).toContain(`| ${row.name} | ${row.operands} |`);
  expect(page).toContain(
    '| p.lw | rd, imm(rs1!) | `simm[11:0] rs1 010 rd 0001011` | `rd = signed 32 bits at rs1; rs1 = rs1 + imm` | 1 |',
  );
});
