import { basename, dirname, extname } from 'node:path';
import { LimitError, UserError } from '../../base/errors.js';
import { readBytes } from '../../base/files.js';
import { loadRelay } from '../relay/load.js';
import type { LoadedModel } from './model.js';
import { externalDataIn } from './onnx/external.js';
import { importOnnx } from './onnx/importer.js';
import { importTflite } from './tflite/importer.js';

export type { LoadedModel } from './model.js';

export type Format = 'relay' | 'onnx' | 'tflite';

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

const ENDINGS: Readonly<Record<string, Format>> = {
  '.relay': 'relay',
  '.txt': 'relay',
  '.onnx': 'onnx',
  '.tflite': 'tflite',
};

/** Whether a model's name on the command line is meant as a file. */
export const looksLikeFile = (name: string): boolean =>
  /[/\\]/.test(name) || ENDINGS[extname(name).toLowerCase()] !== undefined;

/** The format of a file: its ending, or its content where the ending says nothing. */
export function formatOf(path: string, bytes: Uint8Array): Format {
  const byEnding = ENDINGS[extname(path).toLowerCase()];
  if (byEnding !== undefined) return byEnding;
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  if (head.slice(4, 8) === 'TFL3') return 'tflite';
  if (/^\s*(#\[version|(\/\/[^\n]*\n\s*)*def\s+@)/.test(head)) return 'relay';
  // ModelProto begins with ir_version: field 1, a varint.
  if (bytes[0] === 0x08) return 'onnx';
  throw new UserError(
    `${path}: neither its ending nor its content says what it is; supported are ${Object.keys(ENDINGS).join(', ')}.`,
  );
}

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
  try {
    return importBytes(path, format, bytes, options);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(path)) throw error;
    throw new UserError(`${path}: ${error.message}`);
  }
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
      return { ...loadRelay(path, options.params), sourceNames: new Map() };
  }
}
