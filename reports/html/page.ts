import { base64Encode } from '@bufbuild/protobuf/wire';
import type { LayerAdvice } from '../../src/results/advice.js';
import type { ModelResult, ResultDocument } from '../../src/results/document.js';
import type { RunResult } from '../../src/results/run.js';
import { ESTIMATED, layerLabel } from '../metrics.js';
import { adviceSection } from './advice.js';
import { explanationSection } from './explanation.js';
import { findingsSection } from './findings.js';
import { layersTable, rowId } from './layers.js';
import { mappingSection } from './mapping.js';
import { page } from './page-frame.js';
import { SCRIPT } from './script.js';
import {
  cards,
  costModelsSection,
  memoryTable,
  parametersSection,
  reasonsTable,
  verdictSection,
  warningsSection,
} from './sections.js';
import { socSection } from './soc.js';
import { strengthSection } from './strength.js';
import { type Html, html } from './tags.js';
import { tilingSection } from './tiling.js';
import { timelineSection } from './timeline.js';

/** A chart as a PNG, and what it shows in words. */
export interface Picture {
  readonly png: Uint8Array;
  readonly alt: string;
}

/** Draws the charts of a run; needs a canvas, which not every platform has. */
export type DrawCharts = (run: RunResult) => readonly Picture[];

const picture = ({ png, alt }: Picture): Html =>
  html`<figure><img alt="${alt}" src="data:image/png;base64,${base64Encode(png)}"></figure>
`;

const charts = (pictures: readonly Picture[]): Html =>
  html`<h3>Charts</h3>
<div class="charts">${pictures.map(picture)}</div>
`;

function adviceOf({ advice, run }: ModelResult, model: number): Html {
  if (advice === undefined) return html``;
  /** A program that was compiled otherwise may have other layers. */
  const row = ({ id, layer }: LayerAdvice): string | undefined => {
    const found = run.layers[id];
    return found !== undefined && layerLabel(found) === layer ? `#${rowId(model, found)}` : undefined;
  };
  return html`<h3>What to change</h3>
${adviceSection(advice, row)}`;
}

function modelSection(result: ModelResult, model: number, draw: DrawCharts | undefined): Html {
  const { run } = result;
  return html`<section id="m${model}"><h2>${run.model} <span class="faint">on "${run.target}"</span></h2>
${cards(result)}
${verdictSection(result)}
${result.verdicts.map((v) => (v.explanation === undefined ? html`` : explanationSection(v.explanation)))}
${socSection(result)}
${findingsSection(result.findings)}
${adviceOf(result, model)}${strengthSection(result)}<h3>Layers</h3>
${layersTable(result, model)}
${mappingSection(result)}<h3>Where the cycles and the memory go</h3>
<div class="pair">${reasonsTable(run)}${memoryTable(run)}</div>
${costModelsSection(run)}${draw === undefined ? '' : charts(draw(run))}<h3>Timeline</h3>
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

/**
 * The report as one self-contained page: tables, charts (where `draw` makes pictures of them), timeline, tiling, warnings and parameters of
 * every model.
 */
export function renderHtml(doc: ResultDocument, draw?: DrawCharts): string {
  const models = doc.models.map(({ run }) => run.model).join(', ');
  const contents =
    doc.models.length < 2
      ? html``
      : html`<nav><ul>${doc.models.map(({ run }, i) => html`<li><a href="#m${i}">${run.model}</a></li>`)}</ul></nav>`;
  const head = html`<header><h1>diana-sim ${doc.command}: ${models}</h1>
<p>Cycles and milliseconds are <b>${ESTIMATED}</b>. <span class="faint">Written by ${doc.generator}.</span></p>${contents}</header>`;
  return page(
    `diana-sim: ${models}`,
    html`${head}${doc.models.map((m, i) => modelSection(m, i, draw))}`,
    SCRIPT,
  );
}
