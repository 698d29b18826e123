import type { Plugin } from 'chart.js';
import type { BufferLife, RunResult } from '../../results/run.js';
import { kibibytes, milliseconds } from '../numbers.js';
import { axisTitle, grid, layerTick, marks, subtitleOf } from './axes.js';
import { drawChart, FONT, legend } from './draw.js';
import { FAINT, INK, OKABE_ITO } from './palette.js';

/** What holds L2, from the bottom of the stack up. */
export const GROUPS = [
  {
    label: 'constants (weights, instructions, configuration)',
    colour: OKABE_ITO.orange,
    roles: ['weights', 'instructions', 'configuration', 'constant'],
  },
  { label: 'inputs and outputs of the network', colour: OKABE_ITO.green, roles: ['input', 'output'] },
  { label: 'activations', colour: OKABE_ITO.skyBlue, roles: ['activation'] },
] as const;

/** Bytes of L2 in use from a cycle on, until the next entry: one number for each of `GROUPS`. */
export interface Occupancy {
  readonly cycle: number;
  readonly bytes: readonly number[];
}

const groupOf = (buffer: BufferLife): number => {
  const found = GROUPS.findIndex(({ roles }) => roles.some((role) => role === buffer.role));
  return found < 0 ? GROUPS.length - 1 : found;
};

/** L2 in use over the run: an entry at each cycle at which a buffer comes or goes, the last one at the end. */
export function l2Occupancy(run: RunResult): Occupancy[] {
  const buffers = run.buffers.filter(({ memory }) => memory === 'L2');
  const end = run.totals.totalCycles;
  const times = [...new Set([0, end, ...buffers.flatMap(({ from, to }) => [from, to])])]
    .filter((time) => time <= end)
    .sort((a, b) => a - b);
  return times.map((cycle) => {
    const bytes = GROUPS.map(() => 0);
    for (const buffer of buffers) {
      const live = buffer.from <= cycle && (cycle < buffer.to || (cycle === end && buffer.to >= end));
      if (live) bytes[groupOf(buffer)] = (bytes[groupOf(buffer)] ?? 0) + buffer.bytes;
    }
    return { cycle, bytes };
  });
}

/** Faint lines where layers begin, with the names of those that have room for them. */
const layerStarts = (run: RunResult): Plugin => ({
  id: 'layerStarts',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    ctx.save();
    ctx.strokeStyle = FAINT;
    ctx.fillStyle = INK;
    ctx.font = `9.5px "${FONT}"`;
    const seen = new Set<number>();
    for (const slice of run.timeline) {
      if (seen.has(slice.layer)) continue;
      seen.add(slice.layer);
      const layer = run.layers.find(({ id }) => id === slice.layer);
      const pixel = (cycle: number): number =>
        scales.x?.getPixelForValue(milliseconds(cycle, run.hardware.chip.clockHz)) ?? 0;
      const at = pixel(slice.start);
      ctx.beginPath();
      ctx.moveTo(at, chartArea.top);
      ctx.lineTo(at, chartArea.bottom);
      ctx.stroke();
      if (layer === undefined || pixel(slice.start + layer.totalCycles) - at < 12) continue;
      ctx.save();
      // Below the limit's line, so that neither covers the other.
      ctx.translate(at + 3, (scales.y?.getPixelForValue(run.memory.l2Limit / 1024) ?? chartArea.top) + 6);
      ctx.rotate(Math.PI / 2);
      ctx.textBaseline = 'bottom';
      ctx.fillText(layerTick(layer), 0, 0);
      ctx.restore();
    }
    ctx.restore();
  },
});

/** L2 in use over the run, stacked by what holds it, against the limit; PNG. */
export function drawOccupancy(run: RunResult): Uint8Array {
  const steps = l2Occupancy(run);
  const clock = run.hardware.chip.clockHz;
  const limit = run.memory.l2Limit;
  return drawChart<'line', { x: number; y: number }[]>(
    {
      type: 'line',
      data: {
        datasets: GROUPS.flatMap((group, index) =>
          steps.some(({ bytes }) => (bytes[index] ?? 0) > 0) ? [{ ...group, index }] : [],
        ).map(({ label, colour, index }, place) => ({
          label,
          data: steps.map(({ cycle, bytes }) => ({
            x: milliseconds(cycle, clock),
            y: bytes.slice(0, index + 1).reduce((a, b) => a + b, 0) / 1024,
          })),
          stepped: 'before' as const,
          fill: place === 0 ? ('origin' as const) : ('-1' as const),
          pointRadius: 0,
          borderWidth: 1,
          borderColor: colour,
          backgroundColor: `${colour}cc`,
        })),
      },
      options: {
        scales: {
          x: {
            type: 'linear',
            min: 0,
            max: milliseconds(run.totals.totalCycles, clock),
            title: axisTitle('estimated time in ms'),
            grid: { display: false },
            ticks: {
              maxTicksLimit: 11,
              includeBounds: false,
              callback: (value) => Number(Number(value).toPrecision(4)).toString(),
            },
          },
          y: { min: 0, suggestedMax: (1.1 * limit) / 1024, title: axisTitle('L2 in use in KiB'), grid },
        },
        plugins: { legend },
      },
      plugins: [
        layerStarts(run),
        marks([{ axis: 'y', value: limit / 1024, text: `limit ${kibibytes(limit)}` }]),
      ],
    },
    { title: `${run.model}: L2 in use over the run`, subtitle: subtitleOf(run), width: 900, height: 480 },
  );
}
