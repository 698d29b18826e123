import type { Chart, Plugin } from 'chart.js';
import type { BufferLife, LayerResult, RunResult } from '../../src/results/run.js';
import { kibibytes, milliseconds } from '../numbers.js';
import { axisTitle, grid, layerTick, marks, subtitleOf } from './axes.js';
import { FAINT, INK, OKABE_ITO } from './palette.js';
import { type ChartSpec, chartSpec, FONT, legend } from './spec.js';

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
  // What comes and goes at each time, in a group: the bytes in use follow from time to time.
  const change = new Map(times.map((time) => [time, GROUPS.map(() => 0)]));
  for (const buffer of buffers) {
    const group = groupOf(buffer);
    const add = (time: number, bytes: number): void => {
      const row = change.get(time);
      if (row !== undefined) row[group]! += bytes;
    };
    // What is there to the end is there at the end.
    if (buffer.from < buffer.to || buffer.to >= end) add(buffer.from, buffer.bytes);
    if (buffer.from < buffer.to && buffer.to < end) add(buffer.to, -buffer.bytes);
  }
  const bytes = GROUPS.map(() => 0);
  return times.map((cycle) => {
    change.get(cycle)!.forEach((by, group) => {
      bytes[group]! += by;
    });
    return { cycle, bytes: [...bytes] };
  });
}

/** The first slice of each layer, with the pixels at which the layer starts and ends. */
function layerSpans(
  run: RunResult,
  scales: Chart['scales'],
): { layer: LayerResult; from: number; to: number }[] {
  const clock = run.hardware.chip.clockHz;
  const pixel = (cycle: number): number => scales.x?.getPixelForValue(milliseconds(cycle, clock)) ?? 0;
  const starts = new Map<number, number>();
  for (const { layer, start } of run.timeline) if (!starts.has(layer)) starts.set(layer, start);
  return run.layers.flatMap((layer) => {
    const start = starts.get(layer.id);
    if (start === undefined) return [];
    return [{ layer, from: pixel(start), to: pixel(start + layer.totalCycles) }];
  });
}

/** Faint lines where layers begin, and over the areas the names of the layers that have room for one. */
const layerStarts = (run: RunResult): Plugin => ({
  id: 'layerStarts',
  beforeDatasetsDraw({ ctx, chartArea, scales }) {
    ctx.save();
    ctx.strokeStyle = FAINT;
    for (const { from } of layerSpans(run, scales)) {
      ctx.beginPath();
      ctx.moveTo(from, chartArea.top);
      ctx.lineTo(from, chartArea.bottom);
      ctx.stroke();
    }
    ctx.restore();
  },
  afterDatasetsDraw({ ctx, chartArea, scales }) {
    // Below the limit's line, so that neither covers the other.
    const top = (scales.y?.getPixelForValue(run.memory.l2Limit / 1024) ?? chartArea.top) + 6;
    for (const { layer, from, to } of layerSpans(run, scales)) {
      if (to - from < 12) continue;
      ctx.save();
      ctx.fillStyle = INK;
      ctx.font = `9.5px "${FONT}"`;
      ctx.textBaseline = 'bottom';
      ctx.translate(from + 3, top);
      ctx.rotate(Math.PI / 2);
      ctx.fillText(layerTick(layer), 0, 0);
      ctx.restore();
    }
  },
});

/** L2 in use over the run, stacked by what holds it, against the limit. */
export function occupancyChart(run: RunResult): ChartSpec {
  const steps = l2Occupancy(run);
  const clock = run.hardware.chip.clockHz;
  const limit = run.memory.l2Limit;
  return chartSpec<'line', { x: number; y: number }[]>(
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
