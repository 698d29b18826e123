import { isExploration } from '../../../reports/explore/read.js';
import { chartFiles, drawCharts, reportFiles } from '../../../reports/files.js';
import { parseFormat, render } from '../../../reports/formats.js';
import { mergeResults } from '../../../reports/merge.js';
import { readResult } from '../../../reports/read.js';
import { renderTable } from '../../../reports/table.js';
import { terminalOptions } from '../../../reports/terminal/style.js';
import { UserError } from '../../base/errors.js';
import { allEqual } from '../../library/result-document.js';
import { writeFileAtomic, writeFolderAtomic } from '../../node/atomic-write.js';
import { readText } from '../../node/files.js';
import type { ResultDocument } from '../../results/document.js';
import { printReport, writeJson } from '../output.js';
import { mergeExplorationFiles } from './explore.js';

/** Reads a result file; throws a UserError of one line for anything else. */
export const loadResult = (path: string): ResultDocument => readResult(readText(path), path);

export interface ReportArguments {
  readonly result: string;
  readonly format: string;
  readonly output: string | undefined;
}

/** The command `report`: one format of a stored result, on stdout or in a file; pictures and `all` in a folder. */
export function report({ result, format: name, output }: ReportArguments): void {
  const format = parseFormat(name);
  const document = loadResult(result);
  if (format === 'png' || format === 'all') {
    if (output === undefined)
      throw new UserError(`--format ${format} makes several files; name a folder for them with -o.`);
    writeFolderAtomic(output, format === 'png' ? chartFiles(document) : reportFiles(document));
    return;
  }
  if (output !== undefined) writeFileAtomic(output, render(document, format, drawCharts));
  else if (format === 'table')
    process.stdout.write(renderTable(document, terminalOptions(process.stdout, process.env)));
  else process.stdout.write(render(document, format, drawCharts));
}

/** The command `merge`: joins the results of shards, or their explorations; exit status 1 where one of them differs. */
export async function merge(paths: readonly string[], output: string): Promise<number> {
  if (paths.some((path) => isExploration(readText(path), path))) {
    mergeExplorationFiles(paths, output);
    return 0;
  }
  const document = mergeResults(paths.map((name) => ({ name, doc: loadResult(name) })));
  await writeJson(output, document);
  await printReport(document);
  return allEqual(document) ? 0 : 1;
}
