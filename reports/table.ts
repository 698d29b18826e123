import type { ModelResult, ResultDocument } from '../src/results/document.js';
import { isStrongEnough } from '../src/results/strength.js';
import { cyclesWithRange } from './cost-models.js';
import { describeEnergy, ENERGY_SOURCE } from './energy.js';
import { ESTIMATED, macsPerCycle, passed, percentOfPeak } from './metrics.js';
import { compact, count, decimal, megahertz, ms, percentOf, plural } from './numbers.js';
import { strengthPercent } from './strength.js';
import { adviceLines } from './terminal/advice.js';
import { explanationLines } from './terminal/explanation.js';
import { checkLines } from './terminal/findings.js';
import { type Cell, cell, type Grid, renderGrid } from './terminal/grid.js';
import { layerGrid } from './terminal/layers.js';
import { mappingLines } from './terminal/mapping.js';
import {
  memoryLines,
  otherModelLines,
  overflowLines,
  reasonLines,
  verdictLines,
  warningLines,
  wrapText,
} from './terminal/sections.js';
import { socLines } from './terminal/soc.js';
import { strengthLines } from './terminal/strength.js';
import { type Style, style } from './terminal/style.js';

export interface TableOptions {
  /** Characters a line may have; the layers' table leaves columns out below about 90. */
  readonly columns?: number;
  /** ANSI colours; `terminalOptions` decides for a stream. */
  readonly colour?: boolean;
  /** Up to how many models each gets its own tables; of more, only those that differ. Default 12. */
  readonly detailed?: number;
}

const DETAILED_MODELS = 12;

function heading({ run }: ModelResult, columns: number, s: Style): string[] {
  const clock = run.hardware.chip.clockHz;
  const time = `${cyclesWithRange(run.totals)}, ${ms(run.totals.totalCycles, clock)} ms at ${megahertz(clock)}`;
  return [
    ...wrapText(`${run.model} on "${run.target}": ${time}`, columns, '', '  ').map(s.bold),
    ...wrapText(`${ESTIMATED}; parameter set ${run.hardware.name}`, columns),
    ...energyLines(run, columns),
    ...(run.notes ?? []).flatMap((note) => wrapText(note, columns, '', '  ')),
  ];
}

/** Nothing for a result of an earlier release. */
const energyLines = ({ totals: { energy } }: ModelResult['run'], columns: number): string[] =>
  energy === undefined
    ? []
    : [
        ...wrapText(`energy ${describeEnergy(energy)}`, columns, '', '  '),
        ...wrapText(ENERGY_SOURCE, columns, '  ', '  '),
      ];

function verdictCell(result: ModelResult): Cell {
  const ok = passed(result);
  if (ok === undefined) return cell('not verified', 'dim');
  return ok ? cell('exact', 'good') : cell('DIFFERS', 'bad');
}

/** The largest share of saturated outputs of any tensor, in percent; empty where nothing was verified. */
function mostSaturated({ verdicts }: ModelResult): string {
  const shares = verdicts.flatMap((v) => v.tensors.map((t) => percentOf(t.saturated, t.elements)));
  return shares.length === 0 ? '' : Math.max(...shares).toFixed(0);
}

/** The share of planted faults noticed; empty where none were planted. */
const strengthCell = ({ strength }: ModelResult): Cell =>
  strength === undefined
    ? cell('')
    : cell(strengthPercent(strength), isStrongEnough(strength) ? undefined : 'bad');

/** One line a model, where a document has several. */
function summaryGrid(doc: ResultDocument): Grid {
  const measured = doc.models.some(({ strength }) => strength !== undefined);
  const powered = doc.models.some(({ run }) => run.totals.energy !== undefined);
  return {
    columns: [
      { header: 'model', align: 'left', shrinkTo: 12 },
      { header: 'layers', align: 'right' },
      { header: 'jobs', align: 'right', dropOrder: 1 },
      { header: 'MACs', align: 'right' },
      { header: 'cycles', align: 'right' },
      { header: 'MAC/\ncycle', align: 'right' },
      { header: '% of\npeak', align: 'right' },
      { header: 'ms', align: 'right' },
      ...(powered ? [{ header: 'uJ', align: 'right', dropOrder: 1 } as const] : []),
      { header: 'warn-\nings', align: 'right', dropOrder: 3 },
      { header: 'most\nsat. %', align: 'right', dropOrder: 2 },
      { header: 'over-\nflows', align: 'right', dropOrder: 4 },
      ...(measured ? [{ header: 'strength', align: 'right', dropOrder: 5 } as const] : []),
      { header: 'verdict', align: 'left' },
    ],
    rows: doc.models.map((result) => {
      const { run } = result;
      const { totals } = run;
      return [
        cell(run.model),
        cell(count(run.layers.length)),
        cell(count(totals.jobs.copies + totals.jobs.compute)),
        cell(compact(totals.usefulMacs)),
        cell(count(totals.totalCycles)),
        cell(decimal(macsPerCycle(totals))),
        cell(percentOfPeak(totals).toFixed(1)),
        cell(ms(totals.totalCycles, run.hardware.chip.clockHz)),
        ...(powered ? [cell(totals.energy?.microjoules.toFixed(2) ?? '')] : []),
        cell(run.warnings.length === 0 ? '' : count(run.warnings.length), 'notice'),
        cell(mostSaturated(result)),
        cell(totals.overflows === 0 ? '' : count(totals.overflows), 'notice'),
        ...(measured ? [strengthCell(result)] : []),
        verdictCell(result),
      ];
    }),
  };
}

function modelLines(result: ModelResult, columns: number, s: Style): string[] {
  const sections = [
    heading(result, columns, s),
    renderGrid(layerGrid(result), columns, s),
    mappingLines(result.mapping, columns, s),
    reasonLines(result.run, columns, s),
    otherModelLines(result.run, columns, s),
    memoryLines(result.run, columns, s),
    warningLines(result.run.warnings, columns, s),
    overflowLines(result.run, columns, s),
    verdictLines(result, columns, s),
    result.verdicts.flatMap((v) =>
      v.explanation === undefined ? [] : explanationLines(v.explanation, columns, s),
    ),
    socLines(result, columns, s),
    strengthLines(result, columns, s),
    checkLines(result.findings, s),
    adviceLines(result.advice, columns, s),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
}

/** Whether a model differs or its test is weaker than was asked for. */
const fails = (result: ModelResult): boolean => passed(result) === false || !isStrongEnough(result.strength);

/**
 * The terminal report: a layer a row, totals, cycles by reason, peak memories, warnings and the verdict of each model, and
 * a summary of all models after more than one (of many models only the summary and those that differ). Ends in a newline; the same document and options give the same text.
 */
export function renderTable(doc: ResultDocument, options: TableOptions = {}): string {
  const columns = options.columns ?? 100;
  const s = style(options.colour ?? false);
  const all = doc.models.length <= (options.detailed ?? DETAILED_MODELS);
  const shown = all ? doc.models : doc.models.filter(fails);
  const lines = shown.flatMap((result) => modelLines(result, columns, s));
  if (doc.models.length > 1)
    lines.push(s.bold(plural(doc.models.length, 'model')), ...renderGrid(summaryGrid(doc), columns, s), '');
  return `${lines.join('\n').trimEnd()}\n`;
}
