import type { HistoryEntry } from '../../src/results/history.js';
import { page } from '../html/page-frame.js';
import { type Html, html, raw } from '../html/tags.js';
import { plural } from '../numbers.js';
import { drawSeries } from './chart.js';
import { describeSeries, notable, type Series, seriesOf, shortCommit } from './series.js';
import { checksums, describePoint, figuresOf, HISTORY_NOTE } from './texts.js';

function table(series: Series): Html {
  const figures = figuresOf(series);
  const rows = notable(series).map(
    (point) =>
      html`<tr><td><code title="${point.entry.commit}">${shortCommit(point.entry)}</code></td>${figures.map(([, show]) => html`<td class="number">${show(point.entry)}</td>`)}<td><code>${checksums(point.entry)}</code></td><td${raw(point.moves.some(({ worse }) => worse) ? ' class="bad"' : '')}>${describePoint(point)}</td></tr>
`,
  );
  return html`<div class="scroll"><table><thead><tr><th>commit</th>${figures.map(([name]) => html`<th class="number">${name}</th>`)}<th>outputs</th><th>what moved</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function section(series: Series, index: number): Html {
  const left = series.points.length - notable(series).length;
  return html`<section id="s${index}"><h2>${describeSeries(series)}</h2>
<figure>${raw(drawSeries(series))}</figure>
${table(series)}
${left > 0 ? html`<p class="faint">${plural(left, 'commit')} between them moved nothing.</p>` : html``}</section>
`;
}

/**
 * A history as one self-contained page: a chart a network of cycles, energy, memories and strength over the commits, dashed where outputs
 * changed, and a table of the commits that moved something.
 *
 * @example
 * const page = renderHistoryHtml(readHistory(text, 'diana-history.jsonl'));
 */
export function renderHistoryHtml(history: readonly HistoryEntry[]): string {
  const all = seriesOf(history);
  const contents =
    all.length < 2
      ? html``
      : html`<nav><ul>${all.map((s, i) => html`<li><a href="#s${i}">${s.model}</a></li>`)}</ul></nav>`;
  const title = `diana-sim history: ${[...new Set(all.map(({ model }) => model))].join(', ')}`;
  return page(
    title,
    html`<header><h1>${title}</h1><p>${HISTORY_NOTE}. A dashed line stands where outputs changed.</p>${contents}</header>
${all.map(section)}`,
  );
}
