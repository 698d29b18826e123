import type { ModelResult } from '../../src/results/document.js';
import { isStrongEnough } from '../../src/results/strength.js';
import { count } from '../numbers.js';
import { describeStrength, describeUnseen, strengthPercent } from '../strength.js';
import { type Html, html } from './tags.js';

/** What planted faults say about the test, layer by layer; nothing without `--strength`. */
export function strengthSection({ strength }: ModelResult): Html {
  if (strength === undefined) return html``;
  const ok = isStrongEnough(strength);
  const rows = strength.layers.map(
    (layer) =>
      html`<tr><td>${layer.name}</td><td class="number">${count(layer.planted)}</td><td class="number">${count(layer.noticed)}</td><td class="number">${count(layer.refused)}</td><td class="number">${strengthPercent(layer)}</td></tr>
`,
  );
  const unseen = strength.layers.flatMap(describeUnseen).map((text) => html`<li>${text}</li>`);
  return html`<h3>Would this test notice?</h3>
<p><span class="${ok ? 'good' : 'bad'}">${describeStrength(strength)}</span></p>
<div class="scroll" tabindex="0"><table><thead><tr><th>layer</th><th class="number">faults planted</th><th class="number">noticed</th><th class="number">of them refused</th><th class="number">share</th></tr></thead><tbody>${rows}</tbody></table></div>
${unseen.length === 0 ? '' : html`<details><summary>What it misses, and why</summary><ul class="warnings">${unseen}</ul></details>`}
`;
}
