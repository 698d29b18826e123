import { COST_MODEL_NAMES } from '../../sim/isa/cost-models.js';
import type { RunResult } from '../../src/results/run.js';
import { layerModels } from '../cost-models.js';
import { axisTitle, compactTicks, grid, heightFor, noGrid, subtitleOf } from './axes.js';
import { shownLayers } from './most-layers.js';
import { MODEL_COLOUR, OWN_COLOUR } from './palette.js';
import { type ChartSpec, chartSpec, legend } from './spec.js';

/** Cycles of each layer of the core under the run's parameters and under every other public cost model. */
export function costModelsChart(run: RunResult): ChartSpec {
  const { layers, note } = shownLayers(layerModels(run), ({ cycles }) => cycles);
  const names = layers[0]?.others.map(({ name }) => name) ?? [];
  const bars = { barPercentage: 0.92, categoryPercentage: 0.86 };
  return chartSpec<'bar', number[]>(
    {
      type: 'bar',
      data: {
        labels: layers.map(({ label }) => label),
        datasets: [
          {
            label: run.hardware.name,
            data: layers.map(({ cycles }) => cycles),
            backgroundColor: OWN_COLOUR,
            ...bars,
          },
          ...names.map((name, i) => ({
            label: name,
            data: layers.map(({ others }) => others[i]!.cycles),
            backgroundColor:
              MODEL_COLOUR[(COST_MODEL_NAMES as readonly string[]).indexOf(name)] ?? OWN_COLOUR,
            ...bars,
          })),
        ],
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: { title: axisTitle('estimated cycles'), ticks: compactTicks, grid, beginAtZero: true },
          y: { grid: noGrid, ticks: { autoSkip: false } },
        },
        plugins: { legend },
      },
    },
    {
      title: `${run.model}: cycles per layer of the core under the public cost models`,
      subtitle: note + subtitleOf(run),
      width: 900,
      height: heightFor(2 * layers.length),
    },
  );
}
