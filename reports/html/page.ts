import type { ModelResult, ResultDocument } from '../../src/results/document.js';
import { CHART_NAMES, CHARTS } from '../charts/all.js';
import { ESTIMATED } from '../metrics.js';
import { layersTable } from './layers.js';
import { SCRIPT } from './script.js';
import {
  cards,
  memoryTable,
  parametersSection,
  reasonsTable,
  verdictSection,
  warningsSection,
} from './sections.js';
import { socSection } from './soc.js';
import { CSS } from './style.js';
import { type Html, html, raw } from './tags.js';
import { tilingSection } from './tiling.js';
import { timelineSection } from './timeline.js';

const picture = (png: Uint8Array, alt: string): Html =>
  html`<figure><img alt="${alt}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}"></figure>
`;

const pictures = ({ run }: ModelResult): readonly Html[] =>
  CHART_NAMES.map((name) => picture(CHARTS[name].draw(run), `${run.model}: ${CHARTS[name].alt}`));

function modelSection(result: ModelResult, model: number): Html {
  const { run } = result;
  return html`<section id="m${model}"><h2>${run.model} <span class="faint">on "${run.target}"</span></h2>
${cards(result)}
${verdictSection(result)}
${socSection(result)}
<h3>Layers</h3>
${layersTable(result, model)}
<h3>Where the cycles and the memory go</h3>
<div class="pair">${reasonsTable(run)}${memoryTable(run)}</div>
<h3>Charts</h3>
<div class="charts">${pictures(result)}</div>
<h3>Timeline</h3>
${timelineSection(run, model)}
<h3>Tiling</h3>
${tilingSection(run)}
<h3>Warnings</h3>
${warningsSection(run)}
<h3>Parameters</h3>
${parametersSection(run)}
</section>
`;
}

/** The frame of every page: one file, nothing from the network. */
export const page = (title: string, body: Html, script = ''): string =>
  html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title><style>${raw(CSS)}</style></head><body>
${body}
${script === '' ? '' : raw(`<script>${script}</script>`)}
</body></html>
`.html;

/** The report as one self-contained page: tables, charts, timeline, tiling, warnings and parameters of every model. */
export function renderHtml(doc: ResultDocument): string {
  const models = doc.models.map(({ run }) => run.model).join(', ');
  const contents =
    doc.models.length < 2
      ? html``
      : html`<nav><ul>${doc.models.map(({ run }, i) => html`<li><a href="#m${i}">${run.model}</a></li>`)}</ul></nav>`;
  const head = html`<header><h1>diana-sim ${doc.command}: ${models}</h1>
<p>Cycles and milliseconds are <b>${ESTIMATED}</b>. <span class="faint">Written by ${doc.generator}.</span></p>${contents}</header>`;
  return page(`diana-sim: ${models}`, html`${head}${doc.models.map(modelSection)}`, SCRIPT);
}
