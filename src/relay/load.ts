import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { writeFolderAtomic } from '../base/atomic-write.js';
import { UserError } from '../base/errors.js';
import { readBytes } from '../base/files.js';
import type { Model } from '../ir/expr.js';
import { printedNames } from './names.js';
import { readParameters } from './parameters.js';
import { writeParams } from './params-file.js';
import { type ParseOptions, parseRelay } from './parse.js';
import { printModule } from './print.js';

/** A text of more bytes is refused; JavaScript cannot hold much longer strings. */
const MAX_TEXT_BYTES = 2 ** 28;

const stem = (path: string): string => basename(path, extname(path));
const beside = (path: string, ending: string): string => join(dirname(path), `${stem(path)}${ending}`);

function readText(path: string): string {
  const bytes = readBytes(path);
  if (bytes.length > MAX_TEXT_BYTES)
    throw new UserError(`${path} has ${bytes.length} bytes; a text may have ${MAX_TEXT_BYTES}.`);
  return new TextDecoder().decode(bytes);
}

/**
 * The network that `text`, the content of the file `path`, describes; named after the file. Its parameters come from `params`
 * (a .params file, a .npz archive or a folder of .npy files), by default from the .params or .npz file beside `path` that has
 * the same name; what has no value is an input. Throws a UserError of one line; in the text it names line and column.
 */
export function relayModel(
  text: string,
  path: string,
  params?: string,
  options: Omit<ParseOptions, 'file'> = {},
): Model {
  const main = parseRelay(text, { ...options, file: path });
  const from = params ?? ['.params', '.npz'].map((ending) => beside(path, ending)).find((p) => existsSync(p));
  return { name: stem(path), main, params: from === undefined ? new Map() : readParameters(from, main) };
}

/** The network in the file `path`: `relayModel` of its content. */
export const loadRelay = (path: string, params?: string, options: Omit<ParseOptions, 'file'> = {}): Model =>
  relayModel(readText(path), path, params, options);

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
    [basename(beside(path, '.params')), writeParams(params)],
  ]);
  writeFolderAtomic(dirname(path), files);
}
