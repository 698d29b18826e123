import { expect, it } from 'vitest';
import { renderTrace } from '../../reports/trace-event.js';
import { documentOf, resnet8Run } from './fixture.js';

interface Event {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur: number;
  cat?: string;
  args: Record<string, unknown>;
}

const run = resnet8Run();
const trace = JSON.parse(renderTrace(documentOf([run, { ...run, model: 'other' }])));
const events: Event[] = trace.traceEvents;
const slices = events.filter((e) => e.ph === 'X' && e.pid === 1 && e.cat !== 'layer');

it('names a process a model, and the five tracks of each', () => {
  const names = (kind: string, pid: number): unknown[] =>
    events.filter((e) => e.name === kind && e.pid === pid).map((e) => e.args.name);
  expect(names('process_name', 2)).toEqual([
    'other (estimated by the cycle model, not measured; parameter set diana-default)',
  ]);
  expect(names('thread_name', 1)).toEqual(['layers', 'host', 'copies', 'weight loads', 'compute']);
});

it('has every slice of the run once, on the track of its reason, in microseconds of the clock', () => {
  expect(slices).toHaveLength(run.timeline.length);
  // The first tile of conv1: 36,964 host cycles, 500 of the tile loop, then its copy of 70 + 1536/16 cycles at 260 MHz.
  const copy = slices.find((e) => e.cat === 'copy in');
  expect(copy).toMatchObject({
    tid: 3,
    ts: 144.092,
    dur: 0.638,
    args: { layer: 'conv1', tile: 0, cycles: 166 },
  });
  expect(copy?.args).toMatchObject({ MEMCPY_N: 384, L1ADDR: 0 });
  expect(slices.find((e) => e.cat === 'compute')).toMatchObject({ tid: 5, args: { fx: 3, c: 3, k: 16 } });
  expect(new Set(slices.filter((e) => e.tid === 2).map((e) => e.cat))).toEqual(
    new Set(['host', 'launch', 'tile loop']),
  );
  expect(new Set(slices.filter((e) => e.tid === 4).map((e) => e.cat))).toEqual(
    new Set(['weights', 'instructions']),
  );
});

it('slices of a track never overlap', () => {
  for (const tid of [1, 2, 3, 4, 5]) {
    const track = events
      .filter((e) => e.ph === 'X' && e.pid === 1 && e.tid === tid)
      .sort((a, b) => a.ts - b.ts);
    expect(track.length).toBeGreaterThan(0);
    track.reduce((end, e) => {
      expect(e.ts).toBeGreaterThanOrEqual(end - 0.0015);
      return e.ts + e.dur;
    }, 0);
  }
});

it('counts the bytes of L2 in use', () => {
  const counters = events.filter((e) => e.ph === 'C' && e.pid === 1);
  expect(counters[0]).toMatchObject({ name: 'L2 in use', ts: 0, args: { bytes: 81_920 + 3072 } });
  expect(counters.at(-1)?.args).toEqual({ bytes: 0 });
});
