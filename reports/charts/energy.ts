import { coreCycles, ENERGY_ESTIMATED, energyOf } from '../../src/results/energy.js';
import type { Energy, LayerResult, RunResult } from '../../src/results/run.js';
import { axisTitle, grid, heightFor, layerTick, noGrid } from './axes.js';
import { shownLayers } from './most-layers.js';
import { GREY, OKABE_ITO } from './palette.js';
import { type ChartSpec, chartSpec, legend } from './spec.js';

/** A layer's energy; of a result of an earlier release from its cycles. */
const energyOfLayer = (l: LayerResult): Energy =>
  l.energy ?? energyOf({ ...l, analogCycles: l.target === 'analog' ? coreCycles(l.cycles) : 0 });

/** Microjoules a layer: the core's, the host's as assumed, and how far the host's may reach. */
export function energyChart(run: RunResult): ChartSpec {
  const { layers, note } = shownLayers(run.layers, (l) => l.totalCycles);
  const energies = layers.map(energyOfLayer);
  const total = run.totals.energy ?? energyOf(run.totals);
  const bars = { barPercentage: 0.92, categoryPercentage: 0.86 };
  const core = (target: LayerResult['target']): number[] =>
    energies.map((e, i) =>
      (layers[i]!.target === 'analog') === (target === 'analog') ? e.coreMicrojoules : 0,
    );
  const analog = layers.some((l) => l.target === 'analog');
  return chartSpec<'bar', number[]>(
    {
      type: 'bar',
      data: {
        labels: layers.map(layerTick),
        datasets: [
          { label: 'digital core', data: core('digital'), backgroundColor: OKABE_ITO.blue, ...bars },
          ...(analog
            ? [{ label: 'analog core', data: core('analog'), backgroundColor: OKABE_ITO.orange, ...bars }]
            : []),
          {
            label: 'host as assumed: half of the core [ours]',
            data: energies.map((e) => e.hostMicrojoules),
            backgroundColor: GREY,
            ...bars,
          },
          {
            label: 'up to: as much as the core',
            data: energies.map((e) => e.most - e.microjoules),
            backgroundColor: '#d0d0d0',
            ...bars,
          },
        ],
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: { stacked: true, title: axisTitle('estimated microjoules'), grid, beginAtZero: true },
          y: { stacked: true, grid: noGrid, ticks: { autoSkip: false } },
        },
        plugins: { legend },
      },
    },
    {
      title: `${run.model}: energy per layer`,
      subtitle: `${note}${total.microjoules.toFixed(2)} uJ an inference (${total.least.toFixed(2)}..${total.most.toFixed(2)}), ${ENERGY_ESTIMATED} [odimo]`,
      width: 900,
      height: heightFor(layers.length),
    },
  );
}
