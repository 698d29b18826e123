import type { DifferencePicture, Explanation } from '../../src/results/explanation.js';
import { drawnPicture, PICTURE_LEGEND } from '../difference-picture.js';
import { describeCause, describeFault, describeIsolation } from '../explanation.js';
import { type Html, html } from './tags.js';

function svg(p: DifferencePicture): Html {
  const { width, height, rectangles, labels } = drawnPicture(p);
  return html`<figure><svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="where the tensor is wrong">${rectangles.map((r) => html`<rect x="${r.x}" y="${r.y}" width="${r.width}" height="${r.height}" fill="${r.colour}"/>`)}${labels.map((l) => html`<text x="${l.x}" y="${l.y}" font-size="9" fill="currentColor">${l.text}</text>`)}</svg><figcaption class="faint">${PICTURE_LEGEND}; a cell is ${p.cellRows} x ${p.cellColumns} elements; ${p.channelsLeftOut} other channels are equal or left out</figcaption></figure>
`;
}

/** Why a run differs, with pictures. */
export const explanationSection = (explanation: Explanation): Html =>
  html`<h3>Why it differs</h3><p>${describeIsolation(explanation)}.</p>${explanation.atFault.map(
    (layer) =>
      html`<h4>${describeFault(layer)}</h4>${layer.refused === undefined ? '' : html`<p class="bad">${layer.refused}</p>`}<ul class="warnings">${layer.causes.map((c) => html`<li>${describeCause(c)}</li>`)}</ul>${layer.picture === undefined ? '' : svg(layer.picture)}`,
  )}
`;
