import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../reports/csv.js';
import { renderAnnotations, renderStepSummary } from '../../reports/github.js';
import { renderHtml } from '../../reports/html/page.js';
import { renderJson } from '../../reports/json.js';
import { renderJunit } from '../../reports/junit.js';
import { renderMarkdown } from '../../reports/markdown.js';
import { mergeResults } from '../../reports/merge.js';
import { readResult } from '../../reports/read.js';
import { baselinesOfResult } from '../../reports/regression/baseline.js';
import { compareBaselines } from '../../reports/regression/compare.js';
import { describeStrength } from '../../reports/strength.js';
import { renderTable } from '../../reports/table.js';
import type { ResultDocument } from '../../src/results/document.js';
import { isStrongEnough, type Strength, shareNoticed } from '../../src/results/strength.js';
import { documentOf, exactVerdict, resnet8Run } from './fixture.js';

const strength = (change: Partial<Strength> = {}): Strength => ({
  seed: '7',
  runs: 2,
  planted: 40,
  noticed: 37,
  refused: 11,
  harmless: 3,
  layers: [
    {
      id: 1,
      name: 'conv1',
      planted: 20,
      noticed: 17,
      refused: 5,
      kinds: [{ kind: 'bias byte 0', planted: 4, noticed: 1, refused: 0 }],
      unseen: [{ kind: 'bias byte 0', count: 3, of: 4, why: 'such as bit 1 of it: too small' }],
    },
    { id: 2, name: 'stack1_conv1', planted: 20, noticed: 20, refused: 6, kinds: [], unseen: [] },
  ],
  ...change,
});
const withStrength = (s: Strength): ResultDocument => {
  const doc = documentOf([resnet8Run()], (r) => [exactVerdict(r, 0)]);
  return { ...doc, models: doc.models.map((m) => ({ ...m, strength: s })) };
};
const plain = withStrength(strength());
const weak = withStrength(strength({ required: 0.95 }));

it.each([
  [strength(), true],
  [strength({ required: 0.925 }), true],
  [strength({ required: 0.926 }), false],
  [strength({ planted: 0, noticed: 0, required: 1 }), true],
])('strong enough: case %#', (s, enough) => expect(isStrongEnough(s)).toBe(enough));

it('37 of 40 are 0.925', () => expect(shareNoticed(strength())).toBe(0.925));

describe('in every format', () => {
  const line =
    'STRENGTH 92.5 %: 37 of 40 planted faults noticed, 11 of them refused by the simulator (2 runs, seed 7); 3 more would change nothing that is read.';
  const why = 'conv1: 3 of 4 "bias byte 0" invisible: such as bit 1 of it: too small';

  it('in words', () => expect(describeStrength(strength())).toBe(line));
  it('in words, with what was asked for', () =>
    expect(describeStrength(strength({ required: 0.95, harmless: 0, runs: 1 }))).toBe(
      'TOO WEAK 92.5 %: 37 of 40 planted faults noticed, 11 of them refused by the simulator (1 run, seed 7); asked for: 95 %.',
    ));
  it('table: the weak layer and why, not the others', () => {
    const text = renderTable(plain, { columns: 200 });
    expect(text).toContain(line);
    expect(text).toContain(why);
    expect(text).toMatch(/conv1 +20 +17 +5 +85\.0 %/);
    expect(text).not.toMatch(/stack1_conv1 +20 +20/);
  });
  it('Markdown', () => {
    const text = renderMarkdown(plain);
    expect(text).toContain('| conv1 | 20 | 17 | 5 | 85.0 % |');
    expect(text).toContain(`- ${why}`);
  });
  it('CSV: planted, noticed, refused of the layer', () =>
    expect(renderCsv(plain).split('\r\n')[2]).toMatch(/,20,17,5$/));
  it('HTML', () => expect(renderHtml(plain)).toContain('Would this test notice?'));
  it('JSON, read back', () =>
    expect(readResult(renderJson(plain), 'r').models[0]?.strength).toEqual(strength()));
  it('JUnit: a case more; a failure only where it is weaker than asked for', () => {
    expect(renderJunit(plain)).toContain('<testsuite name="resnet8 strength" tests="1" failures="0"');
    expect(renderJunit(weak)).toContain('<testsuite name="resnet8 strength" tests="1" failures="1"');
    expect(renderJunit(weak)).toContain('<failure type="strength" message="TOO WEAK 92.5 %');
  });
  it('GitHub: an error only where it is weaker than asked for', () => {
    expect(renderAnnotations(plain)).not.toContain('::error');
    expect(renderAnnotations(weak)).toContain(
      '::error title=resnet8%3A the test is weaker than asked for::TOO WEAK 92.5 %25',
    );
    expect(renderStepSummary(weak)).toContain('❌ 92.5 %');
  });
});

it('runs of shards: what is known of all is the stronger part', () => {
  const part = (run: number, s: Strength): ResultDocument => {
    const doc = documentOf([resnet8Run()], (r) => [exactVerdict(r, run)]);
    return { ...doc, models: doc.models.map((m) => ({ ...m, strength: s })) };
  };
  const merged = mergeResults([
    { name: 'a', doc: part(0, strength({ noticed: 30 })) },
    { name: 'b', doc: part(1, strength()) },
  ]);
  expect(merged.models[0]?.strength?.noticed).toBe(37);
});

it.each([
  ['fewer noticed', strength({ noticed: 36 }), 'regressed'],
  ['more noticed', strength({ noticed: 39 }), 'improved'],
  ['as many', strength(), 'same'],
  ['another number planted: not comparable', strength({ planted: 50, noticed: 10 }), 'same'],
] as const)('baselines: %s', (_, after, status) =>
  expect(
    compareBaselines(baselinesOfResult(plain), baselinesOfResult(withStrength(after)), { generator: 'test' })
      .models[0]?.status,
  ).toBe(status),
);
