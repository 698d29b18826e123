import { page } from '../html/page-frame.js';
import { type Html, html } from '../html/tags.js';
import { ESTIMATED } from '../metrics.js';
import { count } from '../numbers.js';
import type { ComparisonDocument, Judgement, ModelComparison } from './comparison.js';
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

const CLASS: Readonly<Record<Judgement, string>> = {
  same: 'faint',
  improved: 'good',
  tolerated: 'notice',
  regressed: 'bad',
};
const STATUS: Readonly<Record<ModelComparison['status'], string>> = {
  same: 'good',
  improved: 'good',
  changed: 'notice',
  new: 'notice',
  regressed: 'bad',
  vanished: 'bad',
};

const th = (text: string, number = false): Html =>
  html`<th scope="col" class="${number ? 'number' : ''}">${text}</th>`;
const td = (text: string | Html, number = false, look = ''): Html =>
  html`<td class="${number ? 'number' : ''} ${look}">${text}</td>`;
const table = (head: readonly Html[], rows: readonly Html[]): Html =>
  html`<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>
`;

function totals(model: ModelComparison, doc: ComparisonDocument): Html {
  if (model.totals.length === 0) return html``;
  const rows = model.totals.map((change) => {
    const look = CLASS[change.judgement];
    return html`<tr>${td(METRIC_TEXT[change.metric])}${td(figureText(change.metric, change.before), true)}${td(figureText(change.metric, change.after), true)}${td(signedFigure(change.metric, change.after - change.before), true, look)}${td(relative(change.before, change.after), true, look)}${td(describeJudgement(change, doc), false, look)}</tr>`;
  });
  return table(
    [th('in total'), th('before', true), th('after', true), th('change', true), th('', true), th('')],
    rows,
  );
}

function layers(model: ModelComparison): Html {
  if (model.layers.length === 0) return html``;
  const rows = model.layers.map((layer) => {
    const cycles = cyclesOf(layer);
    const look = cycles === undefined ? '' : CLASS[cycles.judgement];
    const before = cycles === undefined ? '' : count(cycles.before);
    const after = cycles === undefined ? '' : count(cycles.after);
    const change = cycles === undefined ? '' : signed(cycles.after - cycles.before);
    return html`<tr>${td(layer.key)}${td(before, true)}${td(after, true)}${td(change, true, look)}${td(describeReasons(layer.reasons))}${td(describeOtherChanges(layer))}${td(describeLayer(layer), false, layer.outputChanged ? 'bad' : '')}</tr>`;
  });
  const head = [th('layer'), th('cycles before', true), th('after', true), th('change', true)];
  return html`<h3>Layers that moved (${count(model.unchangedLayers)} unchanged)</h3>${table([...head, th('in which reason'), th('other figures'), th('')], rows)}`;
}

/** One model before and after: parameters, totals, and the layers that moved. */
export function comparisonSection(model: ModelComparison, doc: ComparisonDocument): Html {
  const facts = [
    ...model.parameters.map(
      ({ name, before, after }) => html`<li>parameter <code>${name}</code>: ${before} to ${after}</li>`,
    ),
    ...(model.outputs.length > 0 ? [html`<li class="bad">${describeOutputs(model.outputs)}</li>`] : []),
    ...(model.reasons.length > 0 ? [html`<li>cycles by reason: ${describeReasons(model.reasons)}</li>`] : []),
  ];
  const listed = facts.length > 0 ? html`<ul>${facts}</ul>` : html``;
  return html`<section><h2>${model.model}: <span class="${STATUS[model.status]}">${model.status}</span></h2>${listed}${totals(model, doc)}${layers(model)}</section>
`;
}

/**
 * The comparison as one self-contained page.
 *
 * @example
 * console.log(renderComparisonHtml(comparison));
 */
export function renderComparisonHtml(doc: ComparisonDocument): string {
  const moved = doc.models.filter(({ status }) => status !== 'same');
  const same = doc.models.filter(({ status }) => status === 'same').map(({ model }) => model);
  const rest = same.length === 0 ? html`` : html`<p class="good">The same: ${same.join(', ')}</p>`;
  return page(
    'diana-sim regression check',
    html`<h1>diana-sim regression check</h1><p>${describeStatuses(doc.models)}. Cycles are <b>${ESTIMATED}</b>. <span class="faint">Written by ${doc.generator}.</span></p>${moved.map((model) => comparisonSection(model, doc))}${rest}`,
  );
}
