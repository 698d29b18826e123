import type { RunResult } from '../../src/results/run.js';
import { costModelsChart } from './cost-models.js';
import { cyclesChart } from './cycles.js';
import { energyChart } from './energy.js';
import { macsChart } from './macs.js';
import { occupancyChart } from './occupancy.js';
import { rooflineChart } from './roofline.js';
import type { ChartSpec } from './spec.js';

/** The charts by name, in the order in which a report shows them. */
export const CHARTS = {
  cycles: { chart: cyclesChart, alt: 'Cycles of each layer, stacked by reason' },
  models: {
    chart: costModelsChart,
    alt: 'Cycles of each layer of the core under the public cost models',
  },
  macs: {
    chart: macsChart,
    alt: 'MAC per cycle of each layer against the peak and the bound of the formula',
  },
  energy: {
    chart: energyChart,
    alt: 'Microjoules of each layer, core and host, with the range of the host',
  },
  roofline: { chart: rooflineChart, alt: 'Roofline: MAC per byte moved against MAC per cycle' },
  l2: { chart: occupancyChart, alt: 'L2 in use over the run' },
} as const satisfies Readonly<Record<string, { chart: (run: RunResult) => ChartSpec; alt: string }>>;

export type ChartName = keyof typeof CHARTS;
export const CHART_NAMES = Object.keys(CHARTS) as ChartName[];
