import { appendFileSync } from 'node:fs';
import type { ComparisonDocument } from '../../reports/regression/comparison.js';
import { renderComparisonTable } from '../../reports/regression/table.js';
import { terminalOptions } from '../../reports/terminal/style.js';
import { writeFileAtomic, writeFolderAtomic } from '../node/atomic-write.js';
import { fileError } from '../node/files.js';
import type { ResultDocument } from '../results/document.js';
import type { Explanation } from '../results/explanation.js';

/** Where a result goes beside the terminal. */
export interface OutputArguments {
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** The options of every command that ends in a result. */
export const outputOptions = {
  json: { type: 'string', describe: 'file for the result as JSON' },
  report: { type: 'string', describe: 'folder for the report in every format' },
} as const;

/** `--advise`. */
export const adviseOption = {
  type: 'boolean',
  default: false,
  describe: 'what bounds each layer and which changes of the network cost less, in every report',
} as const;

/** `--no-explain`. */
export const explainOption = {
  type: 'boolean',
  default: true,
  describe: 'where a tensor differs, find the layers at fault and why; --no-explain leaves it out',
} as const;

/** Prints why the simulated chip refuses a program. */
export async function printExplanation(explanation: Explanation): Promise<void> {
  const [{ explanationLines }, { style }] = await Promise.all([
    import('../../reports/terminal/explanation.js'),
    import('../../reports/terminal/style.js'),
  ]);
  const { columns, colour } = terminalOptions(process.stdout, process.env);
  process.stdout.write(`${explanationLines(explanation, columns, style(colour)).join('\n')}\n`);
}

/** Prints the terminal report on stdout, in the terminal's width and with colour where it is one. */
export async function printReport(document: ResultDocument): Promise<void> {
  const { renderTable } = await import('../../reports/table.js');
  process.stdout.write(renderTable(document, terminalOptions(process.stdout, process.env)));
}

/** Prints a comparison of baselines on stdout, as `printReport` does a result. */
export function printComparison(document: ComparisonDocument): void {
  process.stdout.write(renderComparisonTable(document, terminalOptions(process.stdout, process.env)));
}

/** Writes the result as JSON, whole or not at all. */
export async function writeJson(path: string, document: ResultDocument): Promise<void> {
  const { renderJson } = await import('../../reports/json.js');
  writeFileAtomic(path, renderJson(document));
}

/** Appends to the summary of a GitHub step; nothing outside of one. */
export function appendStepSummary(markdown: string): void {
  const path = process.env.GITHUB_STEP_SUMMARY;
  if (path === undefined || path === '') return;
  try {
    appendFileSync(path, markdown);
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** Whether GitHub reads workflow commands from stdout. */
export const inGitHubActions = (): boolean => process.env.GITHUB_ACTIONS === 'true';

async function tellGitHub(document: ResultDocument): Promise<void> {
  if (!inGitHubActions() && process.env.GITHUB_STEP_SUMMARY === undefined) return;
  const { renderAnnotations, renderStepSummary } = await import('../../reports/github.js');
  if (inGitHubActions()) process.stdout.write(renderAnnotations(document));
  appendStepSummary(renderStepSummary(document));
}

/** Ends a command: files first, all whole or none, then the terminal report and what GitHub reads. */
export async function finish(document: ResultDocument, { json, report }: OutputArguments): Promise<void> {
  if (report !== undefined) {
    const { reportFiles } = await import('../../reports/files.js');
    writeFolderAtomic(report, reportFiles(document));
  }
  if (json !== undefined) await writeJson(json, document);
  await printReport(document);
  await tellGitHub(document);
}
