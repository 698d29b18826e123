import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analogFigure, analogSection, analogWays } from '../../scripts/validate/analog.js';
import { validationDoc } from '../../scripts/validate/table.js';
import { FULL } from '../full.js';

const doc = readFileSync('docs/validation.md', 'utf8');

it('docs/validation.md begins with what `npm run validate` writes', () =>
  expect(doc.slice(0, validationDoc().length)).toBe(validationDoc()));

it.skipIf(!FULL)('its part on the analog core, and the picture, are what `npm run validate` writes', () => {
  const ways = analogWays();
  expect(doc.slice(validationDoc().length)).toBe(`\n${analogSection(ways)}`);
  expect(readFileSync('docs/images/analog-figure.svg', 'utf8')).toBe(analogFigure(ways));
});
