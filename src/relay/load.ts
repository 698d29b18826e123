import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { writeFolderAtomic } from '../../base/atomic-write.js';
import { UserError } from '../../base/errors.js';
import { readBytes } from '../../base/files.js';
import type { Model } from '../ir/expr.js';
import { printedNames } from './names.js';
import { readParameters } from './parameters.js';
import { writeParams } from './params-file.js';
import { type ParseOptions, parseRelay } from './parse.js';
import { printModule } from './print.js';

/** A text of more bytes is refused; JavaScript cannot hold much longer strings. */
const MAX_TEXT_BYTES = 2 ** 28;

const stem = (path: string): string => basename(path, extname(path));
const siblingParams = (path: string): string => join(dirname(path), `${stem(path)}.params`);

function readText(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length > MAX_TEXT_BYTES)
    throw new UserError(`${path} has ${bytes.length} bytes; a text may have ${MAX_TEXT_BYTES}.`);
  return new TextDecoder().decode(bytes);
}

/**
 * The network in the file `path` (Relay's text), named after the file. Its parameters come from `params` (a .params file, a
 * .npz archive or a folder of .npy files), by default from the .params file beside it that has the same name; what has no
 * value is an input. Throws a UserError of one line; in the text it names line and column.
 */
export function loadRelay(path: string, params?: string, options: Omit<ParseOptions, 'file'> = {}): Model {
  const main = parseRelay(readText(path), { ...options, file: path });
  const sibling = siblingParams(path);
  const from = params ?? (existsSync(sibling) ? sibling : undefined);
  return { name: stem(path), main, params: from === undefined ? new Map() : readParameters(from, main) };
}

/**
 * Writes `model` so that `loadRelay(path)` reads it again: the text to `path` ("out/net.relay", constants in its metadata
 * section) and the parameters to the .params file beside it. Both or neither are written. A parameter whose name the text
 * cannot hold gets another one in both (src/relay/names.ts).
 */
export function writeModelFiles(model: Model, path: string): void {
  const names = printedNames(model.main);
  const params = new Map([...model.params].map(([name, value]) => [names.get(name) ?? name, value]));
  const files = new Map<string, string | Uint8Array>([
    [basename(path), printModule(model.main, { types: false, metadata: true })],
    [basename(siblingParams(path)), writeParams(params)],
  ]);
  writeFolderAtomic(dirname(path), files);
}
