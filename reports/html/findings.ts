import type { CheckDocument } from '../../src/results/check-document.js';
import { FINDING_KINDS, type Finding } from '../../src/results/finding.js';
import { findingDetails } from '../findings.js';
import { plural } from '../numbers.js';
import { page } from './page-frame.js';
import { type Html, html } from './tags.js';

const finding = (
  f: Finding,
): Html => html`<details open><summary><span class="bad">${FINDING_KINDS[f.kind]}</span> ${f.what}${
  f.count === 1 ? '' : ` (${f.count} times)`
}</summary><div class="scroll" tabindex="0"><table><tbody>${findingDetails(f).map(
  ([label, text]) => html`<tr><th>${label}</th><td>${text}</td></tr>
`,
)}</tbody></table></div></details>
`;

/** What the sanitizer found; nothing where it did not run. */
export function findingsSection(findings: readonly Finding[] | undefined): Html {
  if (findings === undefined) return html``;
  return html`<h3>Sanitizer</h3>
${
  findings.length === 0
    ? html`<p><span class="good">No finding.</span></p>`
    : html`<p><span class="bad">${plural(findings.length, 'finding')}.</span></p>${findings.map(finding)}`
}
`;
}

/** A page of what the sanitizer found in one program. */
export const renderCheckHtml = (doc: CheckDocument): string =>
  page(
    `diana-sim: ${doc.file}`,
    html`<header><h1>diana-sim exec --check: ${doc.file}</h1>
<p>${doc.cycles === undefined ? 'The run did not come to its end.' : `Exit status ${doc.exitStatus}, ${doc.cycles} cycles, ${doc.jobs} jobs.`} <span class="faint">Written by ${doc.generator}.</span></p></header>
<section>${findingsSection(doc.findings)}</section>`,
  );
