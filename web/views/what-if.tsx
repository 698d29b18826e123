import { useEffect, useState } from 'preact/hooks';
import { cards } from '../../reports/html/sections.js';
import { html } from '../../reports/html/tags.js';
import { count, kibibytes, megahertz } from '../../reports/numbers.js';
import type { ComparisonDocument } from '../../reports/regression/comparison.js';
import { comparisonSection } from '../../reports/regression/html.js';
import { DEFAULT_ARRAY } from '../../sim/isa/array.js';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import type { RunResult } from '../../src/results/run.js';
import { ReportPart } from '../parts/report-part.js';
import { store, useStore } from '../state/store.js';

interface Slider {
  readonly key: string;
  readonly label: string;
  readonly values: readonly number[];
  readonly show: (value: number) => string;
}

const powers = (from: number, to: number): number[] => {
  const out: number[] = [];
  for (let v = from; v <= to; v *= 2) out.push(v, ...(v * 1.5 <= to ? [v * 1.5] : []));
  return out;
};
const steps = (from: number, to: number, by: number): number[] =>
  Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, i) => from + i * by);

/** What can be moved: memories, clock, copies, and what the array's cycles consist of. */
const SLIDERS: readonly Slider[] = [
  { key: 'chip.l1Bytes', label: 'L1', values: powers(8192, 1 << 20), show: kibibytes },
  { key: 'chip.weightMemoryBytes', label: 'weight memory', values: powers(4096, 1 << 18), show: kibibytes },
  { key: 'chip.l2Bytes', label: 'L2', values: powers(131072, 1 << 22), show: kibibytes },
  { key: 'chip.clockHz', label: 'clock', values: steps(20e6, 500e6, 10e6), show: megahertz },
  {
    key: 'cycles.bytesPerCycle',
    label: 'copies',
    values: [1, 2, 4, 8, 16, 32, 64],
    show: (v) => `${v} bytes a cycle`,
  },
  { key: 'cycles.copySetup', label: 'copy set-up', values: steps(0, 300, 10), show: (v) => `${v} cycles` },
  {
    key: 'cycles.weightBytesPerCycle',
    label: 'weights',
    values: [1, 2, 4, 8, 16, 32, 64],
    show: (v) => `${v} bytes a cycle`,
  },
  { key: 'array.channels', label: 'array: channels', values: steps(16, 64, 16), show: String },
  { key: 'array.columns', label: 'array: columns', values: steps(16, 64, 16), show: String },
  {
    key: 'cycles.convCyclesPerChannelRow',
    label: 'array: extra cycles a channel and kernel row',
    values: steps(0, 8, 1),
    show: String,
  },
  { key: 'cycles.convBlockOverhead', label: 'array: cycles a block', values: steps(0, 100, 1), show: String },
  { key: 'cycles.launch', label: 'launch of a job', values: steps(0, 300, 10), show: (v) => `${v} cycles` },
  { key: 'cycles.tileLoop', label: 'tile loop', values: steps(0, 1000, 50), show: (v) => `${v} cycles` },
];

const defaultOf = (key: string): number => {
  const [group = '', name = ''] = key.split('.');
  const all = { ...DEFAULT_PARAMETERS, array: DEFAULT_ARRAY };
  return (all as unknown as Record<string, Record<string, number>>)[group]?.[name] ?? 0;
};

const nearestIndex = (values: readonly number[], v: number): number =>
  values.reduce((best, x, i) => (Math.abs(x - v) < Math.abs(values[best]! - v) ? i : best), 0);

interface Outcome {
  readonly run?: RunResult;
  readonly comparison?: ComparisonDocument;
  readonly error?: string;
}

/** Compiles and counts with the sliders' values while they move: the last position wins. */
function useOutcome(hardware: Readonly<Record<string, number>>, base: RunResult | undefined): Outcome {
  const [outcome, setOutcome] = useState<Outcome>({});
  const { place } = useStore();
  const key = JSON.stringify(hardware);
  // the key stands for the parameters
  useEffect(() => {
    let wanted = true;
    const settled = (o: Outcome): void => {
      if (wanted) setOutcome(o);
    };
    const timer = setTimeout(async () => {
      try {
        const run = await store.ask('whatIf', { ...place.settings, hardware });
        if (!wanted || base === undefined) return;
        settled({ run, comparison: await store.ask('compare', base, run) });
      } catch (error) {
        settled({ error: error instanceof Error ? error.message : String(error) });
      }
    }, 60);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key, base]);
  return outcome;
}

/** The chip with other sizes and speeds: a new result while a slider moves, beside the one that is kept. */
export function WhatIfView() {
  const { document, opened, place } = useStore();
  const current = document?.models[0]?.run;
  const [hardware, setHardware] = useState<Readonly<Record<string, number>>>(place.settings.hardware);
  const [kept, setKept] = useState<RunResult>();
  const base = kept ?? current;
  const { run, comparison, error } = useOutcome(hardware, base);
  if (opened?.kind !== 'model')
    return <p class="notice">Only a network can be compiled again; open one, not a Program or a result.</p>;
  const move = (key: string, value: number): void => {
    const next = { ...hardware, [key]: value };
    if (value === defaultOf(key)) delete next[key];
    setHardware(next);
  };
  return (
    <section>
      <h2>{opened.name}: what if</h2>
      <div class="sliders">
        {SLIDERS.map(({ key, label, values, show }) => {
          const all = values.includes(defaultOf(key))
            ? values
            : [...values, defaultOf(key)].sort((a, b) => a - b);
          const value = hardware[key] ?? defaultOf(key);
          return (
            <label key={key}>
              <span>
                {label}: <b>{show(value)}</b>
                {value === defaultOf(key) ? '' : ` (DIANA: ${show(defaultOf(key))})`}
              </span>
              <input
                type="range"
                min="0"
                max={all.length - 1}
                value={nearestIndex(all, value)}
                aria-label={label}
                aria-valuetext={show(value)}
                data-parameter={key}
                onInput={(e) => move(key, all[Number(e.currentTarget.value)]!)}
              />
            </label>
          );
        })}
      </div>
      <p class="tools">
        <button type="button" onClick={() => setHardware({})}>
          As DIANA
        </button>
        <button type="button" disabled={run === undefined} onClick={() => run !== undefined && setKept(run)}>
          Compare with this from now on
        </button>
        <button type="button" disabled={kept === undefined} onClick={() => setKept(undefined)}>
          Compare with the run
        </button>
        <button type="button" disabled={run === undefined} onClick={() => store.change({ hardware })}>
          Run with these
        </button>
      </p>
      <p class="faint">
        Each position is a compile of the whole network and a count of its cycles. A larger array takes
        several of the instruction's blocks of 16 channels and 16 columns together; energy stays that of 16 x
        16.
      </p>
      <div aria-live="polite">
        {error !== undefined && <p class="bad">{error}</p>}
        {run !== undefined && base !== undefined && (
          <p class="headline">
            {count(run.totals.totalCycles)} cycles, {run.totals.milliseconds.toFixed(3)} ms;{' '}
            {kept === undefined ? 'the run' : 'kept'}: {count(base.totals.totalCycles)} cycles,{' '}
            {base.totals.milliseconds.toFixed(3)} ms
          </p>
        )}
      </div>
      {run !== undefined && <ReportPart part={html`${cards({ run, verdicts: [] })}`} />}
      {comparison?.models.map((m) => (
        <ReportPart key={m.model} part={comparisonSection(m, comparison)} />
      ))}
    </section>
  );
}
