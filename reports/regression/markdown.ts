import { escapeMarkdown, markdownTable } from '../markdown.js';
import { ESTIMATED } from '../metrics.js';
import { count, plural } from '../numbers.js';
import type { ComparisonDocument, ModelComparison } from './comparison.js';
import {
  cyclesOf,
  describeJudgement,
  describeLayer,
  describeOtherChanges,
  describeOutputs,
  describeReasons,
  describeStatuses,
  relative,
} from './describe.js';
import { figureText, METRIC_TEXT, signedFigure } from './threshold.js';

/** Layers that a comment shows of each model; the rest is counted. */
const LAYERS = 12;
/** Models that a comment shows in full. */
const MODELS = 12;

const ICON: Readonly<Record<ModelComparison['status'], string>> = {
  same: '✅',
  improved: '🟢',
  changed: '🟡',
  new: '🆕',
  regressed: '❌',
  vanished: '❌',
};

function totalsTable(model: ModelComparison, doc: ComparisonDocument): string[] {
  const moved = model.totals.filter(({ judgement }) => judgement !== 'same');
  if (moved.length === 0) return [];
  return markdownTable(
    [
      ['in total', 'left'],
      ['before', 'right'],
      ['after', 'right'],
      ['change', 'right'],
      ['', 'left'],
    ],
    moved.map((change) => [
      METRIC_TEXT[change.metric],
      figureText(change.metric, change.before),
      figureText(change.metric, change.after),
      `${signedFigure(change.metric, change.after - change.before)} (${relative(change.before, change.after)})`,
      describeJudgement(change, doc),
    ]),
  );
}

function layersTable(model: ModelComparison): string[] {
  if (model.layers.length === 0) return [];
  const rows = model.layers.slice(0, LAYERS).map((layer) => {
    const cycles = cyclesOf(layer);
    const what = [describeReasons(layer.reasons), describeOtherChanges(layer)].filter((text) => text !== '');
    return [
      escapeMarkdown(layer.key),
      cycles === undefined ? '' : `${count(cycles.before)} → ${count(cycles.after)}`,
      cycles === undefined ? '' : relative(cycles.before, cycles.after),
      escapeMarkdown(what.join('; ')),
      escapeMarkdown(describeLayer(layer)),
    ];
  });
  const table = markdownTable(
    [
      ['layer', 'left'],
      ['cycles', 'right'],
      ['change', 'right'],
      ['in which reason', 'left'],
      ['', 'left'],
    ],
    rows,
  );
  const more = model.layers.length - rows.length;
  return [
    '<details><summary>',
    `${plural(model.layers.length, 'layer')} moved, ${count(model.unchangedLayers)} unchanged</summary>`,
    '',
    ...table,
    ...(more > 0 ? ['', `and ${plural(more, 'more layer')}`] : []),
    '',
    '</details>',
  ];
}

function modelMarkdown(model: ModelComparison, doc: ComparisonDocument): string[] {
  const facts = [
    ...model.parameters.map(({ name, before, after }) => `- parameter \`${name}\`: ${before} → ${after}`),
    ...(model.outputs.length > 0 ? [`- **${escapeMarkdown(describeOutputs(model.outputs))}**`] : []),
    ...(model.reasons.length > 0 ? [`- cycles by reason: ${describeReasons(model.reasons)}`] : []),
  ];
  const parts = [
    [`#### ${ICON[model.status]} ${escapeMarkdown(model.model)}: ${model.status}`],
    facts,
    totalsTable(model, doc),
    layersTable(model),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
}

/**
 * The comparison as a pull-request comment: what moved, within what GitHub accepts as one comment.
 *
 * @example
 * console.log(renderComparisonMarkdown(comparison));
 */
export function renderComparisonMarkdown(doc: ComparisonDocument): string {
  const moved = doc.models.filter(({ status }) => status !== 'same');
  const order = ['regressed', 'vanished', 'changed', 'improved', 'new'];
  const sorted = [...moved].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const hidden = sorted.slice(MODELS).map(({ model, status }) => `${escapeMarkdown(model)} (${status})`);
  const lines = [
    '### diana-sim regression check',
    '',
    `${describeStatuses(doc.models)}. Cycles are ${ESTIMATED}.`,
    '',
    ...sorted.slice(0, MODELS).flatMap((model) => modelMarkdown(model, doc)),
    ...(hidden.length > 0 ? [`Not shown: ${hidden.join(', ')}.`, ''] : []),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
