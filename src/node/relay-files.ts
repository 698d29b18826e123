import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { UserError } from '../base/errors.js';
import type { Tensor } from '../base/tensor.js';
import type { Model } from '../ir/expr.js';
import { loadRelay, type RelayParameters, renderRelay } from '../relay/load.js';
import { readParams } from '../relay/params-file.js';
import type { ParseOptions } from '../relay/parse.js';
import { writeFolderAtomic } from './atomic-write.js';
import { fileError, readBytes } from './files.js';
import { readNpyFile, readNpzFile } from './npy-file.js';

const beside = (path: string, ending: string): string =>
  join(dirname(path), `${basename(path, extname(path))}${ending}`);

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw fileError('read', path, error);
  }
};

/** The .npy files of a folder that are named after a parameter: "conv1.weights.npy". Other files may lie beside them. */
function readFolder(path: string, wanted: ReadonlySet<string>): Map<string, Tensor> {
  const names = readdirSync(path)
    .filter((f) => f.endsWith('.npy') && wanted.has(f.slice(0, -4)))
    .sort();
  if (names.length === 0)
    throw new UserError(
      `${path} holds no parameter: its .npy files must be named after them, such as ${[...wanted].at(-1) ?? 'weights'}.npy.`,
    );
  return new Map(names.map((f) => [f.slice(0, -4), readNpyFile(join(path, f))]));
}

/**
 * The parameters in TVM's .params file, a .npz archive, or a folder of .npy files. Throws a UserError when `path` cannot be read.
 *
 * @example
 * const model = loadModel({ name: 'net.relay', bytes }, { params: parametersIn('net.npz') });
 */
export const parametersIn = (path: string): RelayParameters => ({
  from: path,
  values: (wanted) => {
    if (isFolder(path)) return readFolder(path, wanted);
    return extname(path) === '.npz' ? readNpzFile(path) : readParams(readBytes(path), path);
  },
});

/** The parameters of the Relay text in `path`: those in `given` or, by default, in the .params or .npz file beside it of the same name. */
export function parametersOf(path: string, given?: string): RelayParameters | undefined {
  const from = given ?? ['.params', '.npz'].map((e) => beside(path, e)).find((p) => existsSync(p));
  return from === undefined ? undefined : parametersIn(from);
}

/** The network in the Relay text file `path`. Throws a UserError of one line; in the text it names line and column. */
export const loadRelayFile = (
  path: string,
  params?: string,
  options: Omit<ParseOptions, 'file'> = {},
): Model => loadRelay(readBytes(path), path, parametersOf(path, params), options);

/**
 * Writes `model` so that `loadModelFile(path)` reads it again: the text to `path` ("out/net.relay") and the parameters to the .params
 * file beside it. Both or neither are written.
 *
 * @example
 * writeModelFiles(quantized.model, 'out/net.relay');
 */
export function writeModelFiles(model: Model, path: string): void {
  const { text, params } = renderRelay(model);
  const files = new Map<string, string | Uint8Array>([
    [basename(path), text],
    [basename(beside(path, '.params')), params],
  ]);
  writeFolderAtomic(dirname(path), files);
}
