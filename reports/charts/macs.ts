import { peakMacsPerCycle } from '../../sim/isa/array.js';
import type { RunResult } from '../../src/results/run.js';
import { formulaBound } from '../bound.js';
import { layerLabel, macsPerCycle } from '../metrics.js';
import { axisLabel, axisTitle, grid, heightFor, marks, noGrid, subtitleOf } from './axes.js';
import { shownLayers } from './most-layers.js';
import { INK, OKABE_ITO } from './palette.js';
import { type ChartSpec, chartSpec, legend } from './spec.js';

/** MAC/cycle of each layer with multiply-accumulates on the core, against the formula's bound and the peak. */
export function macsChart(run: RunResult): ChartSpec {
  const peak = peakMacsPerCycle(run.hardware);
  const { layers, note } = shownLayers(
    run.layers.filter((layer) => layer.target === 'digital' && layer.usefulMacs > 0),
    (l) => l.totalCycles,
  );
  const computing = layers.map((layer) =>
    layer.cycles.compute === 0 ? null : layer.usefulMacs / layer.cycles.compute,
  );
  const points = { type: 'line', showLine: false, pointBorderWidth: 2, order: 0 } as const;
  return chartSpec<'bar' | 'line', (number | null)[]>(
    {
      type: 'bar',
      data: {
        labels: layers.map((layer) => axisLabel(layerLabel(layer))),
        datasets: [
          {
            type: 'bar',
            label: 'whole layer (copies, loads and launches included)',
            data: layers.map(macsPerCycle),
            backgroundColor: OKABE_ITO.blue,
            order: 2,
          },
          {
            ...points,
            label: 'compute cycles only',
            data: computing,
            pointStyle: 'circle',
            pointRadius: 5,
            pointBackgroundColor: OKABE_ITO.orange,
            pointBorderColor: '#ffffff',
            backgroundColor: OKABE_ITO.orange,
          },
          {
            ...points,
            label: `bound of the formula (conv: ${peak}·FX/(FX+2))`,
            data: layers.map((layer) => formulaBound(run, layer) ?? null),
            pointStyle: 'rectRot',
            pointRadius: 6,
            pointBackgroundColor: '#ffffff',
            pointBorderColor: INK,
            backgroundColor: '#ffffff',
            borderColor: INK,
          },
        ],
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: {
            min: 0,
            max: peak + 16,
            title: axisTitle('useful MAC per cycle'),
            grid,
            ticks: { stepSize: peak / 8, includeBounds: false },
          },
          y: { grid: noGrid, ticks: { autoSkip: false } },
        },
        plugins: {
          legend,
        },
      },
      plugins: [marks([{ axis: 'x', value: peak, text: `peak ${peak}` }])],
    },
    {
      title: `${run.model}: use of the PE array per layer`,
      subtitle: note + subtitleOf(run),
      width: 900,
      height: heightFor(layers.length),
    },
  );
}
