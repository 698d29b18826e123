import type { GivenFile } from './given-file.js';
import {
  baseName,
  buildModel,
  type ExternalData,
  type LoadedModel,
  loadModel,
  type Model,
  type Program,
  parseProgram,
  type ResultDocument,
  readResult,
  UserError,
} from './library.js';
import { parametersFrom } from './parameters.js';

/** Where a network or a result comes from. */
export type Source =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'files'; readonly files: readonly GivenFile[] };

/** What a source holds: a model to compile, a Program to run, or a result to look at. */
export type Loaded =
  | { readonly kind: 'model'; readonly model: Model; readonly warnings: readonly string[] }
  | { readonly kind: 'program'; readonly program: Program }
  | { readonly kind: 'result'; readonly document: ResultDocument };

const textOf = (file: GivenFile): string => new TextDecoder().decode(file.bytes);
const ending = (file: GivenFile): string => /\.[^.]*$/.exec(file.name)?.[0]?.toLowerCase() ?? '';

const MODEL_ENDINGS = ['.tflite', '.onnx', '.relay', '.txt'];

/** The one file that is the model: by its ending, or the only one that there is. Throws a UserError where there are several or none. */
function modelFile(files: readonly GivenFile[]): GivenFile {
  const found = files.filter((f) => MODEL_ENDINGS.includes(ending(f)));
  if (found.length === 1) return found[0]!;
  if (found.length === 0 && files.length === 1) return files[0]!;
  throw new UserError(
    `${files.map((f) => f.name).join(', ')}: ${found.length === 0 ? 'no file' : `${found.length} files`} that could be the network; give one .tflite, .onnx or .relay file, with what belongs to it.`,
  );
}

/** Tensors that an ONNX file keeps in files beside it: those that were given together with it. */
const externalFrom =
  (files: readonly GivenFile[]): ExternalData =>
  (location, offset, length) => {
    const found = files.find((f) => baseName(f.name) === baseName(location));
    if (found === undefined)
      throw new UserError(
        `its tensors lie in ${JSON.stringify(location)}, which was not given; choose both files together.`,
      );
    return found.bytes.subarray(offset, length === undefined ? undefined : offset + length);
  };

/** The network in files; `dequantize` reads a quantized one as the float network it approximates. */
export function loadFiles(files: readonly GivenFile[], dequantize = false): LoadedModel {
  const file = modelFile(files);
  const rest = files.filter((f) => f !== file);
  const params = rest.filter((f) => ['.params', '.npz', '.npy'].includes(ending(f)));
  return loadModel(
    { name: baseName(file.name), bytes: file.bytes },
    {
      dequantize,
      external: externalFrom(rest),
      ...(params.length === 0 || ending(file) === '.onnx' || ending(file) === '.tflite'
        ? {}
        : { params: parametersFrom(params) }),
    },
  );
}

/** What a source holds. Throws a UserError of one line for files that are damaged or that belong to nothing. */
export function load(source: Source): Loaded {
  if (source.kind === 'builtin') return { kind: 'model', model: buildModel(source.name), warnings: [] };
  const { files } = source;
  if (files.length === 0) throw new UserError('no file was given.');
  const manifest = files.find((f) => baseName(f.name) === 'program.json');
  if (manifest !== undefined) {
    const image = files.find((f) => baseName(f.name) === 'image.bin');
    if (image === undefined)
      throw new UserError('program.json needs image.bin beside it; choose both, or drop the folder.');
    return {
      kind: 'program',
      program: parseProgram({
        manifest: { name: manifest.name, text: textOf(manifest) },
        image: { name: image.name, bytes: image.bytes },
      }),
    };
  }
  const [json] = files;
  if (files.length === 1 && json !== undefined && ending(json) === '.json')
    return { kind: 'result', document: readResult(textOf(json), json.name) };
  const model = loadFiles(files);
  return { kind: 'model', model, warnings: model.warnings };
}
