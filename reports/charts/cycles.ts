import type { RunResult } from '../../src/results/run.js';
import { REASON_ORDER, REASON_TEXT } from '../metrics.js';
import { axisTitle, compactTicks, grid, heightFor, layerTick, noGrid, subtitleOf } from './axes.js';
import { shownLayers } from './most-layers.js';
import { REASON_COLOUR } from './palette.js';
import { type ChartSpec, chartSpec, legend } from './spec.js';

/** Cycles a layer, stacked by reason. */
export function cyclesChart(run: RunResult): ChartSpec {
  const { layers, note } = shownLayers(run.layers, (l) => l.totalCycles);
  const reasons = REASON_ORDER.filter((reason) => run.totals.cycles[reason] > 0);
  return chartSpec<'bar', number[]>(
    {
      type: 'bar',
      data: {
        labels: layers.map(layerTick),
        datasets: reasons.map((reason) => ({
          label: REASON_TEXT[reason].label,
          data: layers.map((layer) => layer.cycles[reason]),
          backgroundColor: REASON_COLOUR[reason],
          barPercentage: 0.92,
          categoryPercentage: 0.86,
        })),
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: {
            stacked: true,
            title: axisTitle('estimated cycles'),
            ticks: compactTicks,
            grid,
            beginAtZero: true,
          },
          y: { stacked: true, grid: noGrid, ticks: { autoSkip: false } },
        },
        plugins: { legend },
      },
    },
    {
      title: `${run.model}: cycles per layer, by reason`,
      subtitle: note + subtitleOf(run),
      width: 900,
      height: heightFor(layers.length),
    },
  );
}
