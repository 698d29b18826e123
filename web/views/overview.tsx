import { explanationSection } from '../../reports/html/explanation.js';
import { findingsSection } from '../../reports/html/findings.js';
import { layersTable } from '../../reports/html/layers.js';
import { mappingSection } from '../../reports/html/mapping.js';
import {
  cards,
  costModelsSection,
  memoryTable,
  parametersSection,
  reasonsTable,
  verdictSection,
  warningsSection,
} from '../../reports/html/sections.js';
import { socSection } from '../../reports/html/soc.js';
import { strengthSection } from '../../reports/html/strength.js';
import { html } from '../../reports/html/tags.js';
import { ReportPart } from '../parts/report-part.js';
import { hashOf } from '../state/place.js';
import { store, useStore } from '../state/store.js';

/** Makes the names in a table of layers links to the layer's view. */
function linkLayers(root: HTMLElement): void {
  for (const row of root.querySelectorAll<HTMLTableRowElement>('table.layers tbody tr')) {
    const layer = Number(/layer-(\d+)$/.exec(row.id)?.[1]);
    const cell = row.cells[0];
    if (cell === undefined) continue;
    const link = document.createElement('a');
    link.href = `#${hashOf({ ...store.state.place, view: 'layer', layer })}`;
    link.append(...cell.childNodes);
    cell.append(link);
  }
}

/** The report: key figures, verdict, layers, where cycles and memory go. */
export function Overview() {
  const { document, ran, opened } = useStore();
  if (document === undefined) return null;
  const counted = !ran && opened?.kind !== 'result';
  return (
    <>
      {document.models.map((result, i) => (
        <section key={result.run.model}>
          <h2>
            {result.run.model} <span class="faint">on "{result.run.target}"</span>
          </h2>
          {counted && <p class="faint">Counted; values are being computed.</p>}
          <ReportPart part={html`${cards(result)}${verdictSection(result)}`} />
          {result.verdicts.map(
            (v) =>
              v.explanation !== undefined && (
                <ReportPart key={v.run} part={explanationSection(v.explanation)} />
              ),
          )}
          <ReportPart
            part={html`${socSection(result)}${findingsSection(result.findings)}${strengthSection(result)}`}
          />
          <h3>Layers</h3>
          <ReportPart part={layersTable(result, i)} ready={linkLayers} />
          {result.mapping !== undefined && <ReportPart part={mappingSection(result)} />}
          <h3>Where the cycles and the memory go</h3>
          <ReportPart
            part={html`<div class="pair">${reasonsTable(result.run)}${memoryTable(result.run)}</div>`}
          />
          <ReportPart part={costModelsSection(result.run)} />
          <h3>Warnings</h3>
          <ReportPart part={warningsSection(result.run)} />
          <h3>Parameters</h3>
          <ReportPart part={parametersSection(result.run)} />
        </section>
      ))}
    </>
  );
}
