import type { RunResult } from '../../src/results/run.js';
import { drawCostModels } from './cost-models.js';
import { drawCycles } from './cycles.js';
import { drawMacs } from './macs.js';
import { drawOccupancy } from './occupancy.js';
import { drawRoofline } from './roofline.js';

/** The charts by name, in the order in which a report shows them. */
export const CHARTS = {
  cycles: { draw: drawCycles, alt: 'Cycles of each layer, stacked by reason' },
  models: {
    draw: drawCostModels,
    alt: 'Cycles of each layer of the core under the public cost models',
  },
  macs: { draw: drawMacs, alt: 'MAC per cycle of each layer against the peak and the bound of the formula' },
  roofline: { draw: drawRoofline, alt: 'Roofline: MAC per byte moved against MAC per cycle' },
  l2: { draw: drawOccupancy, alt: 'L2 in use over the run' },
} as const satisfies Readonly<Record<string, { draw: (run: RunResult) => Uint8Array; alt: string }>>;

export type ChartName = keyof typeof CHARTS;
export const CHART_NAMES = Object.keys(CHARTS) as ChartName[];
