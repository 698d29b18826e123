import type { ModelResult } from '../../src/results/document.js';
import { count } from '../numbers.js';
import { describeSoc, socRows } from '../soc.js';
import { type Html, html } from './tags.js';

/** The SoC's cycles beside the estimate, and what was compared there; nothing without `--on soc`. */
export function socSection(result: ModelResult): Html {
  const first = result.soc?.[0];
  const text = describeSoc(result);
  if (first === undefined || text === undefined) return html``;
  const ok = result.soc?.every((run) => run.ok) === true;
  const rows = socRows(result.run, first).map(
    ([label, estimated, soc]) =>
      html`<tr><td>${label}</td><td class="number">${count(estimated)}</td><td class="number">${count(soc)}</td><td class="number">${estimated === 0 ? '' : (soc / estimated).toFixed(2)}</td></tr>
`,
  );
  return html`<p><span class="${ok ? 'good' : 'bad'}">${text}</span></p>
<div class="scroll" tabindex="0"><table><thead><tr><th>whole SoC</th><th class="number">estimated</th><th class="number">on the SoC</th><th class="number">ratio</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
