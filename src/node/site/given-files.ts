import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { IMAGE_FILE, MANIFEST_FILE } from '../../program/files.js';
import { readBytes } from '../files.js';

/** A file that the page fetches. */
export interface ServedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What lies beside a file and belongs to it: a Relay text's parameters. */
function companions(path: string): string[] {
  if (!['.relay', '.txt'].includes(extname(path))) return [];
  const stem = join(dirname(path), basename(path, extname(path)));
  return ['.params', '.npz']
    .map((e) => `${stem}${e}`)
    .filter((f) => existsSync(f))
    .slice(0, 1);
}

/**
 * The files that paths stand for: a Program's folder for its two files, a Relay text with its parameters, everything else as it is. Throws a
 * UserError where one cannot be read.
 */
export function givenFiles(paths: readonly string[]): ServedFile[] {
  const all = paths.flatMap((path) =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory()
      ? [MANIFEST_FILE, IMAGE_FILE].map((f) => join(path, f))
      : [path, ...companions(path)],
  );
  return [...new Set(all)].map((path) => ({ name: basename(path), bytes: readBytes(path) }));
}
