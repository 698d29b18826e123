import type { Advice, LayerAdvice } from '../../src/results/advice.js';
import { adviceNote, describeAdvised, describeChange, describeTogether } from '../advice.js';
import { type Html, html } from './tags.js';

function layerAdvice(advice: Advice, l: LayerAdvice, address: string | undefined): Html {
  return html`<details${l.changes.length > 0 ? html` open` : ''}><summary>${describeAdvised(l, advice)}</summary><ul>${l.bounds.map(
    (b) => html`<li>${b}</li>`,
  )}${l.changes.map((c) => html`<li class="good">${describeChange(c)}</li>`)}</ul>${address === undefined ? '' : html`<p><a href="${address}">Look at the layer</a></p>`}</details>
`;
}

/** What bounds each layer, and changes of the network that a compile found to cost less; `addressOf` makes the link to a layer, where there is one. */
export function adviceSection(advice: Advice, addressOf: (layer: LayerAdvice) => string | undefined): Html {
  const together = describeTogether(advice);
  return html`<p>${adviceNote(advice)}</p>
${together === undefined ? '' : html`<p><b>${together}</b></p>`}
${advice.layers.map((l) => layerAdvice(advice, l, addressOf(l)))}`;
}
