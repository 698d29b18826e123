import { beforeAll, describe, expect, it } from 'vitest';
import { type LayerStatistics, layerStatistics } from '../../scripts/models/layer-statistics.js';
import { buildModel, DEFAULT_SEED, TUNED_NETWORKS } from '../../src/models/registry.js';

// What a bit-exact comparison needs of a network: outputs that neither saturate nor collapse to a few values.
const LIMITS: [string, (s: LayerStatistics) => boolean][] = [
  ['at most 5 % of the outputs are clipped', (s) => s.clipped <= 0.05],
  ['the outputs deviate by 15 or more', (s) => s.deviation >= 15],
  ['at most 75 % of the outputs are zero', (s) => s.zero <= 0.75],
];
// Convs, dense layers and sums, counted by hand.
const LAYERS: Readonly<Record<string, number>> = {
  resnet8: 9 + 3 + 1,
  'ds-cnn': 9 + 1,
  'mobilenet-v1': 27 + 1,
  dae: 10,
  resnet20: 1 + 18 + 2 + 9 + 1,
  'mobilenet-v2': 1 + 2 + 16 * 3 + 12 + 1 + 1,
};

describe.each(TUNED_NETWORKS.map((n) => n.name))('%s on its first two built-in inputs', (name) => {
  let statistics: LayerStatistics[] = [];
  beforeAll(() => {
    statistics = [...layerStatistics(buildModel(name), DEFAULT_SEED, 2).values()];
  });
  it('has all its layers', () => expect(statistics.length).toBe(LAYERS[name] ?? 1));
  it.each(LIMITS)('%s in every layer', (_, holds) => expect(statistics.filter((s) => !holds(s))).toEqual([]));
});

it("HTVM's own values saturate most of a layer, as its full-range biases do", () => {
  const statistics = layerStatistics(buildModel('htvm-conv-3x3-s1-full'), DEFAULT_SEED, 1).get('conv1')!;
  expect(statistics.clipped).toBeGreaterThan(0.9);
});
