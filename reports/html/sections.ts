import { peakMacsPerCycle } from '../../sim/isa/array.js';
import type { ModelResult } from '../../src/results/document.js';
import type { RunResult } from '../../src/results/run.js';
import { REASON_COLOUR } from '../charts/palette.js';
import { furthest, layerModels, type OtherCost, otherCosts, otherRange } from '../cost-models.js';
import { describeHeld, describeMismatch, describeReference, describeWarning } from '../describe.js';
import { ENERGY_SOURCE } from '../energy.js';
import {
  coreBytes,
  macsPerCycle,
  memoryRows,
  passed,
  percentOfPeak,
  REASON_ORDER,
  REASON_TEXT,
} from '../metrics.js';
import { compact, count, decimal, kibibytes, megahertz, ms, percent, percentOf, plural } from '../numbers.js';
import { parameterList } from '../parameters.js';
import { type Html, html } from './tags.js';

/** The key figures of a run. */
export function cards(result: ModelResult): Html {
  const { run } = result;
  const ok = passed(result);
  const verdict =
    ok === undefined
      ? 'not verified'
      : ok
        ? html`<span class="good">exact</span>`
        : html`<span class="bad">differs</span>`;
  const clock = run.hardware.chip.clockHz;
  const others = otherRange(run.totals);
  const { energy } = run.totals;
  const figures: readonly (readonly [string, string | Html])[] = [
    ['verdict', verdict],
    ['estimated cycles', count(run.totals.totalCycles)],
    ...(others === '' ? [] : ([['other cost models', others]] as const)),
    [`ms at ${megahertz(clock)}`, ms(run.totals.totalCycles, clock)],
    [
      `MAC/cycle of ${peakMacsPerCycle(run.hardware)}`,
      `${decimal(macsPerCycle(run.totals))} (${percentOfPeak(run.totals).toFixed(1)} %)`,
    ],
    ...(energy === undefined
      ? []
      : ([
          [
            'estimated uJ (range)',
            `${energy.microjoules.toFixed(2)} (${energy.least.toFixed(2)}..${energy.most.toFixed(2)})`,
          ],
          ['MAC/J', compact(energy.macsPerJoule)],
        ] as const)),
    ['moved by the core', kibibytes(coreBytes(run.totals.bytes))],
    ['peak L2', `${kibibytes(run.memory.l2)} of ${kibibytes(run.memory.l2Limit)}`],
    ['parameter set', run.hardware.name],
  ];
  return html`<dl class="cards">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${typeof value === 'string' ? rangeText(value) : value}</dd></div>`)}</dl>${energy === undefined ? html`` : html`<p class="faint">Energy ${ENERGY_SOURCE}.</p>`}${(run.notes ?? []).map((note) => html`<p><strong>${note}.</strong></p>`)}`;
}

/** A range breaks between its ends, not within a number. */
const rangeText = (text: string): readonly Html[] =>
  text.split('..').map((part, i) => (i === 0 ? html`${part}` : html`..<wbr>${part}`));

/** What the comparison with the reference found. */
export function verdictSection({ verdicts }: ModelResult): Html {
  const first = verdicts[0];
  if (first === undefined) return html``;
  const failed = verdicts.filter((verdict) => !verdict.ok);
  const how = describeReference(first);
  const held = describeHeld(first);
  if (failed.length === 0)
    return html`<p><span class="good">Exact</span> in ${plural(verdicts.length, 'run')} (${how}): ${held}.</p>`;
  const items = failed.flatMap((verdict) =>
    verdict.tensors
      .filter((tensor) => tensor.differing > 0)
      .map((tensor) => html`<li>run ${verdict.run}: ${describeMismatch(tensor)}</li>`),
  );
  return html`<p><span class="bad">Differs</span> in ${failed.length} of ${plural(verdicts.length, 'run')} (${how}): ${held}.</p><ul class="warnings">${items}</ul>`;
}

const bar = (part: number, whole: number, colour: string): Html =>
  html`<span class="bar"><i style="width:${percentOf(part, whole).toFixed(2)}%;background:${colour}"></i></span>`;

/** Cycles by reason, with bars in the charts' colours. */
export function reasonsTable(run: RunResult): Html {
  const { cycles, totalCycles } = run.totals;
  const rows = REASON_ORDER.filter((reason) => cycles[reason] > 0).map(
    (reason) =>
      html`<tr title="${REASON_TEXT[reason].doc}"><td>${REASON_TEXT[reason].label}</td><td class="number">${count(cycles[reason])}</td><td class="number">${percent(cycles[reason], totalCycles)}</td><td>${bar(cycles[reason], totalCycles, REASON_COLOUR[reason])}</td></tr>
`,
  );
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th>cycles by reason</th><th class="number">cycles</th><th class="number">share</th><th></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Peak use of the memories. */
export function memoryTable(run: RunResult): Html {
  const rows = memoryRows(run).map(
    ({ name, peak, limit }) =>
      html`<tr><td>${name}</td><td class="number">${count(peak)}</td><td class="number">${count(limit)}</td><td class="number">${percent(peak, limit)}</td><td>${bar(Math.min(peak, limit), limit, '#0072b2')}</td></tr>
`,
  );
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th>peak memory</th><th class="number">bytes</th><th class="number">limit</th><th class="number">used</th><th></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What stays on the host, and why. */
export const warningsSection = (run: RunResult): Html =>
  run.warnings.length === 0
    ? html`<p class="faint">None: the core runs every operator that it could.</p>`
    : html`<ul class="warnings">${run.warnings.map((warning) => html`<li>${describeWarning(warning)}</li>`)}</ul>`;

/** Every number that the estimates depend on. */
export function parametersSection(run: RunResult): Html {
  const rows = parameterList(run.hardware).map(
    ([key, value]) => html`<tr><td>${key}</td><td class="number">${count(value)}</td></tr>
`,
  );
  return html`<details><summary>Parameter set <code>${run.hardware.name}</code></summary><div class="scroll" tabindex="0"><table><tbody>${rows}</tbody></table></div></details>`;
}

/** The other public cost models on the same jobs, and each layer of the core under each of them. */
export function costModelsSection(run: RunResult): Html {
  const others = otherCosts(run.totals);
  if (others.length === 0) return html``;
  const rows = others.map(
    ({ name, cycles, ratio, because }) =>
      html`<tr><td>${name}</td><td class="number">${count(cycles)}</td><td class="number">${ratio.toFixed(2)}</td><td>${because}</td></tr>
`,
  );
  const far = (of: readonly OtherCost[]): string => {
    const { name, because } = furthest(of);
    return because === '' ? '' : `${name}: ${because}`;
  };
  const heads = others.map(({ name }) => html`<th class="number">${name}</th>`);
  const layers = layerModels(run).map(
    ({ label, cycles, others: of }) =>
      html`<tr><td>${label}</td><td class="number">${count(cycles)}</td>${of.map((o) => html`<td class="number">${count(o.cycles)}</td>`)}<td>${far(of)}</td></tr>
`,
  );
  return html`<h3>Other cost models</h3>
<p>The same jobs as other public models of the core count them: ${otherRange(run.totals)} cycles.</p>
<div class="scroll" tabindex="0"><table><thead><tr><th>model</th><th class="number">cycles</th><th class="number">ratio</th><th>over 20 %: most of the difference</th></tr></thead><tbody>${rows}</tbody></table></div>
<div class="scroll" tabindex="0"><table><thead><tr><th>layer</th><th class="number">cycles</th>${heads}<th>over 20 %: most of the difference</th></tr></thead><tbody>${layers}</tbody></table></div>
`;
}
