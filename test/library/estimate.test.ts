import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Baseline } from '../../reports/regression/baseline.js';
import { compile } from '../../src/library/compile.js';
import { estimate } from '../../src/library/estimate.js';
import { buildModel, modelNames } from '../../src/models/registry.js';

// The baselines were recorded by runs that computed every value.
const FOLDER = 'reports/baselines';
const recorded = new Map(
  readdirSync(FOLDER).map((file) => {
    const baseline = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Baseline;
    return [baseline.model, baseline] as const;
  }),
);

it.each([...modelNames()])('%s costs without values what its full run costs, layer by layer', (name) => {
  const baseline = recorded.get(name)!;
  const run = estimate(compile(buildModel(name)));
  const figures = ({
    cycles,
    totalCycles,
    tiles,
    jobs,
    usefulMacs,
    issuedMacs,
    bytes,
  }: Baseline['totals']) => ({
    cycles,
    totalCycles,
    tiles,
    jobs,
    usefulMacs,
    issuedMacs,
    bytes,
  });
  expect(figures(run.totals)).toEqual(figures(baseline.totals));
  expect(run.layers.map(figures)).toEqual(baseline.layers.map(figures));
  expect(run.memory).toEqual(baseline.memory);
  expect(run.outputs).toEqual({});
});
