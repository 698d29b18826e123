import type { Plugin } from 'chart.js';
import { peakMacsPerCycle } from '../../sim/isa/array.js';
import { largest, smallest } from '../../src/base/extremes.js';
import type { LayerResult, RunResult } from '../../src/results/run.js';
import { coreBytes, layerLabel, macsPerCycle, operatorLabel } from '../metrics.js';
import { axisLabel, axisTitle, grid, subtitleOf } from './axes.js';
import { mergeNames, placeLabels } from './labels.js';
import { INK, OKABE_ITO } from './palette.js';
import { type ChartSpec, chartSpec, FONT, legend } from './spec.js';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

const STYLES = [
  { color: OKABE_ITO.blue, pointStyle: 'circle' },
  { color: OKABE_ITO.vermilion, pointStyle: 'triangle' },
  { color: OKABE_ITO.green, pointStyle: 'rect' },
  { color: OKABE_ITO.purple, pointStyle: 'rectRot' },
  { color: OKABE_ITO.orange, pointStyle: 'star' },
  { color: OKABE_ITO.black, pointStyle: 'crossRot' },
] as const;

const pointOf = (layer: LayerResult): Point => ({
  x: layer.usefulMacs / coreBytes(layer.bytes),
  y: macsPerCycle(layer),
  name: axisLabel(layerLabel(layer)),
});

/** Powers of two around the points: the axes of a roofline are logarithmic. */
function range(values: readonly number[], least: number, most: number): { min: number; max: number } {
  const low = Math.min(least, 0.8 * smallest(values));
  const high = Math.max(most, 2 * largest(values));
  return { min: 2 ** Math.floor(Math.log2(low)), max: 2 ** Math.ceil(Math.log2(high)) };
}

/** Points on a line from `from` to `to`, through its corners. */
function curve(
  from: number,
  to: number,
  y: (x: number) => number,
  corners: readonly number[] = [],
): { x: number; y: number }[] {
  const steps = 96;
  const points = Array.from({ length: steps + 1 }, (_, i) => from * (to / from) ** (i / steps));
  return [...points, ...corners].sort((a, b) => a - b).map((x) => ({ x, y: y(x) }));
}

const nameLabels: Plugin = {
  id: 'nameLabels',
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    ctx.save();
    ctx.font = `10.5px "${FONT}"`;
    ctx.fillStyle = INK;
    ctx.textBaseline = 'middle';
    const points = chart.data.datasets.flatMap((dataset, i) =>
      chart.getDatasetMeta(i).data.flatMap((element, j) => {
        const name = (dataset.data[j] as Partial<Point> | undefined)?.name;
        if (name === undefined) return [];
        return [{ x: element.x, y: element.y, text: name, width: ctx.measureText(name).width }];
      }),
    );
    const lines = chart.data.datasets.flatMap((_, i) => {
      const { data, dataset } = chart.getDatasetMeta(i);
      return dataset?.options.showLine === true || data.length > 50 ? data.map(({ x, y }) => ({ x, y })) : [];
    });
    const names = mergeNames(points, (text) => ctx.measureText(text).width);
    for (const label of placeLabels(names, chartArea, lines)) ctx.fillText(label.text, label.x, label.y);
    ctx.restore();
  },
};

