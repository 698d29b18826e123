import { describe, expect, it } from 'vitest';
import {
  extendHistory,
  historyEntries,
  readHistory,
  renderHistoryLines,
} from '../../reports/history/entries.js';
import { renderHistoryHtml } from '../../reports/history/html.js';
import { latest, notable, seriesOf } from '../../reports/history/series.js';
import {
  renderHistoryCsv,
  renderHistoryMarkdown,
  renderHistoryTable,
  sparkline,
} from '../../reports/history/texts.js';
import { baselinesOfResult } from '../../reports/regression/baseline.js';
import type { HistoryEntry } from '../../src/results/history.js';
import { verifiedResnet8 } from './fixture.js';

const BASELINES = baselinesOfResult(verifiedResnet8());
const at = (commit: string, change: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...historyEntries(BASELINES, { commit })[0]!,
  ...change,
});
const first = at('aaaa');
const layers = (by: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(first.layers).map(([name, n]) => [name, n + (by[name] ?? 0)]));

describe('entries', () => {
  it('take totals, memories, outputs and layers from a baseline, energy from its cycles', () => {
    const [b] = BASELINES;
    expect(first).toMatchObject({
      commit: 'aaaa',
      model: 'resnet8',
      seed: '0',
      outputs: { output: 'ab'.repeat(32) },
      totalCycles: b!.totals.totalCycles,
      parameterSet: 'diana-default',
      memory: { l2: 148_992, l1: 65_536, weightMemory: 37_120 },
    });
    expect(first.parameters['cycles.copySetup']).toBe(70);
    expect(first.layers.conv1).toBe(b!.layers.find(({ key }) => key === 'conv1')!.totalCycles);
    const { cycles: c } = b!.totals;
    // 24.96 mW of the core, 12.48 mW of the host, at 260 MHz.
    const core = c.copyIn + c.copyOut + c.weights + c.instructions + c.compute;
    const host = c.host + c.launch + c.tileLoop;
    expect(first.microjoules).toBeCloseTo((core * 24.96 + host * 12.48) / 260_000, 9);
  });

  it.each(['', 'a b', 'x'.repeat(101), '$(id)'])('refuse the commit %j', (commit) =>
    expect(() => historyEntries(BASELINES, { commit })).toThrow('must be up to 100 letters'),
  );

  it('keep a subject to its first line', () =>
    expect(historyEntries(BASELINES, { commit: 'a', subject: 'One\n\ntwo' })[0]!.subject).toBe('One'));
});

describe('a history file', () => {
  it('reads back what it holds; the same line twice counts once', () => {
    const text = renderHistoryLines([first, at('bbbb')]);
    expect(readHistory(text, 'h')).toEqual([first, at('bbbb')]);
    expect(renderHistoryLines(readHistory(text + text, 'h'))).toBe(text);
  });

  it.each([
    ['{"format": "other"}', 'h, line 2: format is "other"; expected "diana-sim-history".'],
    ['{', 'h, line 2 is not valid JSON'],
    [JSON.stringify({ ...first, totalCycles: 1 }), 'h, line 2: resnet8 at aaaa is there before'],
    [JSON.stringify({ ...first, commit: 'b', version: 2 }), 'h, line 2: version is 2'],
    [JSON.stringify({ ...first, commit: 'b', outputs: { output: 'x' } }), 'h, line 2: not a valid'],
  ])('names the line that it cannot take: %s', (line, message) =>
    expect(() => readHistory(`${JSON.stringify(first)}\n${line}\n`, 'h')).toThrow(message),
  );

  it('takes parameter sets that this version does not know', () => {
    const old = at('old', { parameters: { 'cycles.gone': 3 } });
    expect(readHistory(renderHistoryLines([old]), 'h')).toEqual([old]);
  });

  it('grows: the same figures again are nothing, others need replace, which keeps the place', () => {
    const both = extendHistory([first], [at('bbbb')]);
    expect(extendHistory(both, [first])).toEqual(both);
    const other = at('aaaa', { totalCycles: 1 });
    expect(() => extendHistory(both, [other])).toThrow('resnet8 at aaaa is in the history with other');
    expect(extendHistory(both, [other], { replace: true })).toEqual([other, at('bbbb')]);
  });
});

// [what moved, the entry after `first`, the words]
const MOVES: readonly (readonly [string, Partial<HistoryEntry>, readonly string[], boolean])[] = [
  ['nothing', {}, [], false],
  ['outputs', { outputs: { output: 'cd'.repeat(32) } }, ['checksum of output abababab -> cdcdcdcd'], true],
  [
    'cycles',
    { totalCycles: 2 * first.totalCycles, layers: layers({ conv1: 70, dense: -9 }) },
    [`+${first.totalCycles.toLocaleString('en')} cycles (+100.0 %): conv1 +70, dense -9`],
    true,
  ],
  ['layers alone', { layers: layers({ conv1: 5, dense: -5 }) }, ['layers: conv1 +5, dense -5'], false],
  ['memories', { memory: { ...first.memory, l1: 65_520 } }, ['L1 -16 bytes'], false],
  [
    'parameters',
    { parameters: { ...first.parameters, 'cycles.copySetup': 90 } },
    ['parameter cycles.copySetup: 70 -> 90'],
    false,
  ],
  ['the set', { parameterSet: 'mine' }, ['parameter name: diana-default -> mine'], false],
  ['warnings', { warnings: 2 }, ['+1 warnings'], true],
];

