import { UserError } from '../src/base/errors.js';
import { nearest } from '../src/base/nearest.js';
import type { ResultDocument } from '../src/results/document.js';
import { CHART_NAMES, CHARTS } from './charts/all.js';
import { renderCsv } from './csv.js';
import { fileNamePart } from './file-name.js';
import { renderAnnotations, renderStepSummary } from './github.js';
import { renderHtml } from './html/page.js';
import { renderJson } from './json.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderTable } from './table.js';
import { renderTrace } from './trace-event.js';

/** The formats that are one text, with the name of their file in a report folder. */
export const TEXT_FORMATS = {
  table: { file: 'report.txt', doc: 'the terminal table', render: (doc) => renderTable(doc) },
  markdown: { file: 'report.md', doc: 'GitHub-flavoured Markdown', render: renderMarkdown },
  csv: { file: 'layers.csv', doc: 'a layer a row, every figure', render: renderCsv },
  json: {
    file: 'result.json',
    doc: 'the result itself (reports/schema/result.schema.json)',
    render: renderJson,
  },
  html: { file: 'report.html', doc: 'one self-contained page', render: renderHtml },
  trace: { file: 'trace.json', doc: 'a timeline for Perfetto and chrome://tracing', render: renderTrace },
  junit: { file: 'junit.xml', doc: 'JUnit XML, a case a compared tensor', render: renderJunit },
  summary: { file: 'summary.md', doc: "a GitHub step's summary", render: renderStepSummary },
  annotations: {
    file: 'annotations.txt',
    doc: "GitHub's ::error and ::warning lines",
    render: renderAnnotations,
  },
} as const satisfies Readonly<
  Record<string, { file: string; doc: string; render: (doc: ResultDocument) => string }>
>;
export type TextFormat = keyof typeof TEXT_FORMATS;

/** What `--format` takes: a text format, the pictures, or everything. */
export const FORMAT_NAMES = [...(Object.keys(TEXT_FORMATS) as TextFormat[]), 'png', 'all'] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** The format of a name; throws a UserError with the nearest name for an unknown one. */
export function parseFormat(name: string): FormatName {
  const found = FORMAT_NAMES.find((format) => format === name);
  if (found !== undefined) return found;
  const near = nearest(name, FORMAT_NAMES)[0];
  throw new UserError(
    `unknown format "${name}"${near === undefined ? '' : `; did you mean ${near}?`} Formats: ${FORMAT_NAMES.join(', ')}.`,
  );
}

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

/** The PNG charts of every model: "resnet8-cycles.png" and so on. */
export function chartFiles(doc: ResultDocument): Map<string, Uint8Array> {
  const names = stems(doc);
  return new Map(
    doc.models.flatMap(({ run }, i) =>
      CHART_NAMES.map((chart) => [`${names[i]}-${chart}.png`, CHARTS[chart].draw(run)] as const),
    ),
  );
}

/** Every format, by file name in a report folder; charts in their own folder, JUnit only where something was compared. */
export function reportFiles(doc: ResultDocument): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  for (const [name, { file, render }] of Object.entries(TEXT_FORMATS))
    if (name !== 'junit' || doc.command === 'verify') files.set(file, render(doc));
  for (const [file, png] of chartFiles(doc)) files.set(`charts/${file}`, png);
  return files;
}
