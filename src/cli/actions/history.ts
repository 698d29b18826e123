import { existsSync } from 'node:fs';
import {
  extendHistory,
  historyEntries,
  readHistory,
  renderHistoryLines,
} from '../../../reports/history/entries.js';
import { renderHistoryHtml } from '../../../reports/history/html.js';
import { latest } from '../../../reports/history/series.js';
import {
  renderHistoryCsv,
  renderHistoryMarkdown,
  renderHistoryTable,
} from '../../../reports/history/texts.js';
import { stableJson } from '../../../reports/json.js';
import { plural } from '../../../reports/numbers.js';
import { terminalOptions } from '../../../reports/terminal/style.js';
import { UserError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { writeFileAtomic } from '../../node/atomic-write.js';
import { readBaselines } from '../../node/baseline-file.js';
import { readText } from '../../node/files.js';
import type { HistoryEntry } from '../../results/history.js';
import { appendStepSummary } from '../output.js';

export interface AddArguments {
  readonly results: readonly string[];
  readonly commit: string;
  readonly subject: string | undefined;
  readonly file: string;
  readonly replace: boolean;
}

/** The command `history add`: the file grows by the lines that it does not hold yet, whole or not at all. */
export function addToHistory({ results, commit, subject, file, replace }: AddArguments): void {
  const before = existsSync(file) ? readHistory(readText(file), file) : [];
  const entries = historyEntries(results.flatMap(readBaselines), {
    commit,
    ...(subject === undefined ? {} : { subject }),
  });
  const after = extendHistory(before, entries, { replace });
  writeFileAtomic(file, renderHistoryLines(after));
  const added = after.length - before.length;
  process.stdout.write(
    `${file}: ${plural(entries.length, 'network')} at ${commit}, ${added} of them new; ${plural(after.length, 'line')}\n`,
  );
}

export interface ShowArguments {
  readonly models: readonly string[] | undefined;
  readonly file: string;
  readonly last: number | undefined;
  readonly format: string;
  readonly output: string | undefined;
}

const RENDERERS = {
  table: (history: readonly HistoryEntry[]) => renderHistoryTable(history),
  markdown: renderHistoryMarkdown,
  csv: renderHistoryCsv,
  json: stableJson,
  html: renderHistoryHtml,
} as const;
export const HISTORY_FORMATS = Object.keys(RENDERERS) as (keyof typeof RENDERERS)[];

/** The entries of the networks that the user named; all where none is. Throws a UserError for a name that the history lacks. */
function ofModels(history: readonly HistoryEntry[], models: readonly string[], file: string): HistoryEntry[] {
  const known = [...new Set(history.map(({ model }) => model))];
  for (const model of models)
    if (!known.includes(model))
      throw new UserError(`${file} has no network ${model}; nearest: ${nearest(model, known).join(', ')}.`);
  return history.filter(({ model }) => models.length === 0 || models.includes(model));
}

/** The command `history show`: one format on stdout or in a file; a GitHub step's summary gets the Markdown. */
export function showHistory({ models = [], file, last, format: name, output }: ShowArguments): void {
  const format = HISTORY_FORMATS.find((f) => f === name);
  if (format === undefined)
    throw new UserError(`--format is "${name}"; must be one of ${HISTORY_FORMATS.join(', ')}.`);
  if (last !== undefined && (!Number.isInteger(last) || last < 1))
    throw new UserError(`--last is ${last}; must be a whole number of at least 1.`);
  const all = readHistory(readText(file), file);
  if (all.length === 0)
    throw new UserError(
      `${file} holds no line; add some with \`diana-sim history add RESULT... --commit SHA\`.`,
    );
  const history = latest(ofModels(all, models, file), last ?? Number.POSITIVE_INFINITY);
  if (output !== undefined) writeFileAtomic(output, RENDERERS[format](history));
  if (output === undefined && format !== 'table') process.stdout.write(RENDERERS[format](history));
  else process.stdout.write(renderHistoryTable(history, terminalOptions(process.stdout, process.env)));
  appendStepSummary(renderHistoryMarkdown(history));
}
