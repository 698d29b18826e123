import { ENERGY_ESTIMATED, POWER } from '../../src/results/energy.js';
import type { Exploration, ExploredPoint } from '../../src/results/exploration.js';
import { page } from '../html/page-frame.js';
import { type Html, html, raw } from '../html/tags.js';
import { ESTIMATED } from '../metrics.js';
import { compact, count, percent } from '../numbers.js';
import { goalsOf, kneeOf, paretoFront, ranked } from './pareto.js';
import { drawScatter } from './scatter.js';
import { describeValues, summaryLines } from './texts.js';

/** More points than these are listed without their layers: the page stays small. The front's always have theirs. */
const MOST_LAYER_TABLES = 1000;

/** The layers of every network at a point, behind a click. */
function layersOf(doc: Exploration, p: ExploredPoint): Html {
  const tables = p.models.map(
    (m) =>
      html`<div class="scroll" tabindex="0"><table><thead><tr><th>${m.model}</th><th>where</th><th class="number">cycles</th><th class="number">share</th></tr></thead><tbody>${m.layers.map(
        (l) =>
          html`<tr><td>${l.label}</td><td>${l.where}</td><td class="number">${count(l.cycles)}</td><td class="number">${percent(l.cycles, m.cycles)}</td></tr>`,
      )}</tbody></table></div>`,
  );
  return html`<details id="p${p.index}"><summary>${describeValues(doc, p)}: ${count(p.cycles)} cycles, ${p.microjoules.toFixed(2)} uJ</summary>${tables}</details>
`;
}

function frontTable(
  doc: Exploration,
  front: readonly ExploredPoint[],
  knee: ExploredPoint | undefined,
): Html {
  const rows = front.map(
    (
      p,
    ) => html`<tr><td><a href="#p${p.index}">${describeValues(doc, p)}</a></td><td class="number">${count(p.cycles)}</td><td class="number">${p.milliseconds.toFixed(3)}</td><td class="number">${p.microjoules.toFixed(2)}</td><td class="number">${count(p.l1Bytes)}</td><td>${p === knee ? 'knee' : ''}</td></tr>
`,
  );
  return html`<div class="scroll" tabindex="0"><table><thead><tr><th>point</th><th class="number">cycles</th><th class="number">ms</th><th class="number">uJ</th><th class="number">L1 bytes</th><th></th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Why points failed, each reason once with how often. */
function failures(doc: Exploration): Html {
  const failed = doc.points.filter((p) => p.error !== undefined);
  if (failed.length === 0) return html``;
  const items = failed.map((p) => html`<li>${describeValues(doc, p)}: ${p.error}</li>`);
  return html`<h2>Not possible</h2><ul class="warnings">${items}</ul>`;
}

/** Opens the point that an address names ("#p12"). */
const SCRIPT = `const open = () => { const d = document.querySelector(location.hash || 'none'); if (d && d.tagName === 'DETAILS') { d.open = true; d.scrollIntoView(); } };
addEventListener('hashchange', open); open();`;

/** An exploration as one self-contained page: the points over cycles, bytes of L1 and energy, the front, the knee, every point's layers. */
export function renderExplorationHtml(doc: Exploration): string {
  const front = paretoFront(doc);
  const knee = kneeOf(front);
  const order = ranked(doc);
  const on = new Set(front);
  const detailed = order.filter((p, i) => i < MOST_LAYER_TABLES || on.has(p));
  const arrays = order.some((p) => p.lanes !== undefined);
  const goals = goalsOf(doc);
  const heading = goals.charAt(0).toUpperCase() + goals.slice(1);
  const title = `diana-sim explore: ${doc.models.join(', ')}`;
  const dots = { front: on, knee, describe: (p: ExploredPoint) => describeValues(doc, p) };
  const body = html`<header><h1>${title}</h1>
${summaryLines(doc).map((line) => html`<p>${line}</p>`)}
<p class="faint">Written by ${doc.generator}. Energy: ${POWER.source}.</p></header>
<h2>${heading}</h2>
<p>${knee === undefined ? 'No point is possible.' : html`Each dot is a point; click it for its layers. Points of the Pareto front are filled. The knee, nearest to the least of everything, is <a href="#p${knee.index}">${describeValues(doc, knee)}</a>.`}</p>
<div class="charts"><figure>${raw(drawScatter(order, dots, { label: 'L1 bytes', of: (p) => p.l1Bytes, show: compact }))}</figure>
<figure>${raw(drawScatter(order, dots, { label: 'microjoules', of: (p) => p.microjoules, show: (n) => n.toFixed(1) }))}</figure>
${arrays ? html`<figure>${raw(drawScatter(order, dots, { label: 'lanes of the array', of: (p) => p.lanes ?? 0, show: compact }))}</figure>` : ''}</div>
<h2>Pareto front</h2>
<p>No other point has fewer cycles (${ESTIMATED}), less L1${arrays ? ', fewer lanes' : ''} and less energy (${ENERGY_ESTIMATED}) at once.</p>
${frontTable(doc, front, knee)}
<h2>All points by ${doc.objective}</h2>
${detailed.map((p) => layersOf(doc, p))}
${order.length > detailed.length ? html`<p>${count(order.length - detailed.length)} more points are in the JSON and the CSV.</p>` : html``}
${failures(doc)}`;
  return page(title, body, SCRIPT);
}
