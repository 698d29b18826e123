import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operatorsDoc } from '../../scripts/operators-doc/table.js';
import { HOST_OPERATORS } from '../../src/base/operators.js';

const doc = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');

describe('docs/operators.md', () => {
  it('is up to date; otherwise run: npm run docs:operators', () => {
    expect(doc).toBe(operatorsDoc());
  });

  it('has one row for each host operator, with all seven cells', () => {
    const rows = doc.split('\n').filter((line) => /^\| `[a-z]/.test(line));
    const operators = rows
      .map((line) => line.split('`')[1]!)
      .filter((name) => HOST_OPERATORS.some((known) => known === name));
    expect(operators.sort()).toEqual([...HOST_OPERATORS].sort());
    for (const row of rows.slice(0, operators.length)) expect(row.split(' | ')).toHaveLength(7);
  });
});
