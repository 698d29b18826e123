import { UserError } from '../src/base/errors.js';
import { nearest } from '../src/base/nearest.js';
import type { ResultDocument } from '../src/results/document.js';
import { renderCsv } from './csv.js';
import { renderAnnotations, renderStepSummary } from './github.js';
import { type DrawCharts, renderHtml } from './html/page.js';
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
  Record<string, { file: string; doc: string; render: (doc: ResultDocument, draw?: DrawCharts) => string }>
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

/**
 * A result as text in one format. Only HTML has a use for `draw`, the charts' pictures.
 *
 * @example
 * const markdown = render(await verify(model), 'markdown');
 */
export const render = (doc: ResultDocument, format: TextFormat, draw?: DrawCharts): string =>
  TEXT_FORMATS[format].render(doc, draw);
