import type { ModelResult } from '../../src/results/document.js';
import type { LayerResult, RunResult } from '../../src/results/run.js';
import {
  jobCount,
  layerLabel,
  layerVerdict,
  macsPerCycle,
  operatorLabel,
  passed,
  percentOfPeak,
  shapeLabel,
} from '../metrics.js';
import { count, decimal, ms, percent, percentOf } from '../numbers.js';
import { type Html, html } from './tags.js';

/** A cell: what it shows, and what sorting compares. */
interface Cell {
  readonly show: string | Html;
  readonly key: string | number;
}

interface Column {
  readonly title: string;
  readonly number: boolean;
  readonly layer: (layer: LayerResult, result: ModelResult) => Cell;
  readonly total?: (run: RunResult, result: ModelResult) => string | Html;
}

const text = (value: string): Cell => ({ show: value, key: value });
const figure = (value: number, show: string): Cell => ({ show, key: value });
const blankZero = (n: number): string => (n === 0 ? '' : count(n));
const clock = (run: RunResult): number => run.hardware.chip.clockHz;

const FIGURES: readonly Column[] = [
  { title: 'layer', number: false, layer: (l) => text(layerLabel(l)), total: () => 'total' },
  {
    title: 'operator',
    number: false,
    layer: (l) => text(l.target === 'host' ? operatorLabel(l) : (l.operators[0] ?? '')),
  },
  { title: 'where', number: false, layer: (l) => text(l.target) },
  { title: 'details', number: false, layer: (l) => text(l.detail) },
  { title: 'output', number: false, layer: (l) => text(shapeLabel(l.output)) },
  {
    title: 'tiles',
    number: true,
    layer: (l) => figure(l.tiles, blankZero(l.tiles)),
    total: (r) => count(r.totals.tiles),
  },
  {
    title: 'jobs',
    number: true,
    layer: (l) => figure(jobCount(l), blankZero(jobCount(l))),
    total: (r) => count(jobCount(r.totals)),
  },
  {
    title: 'MACs',
    number: true,
    layer: (l) => figure(l.usefulMacs, blankZero(l.usefulMacs)),
    total: (r) => count(r.totals.usefulMacs),
  },
  {
    title: 'cycles',
    number: true,
    layer: (l) => figure(l.totalCycles, count(l.totalCycles)),
    total: (r) => count(r.totals.totalCycles),
  },
  {
    title: '% of run',
    number: true,
    layer: (l, { run }) => figure(l.totalCycles, percent(l.totalCycles, run.totals.totalCycles)),
  },
  {
    title: 'MAC/cycle',
    number: true,
    layer: (l) => figure(macsPerCycle(l), l.usefulMacs === 0 ? '' : decimal(macsPerCycle(l))),
    total: (r) => decimal(macsPerCycle(r.totals)),
  },
  {
    title: '% of peak',
    number: true,
    layer: (l) => figure(percentOfPeak(l), l.usefulMacs === 0 ? '' : percentOfPeak(l).toFixed(1)),
    total: (r) => percentOfPeak(r.totals).toFixed(1),
  },
  {
    title: 'ms',
    number: true,
    layer: (l, { run }) => figure(l.totalCycles, ms(l.totalCycles, clock(run))),
    total: (r) => ms(r.totals.totalCycles, clock(r)),
  },
];

/** Only where the result has energy: those of earlier releases do not. */
const ENERGY: Column = {
  title: 'uJ',
  number: true,
  layer: (l) => figure(l.energy?.microjoules ?? 0, l.energy?.microjoules.toFixed(3) ?? ''),
  total: (r) => r.totals.energy?.microjoules.toFixed(3) ?? '',
};

const yes = html`<span class="good">yes</span>`;
const no = html`<span class="bad">NO</span>`;

const VERDICT: readonly Column[] = [
  {
    title: 'exact',
    number: false,
    layer: (l, { verdicts }) => {
      const found = layerVerdict(verdicts, l);
      if (found === undefined) return { show: html`<span class="faint">not held</span>`, key: 1 };
      if (found.differing > 0) return { show: no, key: 0 };
      return { show: found.tolerance ?? yes, key: found.tolerance === undefined ? 3 : 2 };
    },
    total: (_, result) => (passed(result) ? yes : no),
  },
  { title: 'saturated', number: true, layer: (l, result) => share(l, result, 'saturated') },
  { title: 'zero', number: true, layer: (l, result) => share(l, result, 'zero') },
];

function share(layer: LayerResult, { verdicts }: ModelResult, what: 'saturated' | 'zero'): Cell {
  const found = layerVerdict(verdicts, layer);
  if (found === undefined) return figure(-1, '');
  return figure(percentOf(found[what], found.elements), percent(found[what], found.elements));
}

const classOf = (column: Column): string => (column.number ? 'number' : '');

/** The id of a layer's row, for links. */
export const rowId = (model: number, layer: LayerResult): string => `m${model}-layer-${layer.id}`;

/** The sortable and filterable table of layers; it is complete without the script. */
export function layersTable(result: ModelResult, model: number): Html {
  const columns = [
    ...FIGURES,
    ...(result.run.totals.energy === undefined ? [] : [ENERGY]),
    ...(result.verdicts.length > 0 ? VERDICT : []),
  ];
  const head = columns.map(
    (column) =>
      html`<th scope="col" class="${classOf(column)}"><button type="button">${column.title}</button></th>`,
  );
  const rows = result.run.layers.map((layer) => {
    const cells = columns.map((column) => {
      const { show, key } = column.layer(layer, result);
      const title = column.number || typeof show !== 'string' ? '' : html` title="${show}"`;
      return html`<td class="${classOf(column)}" data-key="${key}"${title}>${show}</td>`;
    });
    return html`<tr id="${rowId(model, layer)}" class="${layer.target}" title="${layer.name}">${cells}</tr>
`;
  });
  const totals = columns.map(
    (c) => html`<td class="${classOf(c)}">${c.total?.(result.run, result) ?? ''}</td>`,
  );
  return html`<div class="tools"><input type="search" aria-label="Filter layers" placeholder="Filter: name, operator, shape ..." data-filter="${model}">
<label>where <select data-where="${model}"><option value="">all</option><option>digital</option><option>analog</option><option>host</option></select></label>
<span class="faint" data-shown="${model}" aria-live="polite">${result.run.layers.length} layers</span></div>
<div class="scroll" tabindex="0"><table class="layers" data-layers="${model}"><thead><tr>${head}</tr></thead>
<tbody>${rows}</tbody><tfoot><tr>${totals}</tr></tfoot></table></div>`;
}
