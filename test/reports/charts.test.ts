import { createHash } from 'node:crypto';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { formulaBound } from '../../reports/bound.js';
import { CHART_NAMES, CHARTS } from '../../reports/charts/all.js';
import { drawChart } from '../../reports/charts/draw.js';
import { energyChart } from '../../reports/charts/energy.js';
import { mergeNames, placeLabels } from '../../reports/charts/labels.js';
import { GROUPS, l2Occupancy } from '../../reports/charts/occupancy.js';
import { REASON_COLOUR } from '../../reports/charts/palette.js';
import type { RunResult } from '../../src/results/run.js';
import { resnet8Run } from './fixture.js';

const run = resnet8Run();

/** Pixels of each colour "#rrggbb" in a PNG. */
async function colours(png: Uint8Array): Promise<Map<string, number>> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const found = new Map<string, number>();
  for (let i = 0; i < data.length; i += 4) {
    const hex = `#${[data[i], data[i + 1], data[i + 2]].map((v) => (v ?? 0).toString(16).padStart(2, '0')).join('')}`;
    found.set(hex, (found.get(hex) ?? 0) + 1);
  }
  return found;
}

describe('PNG charts', () => {
  it.each(CHART_NAMES)('%s: the same run gives the same bytes', (name) => {
    const hash = (): string =>
      createHash('sha256')
        .update(drawChart(CHARTS[name].chart(run)))
        .digest('hex');
    expect(hash()).toBe(hash());
  });

  it('the area of each reason follows its cycles', async () => {
    const found = await colours(drawChart(CHARTS.cycles.chart(run)));
    const perCycle = (reason: 'compute' | 'host'): number =>
      (found.get(REASON_COLOUR[reason]) ?? 0) / run.totals.cycles[reason];
    expect(perCycle('compute')).toBeGreaterThan(0);
    expect(perCycle('host') / perCycle('compute')).toBeGreaterThan(0.95);
    expect(perCycle('host') / perCycle('compute')).toBeLessThan(1.05);
  });

  it('energy: the areas follow the core, the host as assumed and its range, also of an earlier release', () => {
    const { data } = energyChart(run).config;
    const sums = data.datasets.map(({ label, data: bars }) => [
      label,
      bars.reduce<number>((n, v) => n + Number(v), 0),
    ]);
    const { host, launch, tileLoop, ...core } = run.totals.cycles;
    // 24.96 mW of the core, 12.48 mW of the host as assumed and 12.48 mW up to its most, at 260 MHz: 0.000096 uJ and half of it a cycle.
    const busy = Object.values(core).reduce((n, c) => n + c, 0);
    expect(sums.map(([label]) => label)).toEqual([
      'digital core',
      'host as assumed: half of the core [ours]',
      'up to: as much as the core',
    ]);
    for (const [i, uJ] of [
      0.000096 * busy,
      0.000048 * (host + launch + tileLoop),
      0.000048 * (host + launch + tileLoop),
    ].entries())
      expect(sums[i]![1]).toBeCloseTo(uJ, 6);
  });

  it.each(CHART_NAMES)('%s: draws a run without layers, timeline and buffers', (name) => {
    const empty: RunResult = { ...run, layers: [], timeline: [], buffers: [] };
    expect(drawChart(CHARTS[name].chart(empty)).length).toBeGreaterThan(1000);
  });
});

describe('formulaBound', () => {
  const layer = (name: string) => run.layers.find((l) => l.layer === name)!;
  const withFields = (name: string, fields: Record<string, number>): RunResult => ({
    ...run,
    timeline: [{ start: 0, cycles: 1, reason: 'compute', layer: layer(name).id, step: 0, label: '', fields }],
  });
  it.each([
    // layer, decoded fields, MAC/cycle
    ['stack1_conv1', { mode: 1, fx: 3, c: 16, k: 1 }, 153.6], // 256 * 3/5
    ['stack2_shortcut', { mode: 1, fx: 1, c: 16, k: 2 }, 85.33], // 256 / 3
    ['stack1_conv1', { mode: 1, fx: 3, c: 1, k: 1 }, 9.6], // depthwise: one channel of 16
    ['dense', { mode: 0, c: 4, k: 1 }, 256],
    ['dense', { c: 4, k: 1 }, 256], // fields that are 0 may be left out
    ['stack1_add', { mode: 3, c: 64 }, undefined],
  ])('%s with %j', (name, fields, expected) => {
    const bound = formulaBound(withFields(name, fields), layer(name));
    if (expected === undefined) expect(bound).toBeUndefined();
    else expect(bound).toBeCloseTo(expected, 2);
  });
});

describe('l2Occupancy', () => {
  it('adds up the live buffers of each group', () => {
    const buffer = { memory: 'L2', address: 0 } as const;
    const small: RunResult = {
      ...run,
      totals: { ...run.totals, totalCycles: 100 },
      buffers: [
        { ...buffer, name: 'w', role: 'weights', bytes: 10, from: 0, to: 100 },
        { ...buffer, name: 'a', role: 'activation', bytes: 4, from: 0, to: 50 },
        { ...buffer, name: 'b', role: 'activation', bytes: 5, from: 40, to: 100 },
        { ...buffer, name: 'in', role: 'input', bytes: 3, from: 0, to: 40 },
        { ...buffer, name: 't', memory: 'L1', role: 'activation', bytes: 99, from: 0, to: 100 },
      ],
    };
    expect(GROUPS.map(({ label }) => label.split(' ')[0])).toEqual(['constants', 'inputs', 'activations']);
    expect(l2Occupancy(small)).toEqual([
      { cycle: 0, bytes: [10, 3, 4] },
      { cycle: 40, bytes: [10, 0, 9] },
      { cycle: 50, bytes: [10, 0, 5] },
      { cycle: 100, bytes: [10, 0, 5] },
    ]);
  });
});

describe('labels', () => {
  const area = { left: 0, right: 200, top: 0, bottom: 100 };
  const point = (x: number, y: number, text = 'name') => ({ x, y, text, width: 30 });

  it('puts a name to the right of its point, to the left at the right edge', () => {
    expect(placeLabels([point(50, 50)], area)).toEqual([{ text: 'name', x: 59, y: 50 }]);
    expect(placeLabels([point(190, 50)], area)).toEqual([{ text: 'name', x: 151, y: 50 }]);
  });

  it('no two names overlap, nor a line', () => {
    const points = Array.from({ length: 6 }, (_, i) => point(100 + 2 * i, 50 + 5 * i, `p${i}`));
    const line = Array.from({ length: 60 }, (_, i) => ({ x: 109 + i, y: 50 }));
    const placed = placeLabels(points, area, line);
    expect(placed.length).toBeGreaterThan(2);
    for (const a of placed) {
      expect(line.some(({ x, y }) => x > a.x && x < a.x + 30 && Math.abs(y - a.y) < 6)).toBe(false);
      for (const b of placed)
        if (a !== b)
          expect(Math.abs(a.x - b.x) >= 30 || Math.abs(a.y - b.y) >= 13, `${a.text} ${b.text}`).toBe(true);
    }
  });

  it('points on the same spot share a name', () => {
    const texts = (n: number) =>
      mergeNames(
        Array.from({ length: n }, (_, i) => point(10, 10, `p${i}`)),
        (t) => t.length,
      ).map((p) => p.text);
    expect(texts(1)).toEqual(['p0']);
    expect(texts(2)).toEqual(['p0, p1']);
    expect(texts(4)).toEqual(['p0 and 3 more']);
  });
});
