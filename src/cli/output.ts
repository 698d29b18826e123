import { writeFileAtomic } from '../../base/atomic-write.js';
import type { ResultDocument } from '../../results/document.js';

/** Prints the terminal report on stdout, in the terminal's width and with colour where it is one. */
export async function printReport(document: ResultDocument): Promise<void> {
  const { renderTable } = await import('../../reports/table.js');
  const { terminalOptions } = await import('../../reports/terminal/style.js');
  process.stdout.write(renderTable(document, terminalOptions(process.stdout, process.env)));
}

/** Writes the result as JSON, whole or not at all. */
export function writeJson(path: string, document: ResultDocument): void {
  writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`);
}
