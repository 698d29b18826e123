import { dirname } from 'node:path';
import { formatOf } from '../frontends/format.js';
import { type LoadedModel, type LoadOptions, loadModel } from '../frontends/load.js';
import { readBytes } from './files.js';
import { externalDataIn } from './onnx-external-data.js';
import { parametersOf } from './relay-files.js';

export interface FileLoadOptions extends Omit<LoadOptions, 'params' | 'external'> {
  /** Relay text: a `.params` file, an `.npz`, or a folder of `.npy`; by default the .params or .npz file beside it. */
  readonly params?: string;
}

/**
 * Reads a model from a file of any supported format, with the files beside it that it needs. Throws a UserError of one line,
 * beginning with the path, for a file that is damaged or uses what is not supported.
 *
 * @example
 * const model = loadModelFile('net.relay', { params: 'net.params' });
 */
export function loadModelFile(path: string, options: FileLoadOptions = {}): LoadedModel {
  const bytes = readBytes(path);
  const { params, ...rest } = options;
  const relay = formatOf(path, bytes) === 'relay';
  const parameters = relay ? parametersOf(path, params) : undefined;
  return loadModel(
    { name: path, bytes },
    {
      ...rest,
      external: externalDataIn(dirname(path)),
      ...(parameters === undefined ? {} : { params: parameters }),
    },
  );
}
