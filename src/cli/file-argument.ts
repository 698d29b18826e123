import { statSync } from 'node:fs';
import { extname } from 'node:path';

const isRegularFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/**
 * Whether a word of the command line is meant as a file: it names a path, has an ending, or is a file here and no name of
 * `known`. So a folder (or file) that is called as a built-in model does not hide it.
 */
export const isFileArgument = (word: string, known: (name: string) => boolean): boolean =>
  /[/\\]/.test(word) || extname(word) !== '' || (!known(word) && isRegularFile(word));
