import { count } from '../numbers.js';
import { cell, type Grid, renderGrid } from '../terminal/grid.js';
import { wrapText } from '../terminal/sections.js';
import { type Style, style } from '../terminal/style.js';
import type { Change, ComparisonDocument, Judgement, ModelComparison } from './comparison.js';
import {
  cyclesOf,
  describeJudgement,
  describeLayer,
  describeOtherChanges,
  describeOutputs,
  describeReasons,
  describeStatuses,
  relative,
  signed,
} from './describe.js';
import { figureText, METRIC_TEXT, signedFigure } from './threshold.js';

const PAINT: Readonly<Record<Judgement, keyof Style>> = {
  same: 'dim',
  improved: 'good',
  tolerated: 'notice',
  regressed: 'bad',
};

function totalsGrid(changes: readonly Change[], doc: ComparisonDocument): Grid {
  return {
    columns: [
      { header: 'in total', align: 'left' },
      { header: 'before', align: 'right' },
      { header: 'after', align: 'right' },
      { header: 'change', align: 'right' },
      { header: '', align: 'right' },
      { header: '', align: 'left', shrinkTo: 10 },
    ],
    rows: changes.map((change) => [
      cell(METRIC_TEXT[change.metric]),
      cell(figureText(change.metric, change.before)),
      cell(figureText(change.metric, change.after)),
      cell(signedFigure(change.metric, change.after - change.before), PAINT[change.judgement]),
      cell(relative(change.before, change.after), PAINT[change.judgement]),
      cell(describeJudgement(change, doc), PAINT[change.judgement]),
    ]),
  };
}

const layersGrid = (model: ModelComparison): Grid => ({
  columns: [
    { header: 'layer', align: 'left', shrinkTo: 12 },
    { header: 'cycles', align: 'right' },
    { header: 'after', align: 'right' },
    { header: 'change', align: 'right' },
    { header: 'in which reason, and what else', align: 'left', shrinkTo: 20 },
  ],
  rows: model.layers.map((layer) => {
    const cycles = cyclesOf(layer);
    const what = [describeLayer(layer), describeReasons(layer.reasons), describeOtherChanges(layer)];
    return [
      cell(layer.key),
      cell(cycles === undefined ? '' : count(cycles.before)),
      cell(cycles === undefined ? '' : count(cycles.after)),
      cell(
        cycles === undefined ? '' : signed(cycles.after - cycles.before),
        cycles === undefined ? undefined : PAINT[cycles.judgement],
      ),
      cell(what.filter((text) => text !== '').join('; '), layer.outputChanged ? 'bad' : undefined),
    ];
  }),
});

const STATUS_PAINT: Readonly<Record<ModelComparison['status'], keyof Style>> = {
  same: 'good',
  improved: 'good',
  changed: 'notice',
  new: 'notice',
  regressed: 'bad',
  vanished: 'bad',
};

function modelLines(model: ModelComparison, doc: ComparisonDocument, columns: number, s: Style): string[] {
  const lines = [`${s.bold(model.model)}: ${s[STATUS_PAINT[model.status]](model.status.toUpperCase())}`];
  for (const { name, before, after } of model.parameters)
    lines.push(s.notice(`  parameter ${name}: ${before} -> ${after}`));
  if (model.outputs.length > 0) lines.push(s.bad(`  ${describeOutputs(model.outputs)}`));
  const totals = model.totals.filter(({ judgement }) => judgement !== 'same');
  if (totals.length > 0) lines.push(...renderGrid(totalsGrid(totals, doc), columns, s));
  if (model.reasons.length > 0)
    lines.push(...wrapText(`cycles by reason: ${describeReasons(model.reasons)}`, columns, '', '  '));
  if (model.layers.length > 0)
    lines.push(
      '',
      ...renderGrid(layersGrid(model), columns, s),
      `${count(model.unchangedLayers)} layers unchanged`,
    );
  return lines;
}

/**
 * The comparison for a terminal: a line for what is the same, tables for what moved.
 *
 * @example
 * console.log(renderComparisonTable(comparison));
 */
export function renderComparisonTable(
  doc: ComparisonDocument,
  options: { readonly columns?: number; readonly colour?: boolean } = {},
): string {
  const columns = options.columns ?? 100;
  const s = style(options.colour ?? false);
  const moved = doc.models.filter(({ status }) => status !== 'same');
  const lines = moved.flatMap((model) => [...modelLines(model, doc, columns, s), '']);
  const regressed = doc.models.some(({ status }) => status === 'regressed' || status === 'vanished');
  const summary = describeStatuses(doc.models);
  return `${[...lines, regressed ? s.bad(summary) : s.good(summary)].join('\n')}\n`;
}
