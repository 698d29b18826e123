import { useEffect, useRef, useState } from 'preact/hooks';
import { tilingSection } from '../../reports/html/tiling.js';
import { timelineSection } from '../../reports/html/timeline.js';
import { layerLabel } from '../../reports/metrics.js';
import { count, kibibytes } from '../../reports/numbers.js';
import type { RunResult, TimelineSlice } from '../../src/results/run.js';
import { ReportPart } from '../parts/report-part.js';
import { store, useAnswer, useStore } from '../state/store.js';
import { drawMemory } from './memory-picture.js';
import { OccupancyMap } from './occupancy-map.js';

/** The timeline of the report; what is chosen there becomes the step of the page. */
function Timeline({ run }: { run: RunResult }) {
  const ready = (root: HTMLElement): void => {
    root.addEventListener('slice', (event) => {
      const { step, layer } = (event as CustomEvent<{ step: number; layer: number }>).detail;
      // Pointing at slices is no navigation; a click is.
      root.onclick = (click) => {
        if ((click.target as HTMLElement).tagName === 'CANVAS') store.go({ step, layer });
      };
    });
  };
  return <ReportPart part={timelineSection(run, 0)} ready={ready} />;
}

const isJob = (s: TimelineSlice): boolean => ['copyIn', 'copyOut', 'compute'].includes(s.reason);

/** Pictures of L1 and the weight memory after one job. */
function Memories({ run, slice }: { run: RunResult; slice: TimelineSlice }) {
  const { value, error } = useAnswer(`${store.opening} memories ${slice.step}`, 'memories', slice.step);
  const l1 = useRef<HTMLCanvasElement>(null);
  const weights = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (value === undefined) return;
    if (l1.current !== null) drawMemory(l1.current, value.l1, run.memory.l1);
    if (weights.current !== null) drawMemory(weights.current, value.weights, run.memory.weightMemory);
  }, [value, run]);
  if (error !== undefined) return <p class="notice">{error}</p>;
  return (
    <div class="pair">
      <figure>
        <canvas ref={l1} class="memory" role="img" aria-label={`L1 after step ${slice.step}`} />
        <figcaption class="faint">
          L1 after step {slice.step}: a pixel a byte of the {kibibytes(run.memory.l1)} that the run uses, 512
          bytes a row; dark -128, light 127.
        </figcaption>
      </figure>
      <figure>
        <canvas
          ref={weights}
          class="memory"
          role="img"
          aria-label={`weight memory after step ${slice.step}`}
        />
        <figcaption class="faint">
          Weight memory: the {kibibytes(run.memory.weightMemory)} that the run uses.
        </figcaption>
      </figure>
    </div>
  );
}

/** Goes from job to job. */
function Stepper({ run }: { run: RunResult }) {
  const { place, opened } = useStore();
  const jobs = run.timeline.filter(isJob);
  if (jobs.length === 0) return <p class="faint">The run has no job of the core.</p>;
  const found = jobs.findIndex((s) => s.step >= place.step);
  const at = place.step < 0 ? -1 : found < 0 ? jobs.length - 1 : found;
  const slice = jobs[at];
  const go = (i: number): void => {
    const next = jobs[Math.max(0, Math.min(jobs.length - 1, i))];
    if (next !== undefined) store.go({ step: next.step, layer: next.layer });
  };
  const layer = slice === undefined ? undefined : run.layers[slice.layer];
  return (
    <>
      <div class="tools">
        <button type="button" onClick={() => go(0)}>
          first
        </button>
        <button type="button" onClick={() => go(at - 1)} disabled={at <= 0}>
          previous job
        </button>
        <button type="button" onClick={() => go(at + 1)} disabled={at === jobs.length - 1}>
          next job
        </button>
        <label class="wide">
          job{' '}
          <input
            type="range"
            min="0"
            max={jobs.length - 1}
            value={Math.max(0, at)}
            onInput={(e) => go(Number(e.currentTarget.value))}
          />
        </label>
      </div>
      {slice === undefined || layer === undefined ? (
        <p class="faint">Choose a job, here or in the timeline.</p>
      ) : (
        <>
          <p aria-live="polite">
            Job {at + 1} of {jobs.length}: {slice.label}, step {slice.step}, cycle {count(slice.start)} +{' '}
            {count(slice.cycles)},{' '}
            <button type="button" class="link" onClick={() => store.go({ view: 'layer', layer: layer.id })}>
              {layerLabel(layer)}
            </button>
            {slice.tile === undefined ? '' : `, tile ${slice.tile}`}
          </p>
          {opened?.kind !== 'result' && <Memories run={run} slice={slice} />}
        </>
      )}
    </>
  );
}

/** The run in time: timeline, what lives in the memories, job by job. */
export function RunView() {
  const { document, place } = useStore();
  const run = document?.models[0]?.run;
  const at = run?.timeline.find((s) => s.step === place.step);
  const [cycle, setCycle] = useState<number>();
  // Another job moves the maps to its own cycle.
  useEffect(() => setCycle(undefined), [place.step]);
  if (run === undefined) return null;
  const now = cycle ?? at?.start ?? 0;
  return (
    <section>
      <h2>{run.model}: the run</h2>
      <h3>Timeline</h3>
      <Timeline run={run} />
      <h3>Job by job</h3>
      <Stepper run={run} />
      <h3>Who lives where</h3>
      <div class="tools">
        <label class="wide">
          at cycle {count(now)}{' '}
          <input
            type="range"
            min="0"
            max={run.totals.totalCycles}
            step={Math.max(1, Math.floor(run.totals.totalCycles / 2000))}
            value={now}
            onInput={(e) => setCycle(Number(e.currentTarget.value))}
          />
        </label>
      </div>
      <OccupancyMap run={run} memory="L2" cycle={now} onCycle={setCycle} />
      <OccupancyMap run={run} memory="L1" cycle={now} onCycle={setCycle} />
      <h3>Tiling</h3>
      <ReportPart part={tilingSection(run)} />
    </section>
  );
}
