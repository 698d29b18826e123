import { basename, dirname, extname } from 'node:path';
import { LimitError, UserError } from '../base/errors.js';
import { readBytes } from '../base/files.js';
import { loadRelay } from '../relay/load.js';
import { type Format, formatOf } from './file-name.js';
import type { LoadedModel } from './model.js';
import { externalDataIn } from './onnx/external.js';
import { importOnnx } from './onnx/importer.js';
import { importTflite } from './tflite/importer.js';

export { type Format, formatOf, isFileArgument } from './file-name.js';
export type { LoadedModel } from './model.js';

export interface LoadOptions {
  /** Relay text: a `.params` file, an `.npz`, or a folder of `.npy` (src/relay/load.ts). */
  readonly params?: string;
  /** ONNX: extents of symbolic dimensions by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** ONNX: range of the inputs of an integer network, such as [0, 255]. */
  readonly inputRange?: readonly [number, number];
}

/** Larger files are refused: the chip holds 512 KiB. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Reads a model from a file of any supported format. Throws a UserError of one line, beginning with the path, for a file that
 * is damaged or uses what is not supported.
 */
export function loadModelFile(path: string, options: LoadOptions = {}): LoadedModel {
  const bytes = readBytes(path);
  if (bytes.length > MAX_FILE_BYTES)
    throw new LimitError({
      subject: path,
      value: bytes.length,
      unit: 'bytes',
      rule: `at most ${MAX_FILE_BYTES}`,
    });
  const format = formatOf(path, bytes);
  refuseOptions(path, format, options);
  try {
    return importBytes(path, format, bytes, options);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(path)) throw error;
    throw new UserError(`${path}: ${error.message}`);
  }
}

/** Refuses options that a file of this format has no use for: a misplaced one would silently do nothing. */
function refuseOptions(path: string, format: Format, options: LoadOptions): void {
  const forOnnx =
    options.dimensions !== undefined ? 'dimensions' : options.inputRange !== undefined ? 'input range' : '';
  if (format !== 'onnx' && forOnnx !== '')
    throw new UserError(`${path}: ${forOnnx} given, but only ONNX files take it.`);
}

function importBytes(path: string, format: Format, bytes: Uint8Array, options: LoadOptions): LoadedModel {
  const name = basename(path, extname(path));
  switch (format) {
    case 'onnx': {
      const { dimensions, inputRange } = options;
      return importOnnx(bytes, {
        name,
        external: externalDataIn(dirname(path)),
        ...(dimensions === undefined ? {} : { dimensions }),
        ...(inputRange === undefined ? {} : { inputRange }),
      });
    }
    case 'tflite':
      return importTflite(bytes, name);
    case 'relay':
      return { ...loadRelay(path, options.params), sourceNames: new Map(), warnings: [] };
  }
}
