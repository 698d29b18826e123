import { describe, expect, it } from 'vitest';
import { type LayerStatistics, layerStatistics } from '../../scripts/models/layer-statistics.js';
import { buildModel, DEFAULT_SEED, NETWORKS } from '../../src/models/registry.js';

// What issue-wide comparisons need of a network: outputs that neither saturate nor collapse to a few values.
const LIMITS: [string, (s: LayerStatistics) => boolean][] = [
  ['at most 5 % of the outputs are clipped', (s) => s.clipped <= 0.05],
  ['the outputs deviate by 15 or more', (s) => s.deviation >= 15],
  ['at most 75 % of the outputs are zero', (s) => s.zero <= 0.75],
];

describe.each(NETWORKS.map((n) => n.name))('%s on its first built-in input', (name) => {
  const statistics = [...layerStatistics(buildModel(name), DEFAULT_SEED, 1).values()];
  it('has layers to look at', () => expect(statistics.length).toBeGreaterThan(5));
  it.each(LIMITS)('%s in every layer', (_, holds) => expect(statistics.filter((s) => !holds(s))).toEqual([]));
});
