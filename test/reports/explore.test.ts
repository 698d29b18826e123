import { describe, expect, it } from 'vitest';
import { renderExplorationHtml } from '../../reports/explore/html.js';
import { kneeOf, paretoFront, ranked } from '../../reports/explore/pareto.js';
import { mergeExplorations, readExploration } from '../../reports/explore/read.js';
import { renderExplorationCsv, renderExplorationTable } from '../../reports/explore/texts.js';
import { stableJson } from '../../reports/json.js';
import type { Exploration, ExploredPoint } from '../../src/results/exploration.js';

// [cycles, bytes of L1, microjoules, milliseconds]
const POINTS: readonly (readonly [number, number, number, number])[] = [
  [1000, 16, 9, 1], // front: the least L1
  [500, 32, 5, 0.5], // front, knee: close to the least of everything
  [490, 64, 4.9, 0.49], // front: the fewest cycles and the least energy
  [600, 64, 6, 0.6], // behind 1 and 2
  [500, 32, 5, 0.5], // as 1: the first of them stands
];

const point = (
  [cycles, l1Bytes, microjoules, milliseconds]: (typeof POINTS)[number],
  index: number,
): ExploredPoint => ({
  index,
  values: [l1Bytes],
  l1Bytes,
  models: [
    {
      model: 'net',
      cycles,
      milliseconds,
      microjoules,
      l1: 8,
      layers: [{ label: 'a<b', where: 'digital', cycles }],
    },
  ],
  cycles,
  milliseconds,
  microjoules,
});

const doc: Exploration = {
  format: 'diana-sim-exploration',
  version: 1,
  generator: 'diana-sim test',
  models: ['net'],
  target: 'soma_dory, c',
  base: 'diana-default',
  objective: 'cycles',
  axes: [{ name: 'l1', parameter: 'chip.l1Bytes', values: [16, 32, 64] }],
  total: 6,
  points: [
    ...POINTS.map(point),
    {
      index: 5,
      values: [8],
      l1Bytes: 8,
      models: [],
      cycles: 0,
      milliseconds: 0,
      microjoules: 0,
      error: 'L1, too small',
    },
  ],
};

const numbers = (points: readonly ExploredPoint[]) => points.map(({ index }) => index);

describe('order, front and knee', () => {
  it.each([
    ['cycles', [2, 1, 4, 3, 0]],
    ['energy', [2, 1, 4, 3, 0]],
    ['edp', [2, 1, 4, 3, 0]],
  ] as const)('by %s, equal points by number, failed ones left out', (objective, order) =>
    expect(numbers(ranked(doc, objective))).toEqual(order),
  );
  it('by energy where it is not the order of cycles', () => {
    const costly = { ...doc, points: [point([10, 16, 90, 1], 0), point([20, 16, 10, 2], 1)] };
    expect(numbers(ranked(costly, 'cycles'))).toEqual([0, 1]);
    expect(numbers(ranked(costly, 'energy'))).toEqual([1, 0]);
    expect(numbers(ranked(costly, 'edp'))).toEqual([1, 0]); // 90 * 1 against 10 * 2
  });
  it('of points alike but for the clock the fastest stands for all', () => {
    const clocks = { ...doc, points: [point([10, 16, 1, 2], 0), point([10, 16, 1, 1], 1)] };
    expect(numbers(ranked(clocks))).toEqual([1, 0]);
    expect(numbers(paretoFront(clocks))).toEqual([1]);
  });
  it('the front holds what nothing beats in all three', () =>
    expect(numbers(paretoFront(doc))).toEqual([2, 1, 0]));
  it('the knee is nearest to the least of everything', () => expect(kneeOf(paretoFront(doc))!.index).toBe(1));
  it('an empty front has no knee', () => expect(kneeOf([])).toBeUndefined());
});

describe('renderings', () => {
  it('the table: best first, marks, the knee named, what is not possible', () => {
    const text = renderExplorationTable(doc);
    const rows = text.split('\n').filter((line) => /(front|knee|0\.6)/.test(line));
    expect(text).toContain('1 point not possible, the first at l1=8: L1, too small');
    expect(text).toContain('knee of the front of cycles, bytes of L1 and energy: l1=32');
    expect(rows.some((line) => /64 +490 +0\.490 +4\.90 +64 +front/.test(line))).toBe(true);
    expect(rows.some((line) => /32 +500 +0\.500 +5\.00 +32 +knee/.test(line))).toBe(true);
  });
  it('--top cuts it', () => expect(renderExplorationTable(doc, { top: 1 })).not.toContain('1,000'));
  it('CSV: a point a row, its parameters by their paths', () => {
    const [head, ...rows] = renderExplorationCsv(doc).trimEnd().split('\r\n');
    expect(head).toBe(
      'point,chip.l1Bytes,estimated_cycles,estimated_ms,estimated_uj,l1_bytes,cycles_net,pareto,error',
    );
    expect(rows).toEqual([
      '0,16,1000,1,9,16,1000,front,',
      '1,32,500,0.5,5,32,500,knee,',
      '2,64,490,0.49,4.9,64,490,front,',
      '3,64,600,0.6,6,64,600,,',
      '4,32,500,0.5,5,32,500,,',
      '5,8,,,,8,,,"L1, too small"',
    ]);
  });
  it('HTML: a dot and the layers of each point, names escaped, nothing from the network', () => {
    const page = renderExplorationHtml(doc);
    expect(page.match(/<circle /g)).toHaveLength(2 * 5);
    for (const i of [0, 1, 2, 3, 4]) expect(page).toContain(`<details id="p${i}">`);
    expect(page).toContain('a&lt;b');
    expect(page).toContain('The knee, nearest to the least of everything, is <a href="#p1">l1=32</a>');
    expect(page).toContain('L1, too small');
    expect(page).not.toMatch(/https?:\/\//);
  });
  it('HTML of nothing possible', () =>
    expect(renderExplorationHtml({ ...doc, points: [doc.points[5]!] })).toContain('No point is possible.'));
});

describe('files', () => {
  const part = (...indices: number[]): Exploration => ({
    ...doc,
    points: doc.points.filter(({ index }) => indices.includes(index)),
  });
  const named = (...docs: Exploration[]) => docs.map((d, i) => ({ name: `s${i + 1}.json`, doc: d }));

  it('are read as they were written', () => expect(readExploration(stableJson(doc), 'a.json')).toEqual(doc));
  it('of another kind are refused', () =>
    expect(() => readExploration('{"format": "diana-sim-result"}', 'a.json')).toThrow(/^a\.json/));
  it('of shards join in the order of points', () =>
    expect(mergeExplorations(named(part(1, 3, 5), part(0, 2, 4)))).toEqual(doc));
  it('of one shard twice are refused', () =>
    expect(() => mergeExplorations(named(part(0), part(0)))).toThrow(
      's2.json: point 0 is in s1.json, too; give each shard once.',
    ));
  it('of different questions are refused', () =>
    expect(() => mergeExplorations(named(part(0), { ...part(1), base: 'mine' }))).toThrow(
      's2.json: base is not that of s1.json; merge shards of one exploration.',
    ));
});
