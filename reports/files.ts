import type { ResultDocument } from '../src/results/document.js';
import type { RunResult } from '../src/results/run.js';
import { CHART_NAMES, CHARTS, type ChartName } from './charts/all.js';
import { drawDifference } from './charts/difference.js';
import { drawChart } from './charts/draw.js';
import { fileNamePart } from './file-name.js';
import { render, TEXT_FORMATS, type TextFormat } from './formats.js';
import type { Picture } from './html/page.js';
import { drawMapping } from './mapping-picture.js';

/** File names' stems for the models of a document, each its own. */
function stems(doc: ResultDocument): string[] {
  const seen = new Map<string, number>();
  return doc.models.map(({ run }) => {
    const stem = fileNamePart(run.model);
    const number = (seen.get(stem) ?? 0) + 1;
    seen.set(stem, number);
    return number === 1 ? stem : `${stem}-${number}`;
  });
}

/** Charts that were drawn already: a report shows each in its page and beside it, and drawing is most of the work. */
const drawn = new WeakMap<RunResult, Map<ChartName, Uint8Array>>();

function draw(run: RunResult, name: ChartName): Uint8Array {
  const known = drawn.get(run) ?? new Map<ChartName, Uint8Array>();
  drawn.set(run, known);
  const png = known.get(name) ?? drawChart(CHARTS[name].chart(run));
  known.set(name, png);
  return png;
}

/**
 * A run's charts for the HTML page.
 *
 * @example
 * const page = render(result, 'html', drawCharts);
 */
export const drawCharts = (run: RunResult): Picture[] =>
  CHART_NAMES.map((name) => ({ png: draw(run, name), alt: `${run.model}: ${CHARTS[name].alt}` }));

/**
 * The PNG charts of every model: "resnet8-cycles.png" and so on.
 *
 * @example
 * for (const [name, png] of chartFiles(result)) writeFileSync(name, png);
 */
export function chartFiles(doc: ResultDocument): Map<string, Uint8Array> {
  const names = stems(doc);
  return new Map(
    doc.models.flatMap(({ run }, i) =>
      CHART_NAMES.map((chart) => [`${names[i]}-${chart}.png`, draw(run, chart)] as const),
    ),
  );
}

/** The pictures of where the layers were put: "resnet8-mapping.svg" and so on. */
function mappingFiles(doc: ResultDocument): Map<string, string> {
  const names = stems(doc);
  return new Map(
    doc.models.flatMap(({ run, mapping }, i) =>
      mapping === undefined ? [] : [[`${names[i]}-mapping.svg`, drawMapping(run.model, mapping)] as const],
    ),
  );
}

/** The pictures of the layers at fault: "resnet8-run0-conv1-difference.png" and so on. */
function differenceFiles(doc: ResultDocument): Map<string, Uint8Array> {
  const names = stems(doc);
  return new Map(
    doc.models.flatMap(({ verdicts }, i) =>
      verdicts.flatMap(({ run, explanation }) =>
        (explanation?.atFault ?? []).flatMap((layer) => {
          const png = drawDifference(layer);
          const file = `${names[i]}-run${run}-${fileNamePart(layer.layer)}-difference.png`;
          return png === undefined ? [] : [[file, png] as const];
        }),
      ),
    ),
  );
}

/**
 * Every format, by file name in a report folder; charts in their own folder, JUnit only where something was compared.
 *
 * @example
 * writeFolderAtomic('report', reportFiles(result));
 */
export function reportFiles(doc: ResultDocument): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  for (const name of Object.keys(TEXT_FORMATS) as TextFormat[])
    if (name !== 'junit' || doc.command === 'verify' || doc.models.some((m) => m.verdicts.length > 0))
      files.set(TEXT_FORMATS[name].file, render(doc, name, drawCharts));
  for (const [file, png] of chartFiles(doc)) files.set(`charts/${file}`, png);
  for (const [file, svg] of mappingFiles(doc)) files.set(`charts/${file}`, svg);
  for (const [file, png] of differenceFiles(doc)) files.set(`charts/${file}`, png);
  return files;
}