/** Names along the roofs, below or above the lines and parallel to them. */
const roofNames = (bandwidth: number, peak: number, serial: (x: number) => number, low: number): Plugin => ({
  id: 'roofNames',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    const at = (x: number, y: number) => ({
      x: scales.x?.getPixelForValue(x) ?? 0,
      y: scales.y?.getPixelForValue(y) ?? 0,
    });
    /** Text on the chord of a line from `x` on, so that a bent line never crosses it. */
    const along = (text: string, line: (x: number) => number, x: number, offset: number): void => {
      const a = at(x, line(x));
      const end = scales.x?.getValueForPixel(a.x + 0.9 * ctx.measureText(text).width) ?? x;
      const b = at(end, line(end));
      ctx.save();
      ctx.translate(a.x, a.y);
      ctx.rotate(Math.atan2(b.y - a.y, b.x - a.x));
      ctx.fillText(text, 0, offset);
      ctx.restore();
    };
    ctx.save();
    ctx.font = `11.5px "${FONT}"`;
    ctx.fillStyle = INK;
    ctx.textBaseline = 'middle';
    const ridge = peak / bandwidth;
    along(`${bandwidth} bytes per cycle`, (x) => bandwidth * x, Math.max(low * 1.3, ridge / 12), -11);
    along('copies and compute take turns', serial, Math.max(low * 1.3, ridge / 5), 12);
    ctx.textAlign = 'right';
    ctx.fillText(`peak: ${peak} MAC per cycle`, chartArea.right - 6, at(1, peak).y - 11);
    ctx.restore();
  },
});

const ticks = { callback: (value: string | number): string => showPower(Number(value)) };
function showPower(value: number): string {
  const power = Math.log2(value);
  if (Math.abs(power - Math.round(power)) > 1e-9) return '';
  return value >= 1 ? String(value) : `1/${Math.round(1 / value)}`;
}

/** Logarithmic axes to the base of two. */
const axis = (title: string, { min, max }: { min: number; max: number }) => ({
  type: 'logarithmic' as const,
  min,
  max,
  title: axisTitle(title),
  grid,
  ticks,
  afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
    const powers = Math.round(Math.log2(max / min));
    scale.ticks = Array.from({ length: powers + 1 }, (_, i) => ({ value: min * 2 ** i }));
  },
});

/** MACs a byte moved against MAC/cycle, with the roofs; a point a layer with multiply-accumulates on the core. */
export function rooflineChart(run: RunResult): ChartSpec {
  const layers = run.layers.filter(
    (l) => l.target === 'digital' && l.usefulMacs > 0 && coreBytes(l.bytes) > 0,
  );
  const kinds = [...new Set(layers.map(operatorLabel))];
  const points = layers.map(pointOf);
  const bandwidth = run.hardware.cycles.bytesPerCycle;
  const peak = peakMacsPerCycle(run.hardware);
  const xs = range(
    points.map((p) => p.x),
    1,
    64,
  );
  const ys = range(
    points.map((p) => p.y),
    1,
    peak * 1.2,
  );
  const line = { showLine: true, pointRadius: 0, borderWidth: 2, fill: false };
  const roof = (x: number): number => Math.min(peak, bandwidth * x);
  const serial = (x: number): number => 1 / (1 / peak + 1 / (bandwidth * x));
  return chartSpec<'scatter', { x: number; y: number }[]>(
    {
      type: 'scatter',
      data: {
        datasets: [
          ...kinds.map((kind, i) => {
            const look = STYLES[i % STYLES.length] ?? STYLES[0];
            return {
              label: kind,
              data: points.filter((_, p) => operatorLabel(layers[p]!) === kind),
              pointStyle: look.pointStyle,
              pointRadius: 5.5,
              pointBorderWidth: 1,
              backgroundColor: look.color,
              borderColor: look.color,
            };
          }),
          {
            ...line,
            data: curve(xs.min, xs.max, roof, [peak / bandwidth]),
            pointStyle: 'line' as const,
            borderColor: INK,
          },
          {
            ...line,
            data: curve(xs.min, xs.max, serial),
            pointStyle: 'line' as const,
            borderColor: INK,
            borderDash: [5, 4],
          },
        ],
      },
      options: {
        scales: {
          x: axis('useful MAC per byte moved between L2 and the core', xs),
          y: axis('useful MAC per cycle', ys),
        },
        plugins: {
          legend,
        },
      },
      plugins: [roofNames(bandwidth, peak, serial, xs.min), nameLabels],
    },
    { title: `${run.model}: roofline`, subtitle: subtitleOf(run), width: 900, height: 620 },
  );
}
