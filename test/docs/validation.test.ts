import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { validationDoc } from '../../scripts/validate/table.js';

it('docs/validation.md is what `npm run validate` writes', () =>
  expect(readFileSync('docs/validation.md', 'utf8')).toBe(validationDoc()));
