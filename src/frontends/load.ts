import { LimitError, UserError } from '../base/errors.js';
import { stem } from '../base/path-name.js';
import { loadRelay, type RelayParameters } from '../relay/load.js';
import { type Format, formatOf } from './format.js';
import type { LoadedModel } from './model.js';
import { importOnnx } from './onnx/importer.js';
import type { ExternalData } from './onnx/tensors.js';
import { importTflite } from './tflite/importer.js';

export type { LoadedModel } from './model.js';

/** A model's file as bytes: an upload, a fetch, or what `diana-sim/node` read from disk. */
export interface ModelFile {
  /** What messages call it; its ending tells the format, and without it names the model. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface LoadOptions {
  /** Relay text: values of its parameters; what has none is an input. */
  readonly params?: RelayParameters;
  /** ONNX: extents of symbolic dimensions by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** ONNX: range of the inputs of an integer network, such as [0, 255]. */
  readonly inputRange?: readonly [number, number];
  /** ONNX: reads tensors that lie in files beside the model; without it such a model is refused. */
  readonly external?: ExternalData;
  /** A quantized network as the float32 network that it approximates, which the quantizer takes (ONNX, TFLite). */
  readonly dequantize?: boolean;
  /** Relay text whose bound constants have no value (`print(mod)`): zeros in their place, to show the text, not to compute. */
  readonly standInConstants?: boolean;
}

/** Larger files are refused: the chip holds 512 KiB. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * The model in a file's bytes, of any supported format (Relay text, ONNX, TFLite). Tensors are labelled, types inferred; `warnings` says
 * what the import cost. Throws a UserError of one line, beginning with the file's name, for a file that is damaged or uses what is not
 * supported.
 *
 * @example
 * const model = loadModel({ name: 'net.onnx', bytes: new Uint8Array(await file.arrayBuffer()) });
 */
export function loadModel(file: ModelFile, options: LoadOptions = {}): LoadedModel {
  const { name, bytes } = file;
  if (bytes.length > MAX_FILE_BYTES)
    throw new LimitError({
      subject: name,
      value: bytes.length,
      unit: 'bytes',
      rule: `at most ${MAX_FILE_BYTES}`,
    });
  const format = formatOf(name, bytes);
  refuseOptions(name, format, options);
  try {
    return importBytes(name, format, bytes, options);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.startsWith(name)) throw error;
    throw new UserError(`${name}: ${error.message}`);
  }
}

/** Refuses options that a file of this format has no use for: a misplaced one would silently do nothing. */
function refuseOptions(name: string, format: Format, options: LoadOptions): void {
  const forOnnx =
    options.dimensions !== undefined ? 'dimensions' : options.inputRange !== undefined ? 'input range' : '';
  if (format !== 'onnx' && forOnnx !== '')
    throw new UserError(`${name}: ${forOnnx} given, but only ONNX files take it.`);
}

const noExternalData: ExternalData = (location) => {
  throw new UserError(`external data ${JSON.stringify(location)} cannot be read beside the model.`);
};

function importBytes(name: string, format: Format, bytes: Uint8Array, options: LoadOptions): LoadedModel {
  switch (format) {
    case 'onnx': {
      const { dimensions, inputRange, external = noExternalData } = options;
      return importOnnx(bytes, {
        name: stem(name),
        external,
        ...(dimensions === undefined ? {} : { dimensions }),
        ...(inputRange === undefined ? {} : { inputRange }),
        dequantize: options.dequantize ?? false,
      });
    }
    case 'tflite':
      return importTflite(bytes, stem(name), options.dequantize ?? false);
    case 'relay':
      return {
        ...loadRelay(bytes, name, options.params, { standInConstants: options.standInConstants ?? false }),
        sourceNames: new Map(),
        warnings: [],
      };
  }
}
