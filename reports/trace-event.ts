import type { ModelResult, ResultDocument } from '../src/results/document.js';
import type { Reason, RunResult, TimelineSlice } from '../src/results/run.js';
import { ESTIMATED, layerLabel, REASON_TEXT } from './metrics.js';

/** Tracks of a model's process, top to bottom. */
const TRACKS = ['layers', 'host', 'copies', 'weight loads', 'compute'] as const;
type Track = (typeof TRACKS)[number];

/** Launches and the tile loop are work of the host program; instruction fetches come before the weights on the same path. */
const TRACK_OF: Readonly<Record<Reason, Track>> = {
  host: 'host',
  launch: 'host',
  tileLoop: 'host',
  copyIn: 'copies',
  copyOut: 'copies',
  weights: 'weight loads',
  instructions: 'weight loads',
  compute: 'compute',
};

/** An event of the Trace Event format; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'M' | 'C';
  readonly pid: number;
  readonly tid?: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const threadOf = (track: Track): number => TRACKS.indexOf(track) + 1;

function metadata(run: RunResult, pid: number): TraceEvent[] {
  const processName = `${run.model} (${ESTIMATED}; parameter set ${run.hardware.name})`;
  return [
    { name: 'process_name', ph: 'M', pid, args: { name: processName } },
    { name: 'process_sort_index', ph: 'M', pid, args: { sort_index: pid } },
    ...TRACKS.flatMap((track): TraceEvent[] => [
      { name: 'thread_name', ph: 'M', pid, tid: threadOf(track), args: { name: track } },
      {
        name: 'thread_sort_index',
        ph: 'M',
        pid,
        tid: threadOf(track),
        args: { sort_index: threadOf(track) },
      },
    ]),
  ];
}

/** From the first slice of each layer to its last. */
function layerEvents(run: RunResult, pid: number, micros: (cycles: number) => number): TraceEvent[] {
  const spans = new Map<number, { start: number; end: number }>();
  for (const { layer, start, cycles } of run.timeline) {
    const span = spans.get(layer);
    if (span === undefined) spans.set(layer, { start, end: start + cycles });
    else {
      span.start = Math.min(span.start, start);
      span.end = Math.max(span.end, start + cycles);
    }
  }
  return run.layers.flatMap((layer): TraceEvent[] => {
    const span = spans.get(layer.id);
    if (span === undefined) return [];
    const { start, end } = span;
    const args = {
      function: layer.name,
      operators: layer.operators.join(' '),
      where: layer.target,
      detail: layer.detail,
      output: layer.output.join('x'),
      tiles: layer.tiles,
      usefulMacs: layer.usefulMacs,
      cycles: layer.totalCycles,
      ...(layer.energy === undefined
        ? {}
        : { estimatedMicrojoules: Number(layer.energy.microjoules.toFixed(6)) }),
    };
    const place = { pid, tid: threadOf('layers'), ts: micros(start), dur: micros(end - start) };
    return [{ name: layerLabel(layer), ph: 'X', ...place, cat: 'layer', args }];
  });
}

function sliceEvent(
  slice: TimelineSlice,
  run: RunResult,
  pid: number,
  micros: (c: number) => number,
): TraceEvent {
  const layer = run.layers.find(({ id }) => id === slice.layer);
  return {
    name: slice.label,
    ph: 'X',
    pid,
    tid: threadOf(TRACK_OF[slice.reason]),
    ts: micros(slice.start),
    dur: micros(slice.cycles),
    cat: REASON_TEXT[slice.reason].label,
    args: {
      layer: layer === undefined ? slice.layer : layerLabel(layer),
      ...(slice.tile !== undefined && { tile: slice.tile }),
      step: slice.step,
      startCycle: slice.start,
      cycles: slice.cycles,
      ...slice.fields,
    },
  };
}

/** Bytes of L2 in use, a counter track. */
function occupancyEvents(run: RunResult, pid: number, micros: (c: number) => number): TraceEvent[] {
  const buffers = run.buffers.filter(({ memory }) => memory === 'L2');
  const times = [...new Set(buffers.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return times.map((time): TraceEvent => {
    const bytes = buffers
      .filter(({ from, to }) => from <= time && time < to)
      .reduce((n, b) => n + b.bytes, 0);
    return { name: 'L2 in use', ph: 'C', pid, ts: micros(time), args: { bytes } };
  });
}

function modelEvents({ run }: ModelResult, pid: number): TraceEvent[] {
  // A nanosecond is finer than a cycle; rounding keeps the file free of floating-point tails.
  const micros = (cycles: number): number => Math.round((cycles * 1e9) / run.hardware.chip.clockHz) / 1000;
  return [
    ...metadata(run, pid),
    ...layerEvents(run, pid, micros),
    ...run.timeline.map((slice) => sliceEvent(slice, run, pid, micros)),
    ...occupancyEvents(run, pid, micros),
  ];
}

/**
 * The timeline in the Trace Event format (JSON object form) for Perfetto and chrome://tracing: a process a model; layers,
 * host, copies, weight loads and compute as tracks; one slice a job with its decoded fields; one event a line.
 */
export function renderTrace(doc: ResultDocument): string {
  const events = doc.models.flatMap((result, i) => modelEvents(result, i + 1));
  const other = {
    generator: doc.generator,
    clock: 'cycles of the cycle model at the nominal clock; not measured',
  };
  const lines = events.map((event) => JSON.stringify(event)).join(',\n');
  return `{"displayTimeUnit":"ns","otherData":${JSON.stringify(other)},"traceEvents":[\n${lines}\n]}\n`;
}
