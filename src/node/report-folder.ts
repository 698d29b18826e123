import { reportFiles } from '../../reports/files.js';
import type { ResultDocument } from '../results/document.js';
import { writeFolderAtomic } from './atomic-write.js';

/**
 * Writes the report of a result in every format, charts included, into a folder: all files or none. Throws a UserError.
 *
 * @example
 * writeReport('report', await verify(model));
 */
export const writeReport = (folder: string, document: ResultDocument): void =>
  writeFolderAtomic(folder, reportFiles(document));
