import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fillTables } from '../../scripts/hardware-doc/tables.js';

const doc = readFileSync(new URL('../../docs/hardware-model.md', import.meta.url), 'utf8');
/** Padding of a table's cells is the formatter's business. */
const squeezed = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');

it('docs/hardware-model.md is up to date; otherwise run: npm run docs:hardware', () =>
  expect(squeezed(doc)).toBe(squeezed(fillTables(doc))));
