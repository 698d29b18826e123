import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRecordedFile, parseRecorded, type RecordedTensor, type TextOrder } from '../../golden/recorded.js';
import { UserError } from '../base/errors.js';
import { fileError, readBytes } from './files.js';

/**
 * The recorded tensors of a folder (golden/recorded.ts); other files are left alone. `order`: of the values of text files.
 * Throws a UserError when there is none, or one cannot be read.
 *
 * @example
 * const { inputs, compare } = recordedVectors(readRecorded('vectors'), model, '0');
 */
export function readRecorded(folder: string, order: TextOrder = 'by-extents'): RecordedTensor[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw fileError('read', folder, error);
  }
  const files = names.filter(isRecordedFile);
  if (files.length === 0)
    throw new UserError(`${folder} holds no recorded tensors: no .npy and no .txt file.`);
  return parseRecorded(
    files.map((name) => {
      const path = join(folder, name);
      return { path, bytes: readBytes(path) };
    }),
    order,
  );
}
