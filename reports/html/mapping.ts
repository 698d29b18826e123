import type { ModelResult } from '../../src/results/document.js';
import type { MappedCore, MappedLayer } from '../../src/results/mapping.js';
import { beside, costThere, mappingSentences, mappingTitle, remarkOf, sumRows } from '../mapping.js';
import { drawMapping } from '../mapping-picture.js';
import { count } from '../numbers.js';
import { type Html, html, raw } from './tags.js';

function costCells(l: MappedLayer, core: MappedCore): Html {
  const cost = costThere(l, core);
  if (cost === undefined) return html`<td class="number faint">-</td><td></td>`;
  const look = l.core === core ? 'number' : 'number faint';
  return html`<td class="${look}">${count(cost.cycles)}</td><td class="${look}">${cost.microjoules.toFixed(3)}</td>`;
}

/** Where each layer was put and what it costs on either core, with a picture of the split; nothing where nothing was mapped. */
export function mappingSection({ run, mapping }: ModelResult): Html {
  if (mapping === undefined) return html``;
  const rows = mapping.layers.map(
    (l) =>
      html`<tr><td>${l.layer}</td><td>${l.core}</td>${costCells(l, 'digital')}${costCells(l, 'analog')}<td>${remarkOf(l)}</td></tr>
`,
  );
  const sums = sumRows(mapping).map(
    ([name, cost]) =>
      html`<tr><td>${name}</td><td class="number">${count(cost.cycles)}</td><td class="number">${cost.microjoules.toFixed(3)}</td></tr>
`,
  );
  return html`<h3>${mappingTitle(mapping)}</h3>
<div class="scroll" tabindex="0">${raw(drawMapping(run.model, mapping))}</div>
<div class="scroll" tabindex="0"><table><thead><tr><th>layer</th><th>on</th><th class="number">digital cycles</th><th class="number">uJ</th><th class="number">analog cycles</th><th class="number">uJ</th><th></th></tr></thead><tbody>${rows}</tbody></table></div>
<div class="scroll" tabindex="0"><table><thead><tr><th>together</th><th class="number">cycles</th><th class="number">uJ</th></tr></thead><tbody>${sums}</tbody></table></div>
<ul>${beside(mapping).map((text) => html`<li>${text}</li>`)}</ul>
${mappingSentences(mapping).map((text) => html`<p>${text}</p>`)}
`;
}