describe('what a commit moved', () => {
  it.each(MOVES)('%s', (_, change, texts, worse) => {
    const [series] = seriesOf([first, at('bbbb', change)]);
    const [, point] = series!.points;
    expect(point!.moves.map((m) => m.text)).toEqual(texts);
    expect(point!.moves.some((m) => m.worse)).toBe(worse);
  });

  it('strength, where both commits have it', () => {
    const history = [
      at('a', { strength: { planted: 200, missed: 5 } }),
      at('b', { strength: { planted: 200, missed: 12 } }),
      at('c'),
    ];
    const moves = seriesOf(history)[0]!.points.map((p) => p.moves.map((m) => m.text));
    expect(moves).toEqual([[], ['strength 97.5 % -> 94.0 %'], []]);
  });

  it('targets and seeds are apart; the latest are of each network', () => {
    const history = [first, at('aaaa', { target: 'c' }), at('bbbb')];
    expect(seriesOf(history).map(({ target, points }) => [target, points.length])).toEqual([
      ['soma_dory, c', 2],
      ['c', 1],
    ]);
    expect(latest(history, 1)).toEqual([history[1], history[2]]);
  });
});

describe('renderings', () => {
  const history = [
    first,
    at('bbbb'),
    at('cccc', { subject: 'A <b> | c', outputs: { output: 'cd'.repeat(32) }, totalCycles: 1000 }),
  ];

  it('a bar a commit', () => {
    expect(sparkline([1, 1, 8, 4])).toBe('▁▁█▄');
    expect(sparkline([3, 3])).toBe('▁▁');
  });

  it('table: commits that moved nothing are counted', () => {
    const text = renderHistoryTable(history, { columns: 80 });
    expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(text).toContain('resnet8 on "soma_dory, c", seed 0: 3 commits, now 1,000 cycles');
    expect(text).toContain('1 commit between them moved nothing');
    expect(text).toContain('  cccc A <b> | c: checksum of output abababab -> cdcdcdcd; -');
  });

  it('Markdown and HTML escape names, HTML loads nothing', () => {
    expect(renderHistoryMarkdown(history)).toContain('A \\<b\\> \\| c: checksum');
    const page = renderHistoryHtml(history);
    expect(page).toContain('A &lt;b&gt; | c: checksum of output');
    expect(page.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  });

  it('CSV: a network and commit a row', () => {
    const rows = renderHistoryCsv(history).trimEnd().split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[3]).toMatch(/^cccc,A <b> \| c,resnet8,"soma_dory, c",0,diana-default,1000,/);
  });
});

describe('what each commit moved', () => {
  const totals = (by: number) => ({ totalCycles: first.totalCycles + by });
  const movesAt = (...entries: readonly HistoryEntry[]) =>
    seriesOf(entries).map(({ points }) => points.map(({ moves }) => moves.map((m) => m.text)));

  it('names the layers that moved furthest, up or down, and counts the others', () => {
    const commit = (name: string, by: number, a: number, b: number, c: number, d: number) =>
      at(name, { ...totals(by), layers: { a, b, c, d } });
    const [series] = movesAt(
      commit('aaaa', 0, 100, 200, 300, 400),
      commit('bbbb', -75, 110, 110, 320, 385),
      commit('cccc', -75, 110, 110, 320, 390),
    );
    expect(series![1]![0]).toMatch(/^-75 cycles \(.*\): b -90, c \+20, d -15, 1 more$/);
    // Against the commit before it, not the first.
    expect(series![2]).toEqual(['layers: d +5']);
  });

  it('takes runs with other seeds or targets as series of their own', () => {
    const other = { ...totals(100), layers: layers({ conv1: 100 }) };
    expect(
      movesAt(first, at('aaaa', { ...other, seed: '7' }), at('aaaa', { ...other, target: 'c' })),
    ).toEqual([[[]], [[]], [[]]]);
  });

  it('a weaker test is worse, a stronger one is not', () => {
    const strength = (missed: number) => ({ strength: { planted: 200, missed } });
    const [{ points } = { points: [] }] = seriesOf([
      at('aaaa', strength(20)),
      at('bbbb', strength(10)),
      at('cccc', strength(30)),
    ]);
    expect(points.flatMap(({ moves }) => moves)).toEqual([
      { what: 'strength', text: 'strength 90.0 % -> 95.0 %', worse: false },
      { what: 'strength', text: 'strength 95.0 % -> 85.0 %', worse: true },
    ]);
  });

  it('tables show the first, the last and what moved', () => {
    const slower = { ...totals(5), layers: layers({ conv1: 5 }) };
    const [series] = seriesOf([
      first,
      at('bbbb'),
      at('cccc', slower),
      at('dddd', slower),
      at('eeee', slower),
    ]);
    expect(notable(series!).map(({ entry }) => entry.commit)).toEqual(['aaaa', 'cccc', 'eeee']);
  });
});
