// A unit test that fails when a layer gets slower than the recorded baseline allows: vitest run layer-budget.test.mjs
// Record the baseline with: diana-sim baseline resnet8 -o baselines
import {
  baseline,
  buildModel,
  compareBaselines,
  failures,
  parseThreshold,
  renderComparisonTable,
} from 'diana-sim';
import { readBaselineFile } from 'diana-sim/node';
import { expect, it } from 'vitest';

const recorded = readBaselineFile(process.env.BASELINE ?? 'baselines/resnet8.json');

it('no layer of resnet8 takes more than 2 % more cycles', async () => {
  const now = await baseline(buildModel('resnet8'));
  const comparison = compareBaselines([recorded], [now], {
    layerCycles: parseThreshold('+2%', 'the layers of resnet8'),
  });
  expect(failures(comparison, 'regressed'), renderComparisonTable(comparison)).toEqual([]);
});
