import { existsSync, readFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';
import { describe, expect, it } from 'vitest';
import { EQUIVALENT, type Equivalent } from '../../scripts/mutate/equivalent.js';
import { LoadFailures } from '../../scripts/mutate/loading.js';
import { describeScore, tableOf } from '../../scripts/mutate/report.js';
import { sampledLines } from '../../scripts/mutate/sample.js';
import { percentOf, scoreOf } from '../../scripts/mutate/score.js';

const SOURCE = 'const a = 1;\nif (a < 2) {\n  b(a +\n    1);\n}\n';

/** A mutant of `a < 2` in line 2, or what `more` says. */
const mutant = (status: MutantResult['status'], more: Partial<MutantResult> = {}): MutantResult => ({
  id: '0',
  fileName: '/repo/src/file.ts',
  mutatorName: 'EqualityOperator',
  replacement: 'a <= 2',
  location: { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } },
  status,
  ...more,
});

const known: Equivalent = {
  file: 'src/file.ts',
  source: 'if (a < 2) {',
  replacement: ['a <= 2'],
  reason: 'a is never 2',
};

const score = (results: readonly MutantResult[], equivalent: readonly Equivalent[] = []) =>
  scoreOf(results, equivalent, () => SOURCE, '/repo');

describe('the score of mutants', () => {
  it.each([
    [['Killed', 'Timeout', 'Survived', 'NoCoverage'], 4, 2],
    [['Killed', 'CompileError', 'RuntimeError', 'Ignored'], 1, 1],
    [[], 0, 0],
  ] as [MutantResult['status'][], number, number][])(
    '%j: %i count, %i are noticed',
    (states, mutants, noticed) =>
      expect(score(states.map((s) => mutant(s)))).toMatchObject({ mutants, noticed }),
  );

  it('names place, text and replacement of a survivor, also over several lines', () => {
    const over = mutant('Survived', {
      replacement: 'a -\n    1',
      location: { start: { line: 3, column: 5 }, end: { line: 4, column: 6 } },
    });
    expect(score([mutant('Survived'), over]).survivors).toEqual([
      {
        file: 'src/file.ts',
        line: 2,
        column: 5,
        source: 'if (a < 2) {',
        original: 'a < 2',
        replacement: 'a <= 2',
      },
      {
        file: 'src/file.ts',
        line: 3,
        column: 5,
        source: 'b(a +',
        original: 'a + 1',
        replacement: 'a - 1',
      },
    ]);
  });

  it('leaves out what is listed as equivalent', () => {
    const counted = score([mutant('Survived'), mutant('Killed', { replacement: 'true' })], [known]);
    expect(counted).toEqual({ mutants: 1, noticed: 1, timeouts: 0, equivalent: 1, survivors: [], stale: [] });
  });

  it('tells of an entry that no survivor answers to, in files that were mutated', () => {
    expect(score([mutant('Killed')], [known]).stale).toEqual([known]);
    expect(score([mutant('Killed')], [{ ...known, file: 'src/other.ts' }]).stale).toEqual([]);
  });

  it('is a share in percent', () =>
    expect([percentOf({ mutants: 8, noticed: 7 }), percentOf({ mutants: 0, noticed: 0 })]).toEqual([
      87.5, 100,
    ]));

  it('is printed with its survivors, and as a table', () => {
    const one = score([mutant('Survived'), mutant('Killed')], [{ ...known, source: 'gone' }]);
    expect(describeScore('isa', one)).toBe(
      'isa: 50.0 % of 2 mutants noticed\n' +
        '  src/file.ts:2:5  a < 2  ->  a <= 2\n' +
        '  no survivor any more, take it off the list: src/file.ts: gone\n',
    );
    expect(
      tableOf([['isa', one]])
        .split('\n')
        .at(-1),
    ).toBe('| `isa` | 2 | 1 | 0 | 0 | 50.0 % |');
  });
});

it.each(EQUIVALENT.map((e) => [e.file, e.source, e] as const))(
  'the equivalent mutant of %s still has its line: %s',
  (file, source, { replacement, reason }) => {
    expect(existsSync(file)).toBe(true);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.map((l) => l.replace(/\s+/g, ' ').trim())).toContain(source);
    expect(replacement.length).toBeGreaterThan(0);
    expect(reason).not.toBe('');
  },
);

describe('a sample of lines', () => {
  const patterns = ['scripts/mutate/*.ts', '!scripts/mutate/vitest.config.ts'];
  const draw = (count: number, seed: number) => sampledLines(patterns, count, seed, process.cwd());

  it('is drawn by the seed, and lies in order in the files of the patterns', () => {
    const few = draw(20, 1);
    expect(few).toEqual(draw(20, 1));
    expect(few).not.toEqual(draw(20, 2));
    expect(new Set(few).size).toBe(20);
    expect(few.every((l) => /^scripts\/mutate\/\w+\.ts:(\d+)-\1$/.test(l))).toBe(true);
    expect(few.some((l) => l.includes('vitest.config'))).toBe(false);
  });

  it('has all lines where there are no more, and none on which nothing stands', () => {
    const all = draw(100_000, 1);
    const lineOf = (place: string) => {
      const [file, range] = place.split(':') as [string, string];
      return readFileSync(file, 'utf8').split('\n')[Number(range.split('-')[0]) - 1]!;
    };
    expect(all.length).toBeGreaterThan(200);
    expect(all.map(lineOf).filter((text) => /^\s*(\/\/|\*|$|import )/.test(text))).toEqual([]);
  });
});

it('a test file that does not load has a failed test; others are left alone', () => {
  const file = (state: string, tasks: readonly object[]) => ({
    id: '1',
    result: { state },
    tasks: [...tasks],
  });
  const files = [file('fail', []), file('fail', [{ name: 'a' }]), file('pass', [])];
  const reporter = new LoadFailures();
  reporter.onInit({ state: { getFiles: () => files } } as never);
  reporter.onTestRunEnd();
  expect(files.map((f) => f.tasks.length)).toEqual([1, 1, 0]);
  expect(files[0]!.tasks[0]).toMatchObject({
    type: 'test',
    mode: 'run',
    result: { state: 'fail' },
    file: files[0],
  });
});
