import type { ModelResult } from '../../src/results/document.js';
import type { LayerResult, RunResult } from '../../src/results/run.js';
import {
  jobCount,
  type LayerVerdict,
  layerLabel,
  layerVerdict,
  macsPerCycle,
  operatorLabel,
  percentOfPeak,
  shapeLabel,
} from '../metrics.js';
import { compact, count, decimal, ms, percentOf } from '../numbers.js';
import { type Cell, type Column, cell, type Grid } from './grid.js';

const FIGURES: readonly Column[] = [
  { header: 'layer', align: 'left', shrinkTo: 9 },
  { header: 'operator', align: 'left', shrinkTo: 10 },
  { header: 'where', align: 'left', dropOrder: 1 },
  { header: 'output', align: 'left', dropOrder: 0 },
  { header: 'tiles', align: 'right', dropOrder: 4 },
  { header: 'jobs', align: 'right', dropOrder: 3 },
  { header: 'MACs', align: 'right', dropOrder: 2 },
  { header: 'cycles', align: 'right' },
  { header: 'MAC/\ncycle', align: 'right' },
  { header: '% of\npeak', align: 'right' },
  { header: 'ms', align: 'right', dropOrder: 5 },
];

const VERDICT: readonly Column[] = [
  { header: 'exact', align: 'left' },
  { header: 'sat.\n%', align: 'right' },
  { header: 'zero\n%', align: 'right' },
];

/** Percent in few characters: a small share must not look like none, nor a large one like all. */
function share(part: number, whole: number): string {
  const value = percentOf(part, whole);
  if (value > 0 && value < 0.5) return '<1';
  if (value < 100 && value >= 99.5) return '>99';
  return value.toFixed(0);
}

function verdictCells(verdict: LayerVerdict | undefined): Cell[] {
  if (verdict === undefined) return [cell('·', 'dim'), cell('', 'dim'), cell('', 'dim')];
  const saturated = percentOf(verdict.saturated, verdict.elements);
  return [
    verdict.differing > 0
      ? cell('NO', 'bad')
      : verdict.tolerance === undefined
        ? cell('yes', 'good')
        : cell('close', 'good'),
    cell(share(verdict.saturated, verdict.elements), saturated > 50 ? 'notice' : undefined),
    cell(
      share(verdict.zero, verdict.elements),
      percentOf(verdict.zero, verdict.elements) > 90 ? 'notice' : undefined,
    ),
  ];
}

/** The figures that layers and totals have in common, from tiles to milliseconds. */
function figureCells(item: LayerResult | RunResult['totals'], tiles: string, clockHz: number): Cell[] {
  const peak = percentOfPeak(item);
  return [
    cell(tiles),
    cell(jobCount(item) === 0 ? '' : count(jobCount(item))),
    cell(item.usefulMacs === 0 ? '' : compact(item.usefulMacs)),
    cell(count(item.totalCycles)),
    cell(item.usefulMacs === 0 ? '' : decimal(macsPerCycle(item))),
    cell(item.usefulMacs === 0 ? '' : peak.toFixed(1)),
    cell(ms(item.totalCycles, clockHz)),
  ];
}

/** The table of layers of one run, with the verdict's columns where it was verified. */
export function layerGrid({ run, verdicts }: ModelResult): Grid {
  const verified = verdicts.length > 0;
  const clock = run.hardware.chip.clockHz;
  const rows = run.layers.map((layer) => [
    cell(layerLabel(layer)),
    cell(operatorLabel(layer)),
    cell(layer.target, layer.target === 'host' ? 'dim' : undefined),
    cell(shapeLabel(layer.output)),
    ...figureCells(layer, layer.target !== 'host' ? count(layer.tiles) : '', clock),
    ...(verified ? verdictCells(layerVerdict(verdicts, layer)) : []),
  ]);
  const total = [
    cell('total', 'bold'),
    cell(''),
    cell(''),
    cell(''),
    ...figureCells(run.totals, count(run.totals.tiles), clock),
    ...(verified ? [verdicts.every((v) => v.ok) ? cell('yes', 'good') : cell('NO', 'bad')] : []),
  ];
  return { columns: verified ? [...FIGURES, ...VERDICT] : FIGURES, rows, footer: [total] };
}
