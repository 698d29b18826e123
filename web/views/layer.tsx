import { useState } from 'preact/hooks';
import { REASON_COLOUR } from '../../reports/charts/palette.js';
import { explanationSection } from '../../reports/html/explanation.js';
import { html } from '../../reports/html/tags.js';
import {
  jobCount,
  layerLabel,
  operatorLabel,
  REASON_ORDER,
  REASON_TEXT,
  shapeLabel,
} from '../../reports/metrics.js';
import { count, percent, plural } from '../../reports/numbers.js';
import type { LayerResult, RunResult } from '../../src/results/run.js';
import { ReportPart } from '../parts/report-part.js';
import { Scroll } from '../parts/scroll.js';
import { store, useAnswer, useStore } from '../state/store.js';
import type { CodeLink } from '../worker/code-links.js';
import type { JobView } from '../worker/layer.js';
import { CodeBlock } from './code-block.js';
import { JobDetails } from './job-details.js';
import { TensorPicture } from './tensor-picture.js';
import { TilePicture } from './tile-picture.js';

/** Cycles of a layer by reason. */
function Reasons({ layer }: { layer: LayerResult }) {
  return (
    <Scroll>
      <table>
        <thead>
          <tr>
            <th>reason</th>
            <th class="number">cycles</th>
            <th class="number">share</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {REASON_ORDER.filter((r) => layer.cycles[r] > 0).map((r) => (
            <tr key={r} title={REASON_TEXT[r].doc}>
              <td>{REASON_TEXT[r].label}</td>
              <td class="number">{count(layer.cycles[r])}</td>
              <td class="number">{percent(layer.cycles[r], layer.totalCycles)}</td>
              <td>
                <span class="bar">
                  <i
                    style={{
                      width: `${(100 * layer.cycles[r]) / layer.totalCycles}%`,
                      background: REASON_COLOUR[r],
                    }}
                  />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function JobTable({
  jobs,
  isMarked,
  step,
  onPoint,
}: {
  jobs: readonly JobView[];
  isMarked: (job: JobView) => boolean;
  step: number;
  onPoint: (job: JobView | undefined) => void;
}) {
  const listed = jobs.slice(0, 400);
  return (
    <>
      <Scroll tall>
        <table class="jobs">
          <thead>
            <tr>
              <th class="number">step</th>
              <th class="number">tile</th>
              <th>job</th>
              <th>what</th>
              <th class="number">cycles</th>
            </tr>
          </thead>
          <tbody>
            {listed.map((job) => (
              <tr
                key={job.step}
                class={`${isMarked(job) ? 'marked' : ''} ${job.step === step ? 'chosen' : ''}`}
                onPointerEnter={() => onPoint(job)}
                onPointerLeave={() => onPoint(undefined)}
              >
                <td class="number">{job.step}</td>
                <td class="number">{job.tile}</td>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={job.step === step}
                    aria-label={`${REASON_TEXT[job.kind].label}, step ${job.step}`}
                    onFocus={() => onPoint(job)}
                    onBlur={() => onPoint(undefined)}
                    onClick={() => store.go({ step: job.step })}
                  >
                    {REASON_TEXT[job.kind].label}
                  </button>
                </td>
                <td>{job.note}</td>
                <td class="number">{count(job.cycles.reduce((n, [, c]) => n + c, 0))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {jobs.length > listed.length && (
        <p class="faint">
          The first {listed.length} of {jobs.length} jobs are listed.
        </p>
      )}
    </>
  );
}

/** What is pointed at: a tile, a job, or lines of text; it shows what belongs to it everywhere. */
interface Pointed {
  readonly tile?: number;
  readonly steps?: ReadonlySet<number>;
  readonly fields?: readonly string[];
}

const pointedBy = (link: CodeLink | undefined): Pointed | undefined =>
  link === undefined ? undefined : { steps: new Set(link.steps), fields: link.fields };

/** The next job of a link after the chosen one: choosing a line of a loop again and again goes through its turns. */
const nextOf = ({ steps }: CodeLink, chosen: number): number =>
  steps.find((s) => s > chosen) ?? steps[0] ?? chosen;

function Details({ layer, run }: { layer: LayerResult; run: RunResult }) {
  const { place } = useStore();
  const [pointed, setPointed] = useState<Pointed>();
  const { value, error } = useAnswer(`${store.opening} layer ${layer.id}`, 'layer', layer.id);
  const jobs = value?.jobs ?? [];
  const job = jobs.find((j) => j.step === place.step) ?? jobs.find((j) => j.kind === 'compute');
  const own = new Set(job === undefined ? [] : [job.step]);
  const steps = pointed?.steps ?? own;
  const [first] = jobs.filter((j) => steps.has(j.step));
  const tile = pointed?.tile ?? first?.tile ?? job?.tile ?? -1;
  const ofLink = (link: CodeLink): boolean => link.steps.some((s) => steps.has(s));
  const code = {
    isMarked: ofLink,
    onPoint: (link: CodeLink | undefined) => setPointed(pointedBy(link)),
    onChoose: (link: CodeLink) => store.go({ step: nextOf(link, job?.step ?? -1) }),
  };
  return (
    <>
      {error !== undefined && <p class="notice">{error}</p>}
      {(layer.tiling?.length ?? 0) > 0 && (
        <>
          <h3>Tiles: the part of the output that each makes</h3>
          <TilePicture
            layer={layer}
            tile={tile}
            onTile={(t) => setPointed(t < 0 ? undefined : { tile: t })}
            name={`${run.model}-${layerLabel(layer)}-tiles`}
          />
        </>
      )}
      {value !== undefined && (
        <div class="pair">
          <div>
            {jobs.length > 0 && (
              <>
                <h3>Jobs</h3>
                <JobTable
                  jobs={jobs}
                  isMarked={(j) => (pointed?.steps === undefined ? j.tile === tile : steps.has(j.step))}
                  step={job?.step ?? -1}
                  onPoint={(j) => setPointed(j === undefined ? undefined : { steps: new Set([j.step]) })}
                />
              </>
            )}
            {value.relay !== undefined && (
              <>
                <h3>Relay</h3>
                <CodeBlock
                  text={value.relay}
                  label={`Relay text of ${layerLabel(layer)}`}
                  links={value.relayLinks}
                  {...code}
                />
              </>
            )}
            {value.c !== '' && (
              <>
                <h3>Generated C</h3>
                <CodeBlock
                  text={value.c}
                  label={`C of ${layerLabel(layer)}`}
                  links={value.cLinks}
                  {...code}
                />
              </>
            )}
          </div>
          {job !== undefined && (
            <div>
              <JobDetails job={job} marked={pointed?.fields ?? []} />
            </div>
          )}
        </div>
      )}
    </>
  );
}

/** One layer: cycles, values, tiles, jobs, instruction, Relay text and C. */
export function LayerView() {
  const { document, place, opened } = useStore();
  const result = document?.models[0];
  if (result === undefined) return null;
  const { run, verdicts } = result;
  const layer = run.layers[place.layer] ?? run.layers[0];
  if (layer === undefined) return <p>The run has no layers.</p>;
  const go = (id: number): void =>
    store.go({ layer: Math.max(0, Math.min(run.layers.length - 1, id)), step: -1 });
  const faults = verdicts.flatMap((v) =>
    v.explanation === undefined
      ? []
      : [
          { ...v.explanation, atFault: v.explanation.atFault.filter((f) => f.tensor === layer.tensor) },
        ].filter((e) => e.atFault.length > 0),
  );
  return (
    <section>
      <h2>
        {layerLabel(layer)}{' '}
        <span class="faint">
          {operatorLabel(layer)}, {layer.target === 'host' ? 'host' : `${layer.target} core`}
        </span>
      </h2>
      <div class="tools">
        <button type="button" onClick={() => go(layer.id - 1)} disabled={layer.id === 0}>
          previous
        </button>
        <label>
          layer{' '}
          <select value={layer.id} onChange={(e) => go(Number(e.currentTarget.value))}>
            {run.layers.map((l) => (
              <option key={l.id} value={l.id}>
                {l.id}: {layerLabel(l)} ({operatorLabel(l)})
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => go(layer.id + 1)} disabled={layer.id === run.layers.length - 1}>
          next
        </button>
      </div>
      <ReportPart
        part={html`<dl class="cards">${(
          [
            ['estimated cycles', count(layer.totalCycles)],
            ['of the run', percent(layer.totalCycles, run.totals.totalCycles)],
            ['MAC/cycle', layer.usefulMacs === 0 ? '-' : layer.macPerCycle.toFixed(1)],
            ['output', `${shapeLabel(layer.output)} ${layer.outputDtype}`],
            ['details', layer.detail || '-'],
            ['tiles, jobs', `${plural(layer.tiles, 'tile')}, ${plural(jobCount(layer), 'job')}`],
          ] as const
        ).map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`}
      />
      <div class="pair">
        <Reasons layer={layer} />
        <TensorPicture layer={layer} />
      </div>
      {faults.map((e) => (
        <ReportPart key={e.atFault[0]?.tensor} part={explanationSection(e)} />
      ))}
      {opened?.kind !== 'result' && <Details key={layer.id} layer={layer} run={run} />}
    </section>
  );
}
