import type { Plugin } from 'chart.js';
import type { LayerResult, RunResult } from '../../src/results/run.js';
import { ESTIMATED, layerLabel, operatorLabel } from '../metrics.js';
import { count, megahertz, ms } from '../numbers.js';
import { cut } from '../terminal/grid.js';
import { FAINT, INK } from './palette.js';

const LABEL_CHARACTERS = 30;

/** Layer names as long as an axis can carry. */
export const axisLabel = (name: string): string => cut(name, LABEL_CHARACTERS);

/** A layer on an axis: a layer of the model may have several host kernels, so these say what they do. */
export function layerTick(layer: LayerResult): string {
  if (layer.target === 'digital') return axisLabel(layerLabel(layer));
  const operators = operatorLabel(layer);
  return axisLabel(layer.layer === undefined ? operators : `${layer.layer}: ${operators}`);
}

/** "196,072 cycles = 0.754 ms at 260 MHz; estimated by the cycle model, not measured (parameter set diana-default)". */
export function subtitleOf(run: RunResult): string {
  const clock = run.hardware.chip.clockHz;
  const time = `${count(run.totals.totalCycles)} cycles = ${ms(run.totals.totalCycles, clock)} ms at ${megahertz(clock)}`;
  return `${time}; ${ESTIMATED} (parameter set ${run.hardware.name})`;
}

/** An axis title. */
export const axisTitle = (text: string) => ({ display: true, text, font: { size: 12.5 } });

/** "5k", "2.5M": round counts in few characters. */
export const compactTicks = {
  callback: (value: string | number): string => {
    const n = Number(value);
    if (n >= 1e6) return `${Number((n / 1e6).toPrecision(4))}M`;
    return n >= 1000 ? `${Number((n / 1000).toPrecision(4))}k` : String(n);
  },
};

export const grid = { color: FAINT, tickColor: FAINT };
export const noGrid = { display: false };

/** Height of a chart with a bar for each of `bars` layers. */
export const heightFor = (bars: number): number => 170 + 24 * Math.max(bars, 3);

/** A dashed line across the chart at a value, with its name at the end. */
export interface Mark {
  readonly axis: 'x' | 'y';
  readonly value: number;
  readonly text: string;
}

export const marks = (lines: readonly Mark[]): Plugin => ({
  id: 'marks',
  afterDatasetsDraw({ ctx, chartArea, scales }) {
    for (const { axis, value, text } of lines) {
      const at = scales[axis]?.getPixelForValue(value) ?? 0;
      ctx.save();
      ctx.strokeStyle = INK;
      ctx.lineWidth = 1.4;
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(axis === 'x' ? at : chartArea.left, axis === 'x' ? chartArea.top : at);
      ctx.lineTo(axis === 'x' ? at : chartArea.right, axis === 'x' ? chartArea.bottom : at);
      ctx.stroke();
      ctx.fillStyle = INK;
      ctx.font = '11.5px "Diana Report Sans"';
      ctx.textAlign = 'right';
      ctx.textBaseline = 'bottom';
      if (axis === 'y') ctx.fillText(text, chartArea.right - 4, at - 3);
      else {
        ctx.textBaseline = 'top';
        ctx.fillText(text, at - 5, chartArea.top + 3);
      }
      ctx.restore();
    }
  },
});
