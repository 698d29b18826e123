import { integerRange } from '../src/base/dtype.js';
import { UserError } from '../src/base/errors.js';
import { decodeNpy } from '../src/base/npy.js';
import { baseName, ending, stem } from '../src/base/path-name.js';
import { elementCount, type Shape, showShape, type Tensor, tensor } from '../src/base/tensor.js';
import type { TensorType } from '../src/ir/types.js';

/**
 * The order of a text file's values: `height-width-channel`, channels changing fastest; `row-major`, the tensor's own order; or, `by-extents`,
 * the latter where the extents say so and the former otherwise.
 */
export type TextOrder = 'height-width-channel' | 'row-major' | 'by-extents';

/** One tensor of a recorded run. */
export interface RecordedTensor {
  /** What the recording calls it: a .npy file's name without its end, or the name in a text file's first line. */
  readonly name: string;
  readonly path: string;
  /** As the file has it; of a text file the order of the axes is not certain. */
  readonly shape: Shape;
  readonly order: 'row-major' | TextOrder;
  readonly values: ArrayLike<number>;
}

/** Some writers leave out the #, or the name. */
const HEADER = /^#?\s*(.*?)\s*\(shape \[([\d,\s]+)\]\)[,\\\s]*$/;

/**
 * A text file as DORY's examples have them: "# name (shape [a, b, c]),\" (the # and the name may be missing) and one value a line, each followed by ",\".
 * Throws a UserError that names file and line.
 */
export function parseRecordedText(
  text: string,
  path: string,
  order: TextOrder = 'by-extents',
): RecordedTensor {
  const lines = text.split('\n').map((line) => line.replace(/[,\\\s]+$/, ''));
  const header = HEADER.exec(lines[0] ?? '');
  if (header === null)
    throw new UserError(`${path}:1 is ${JSON.stringify(lines[0])}; must be "# name (shape [a, b, c])".`);
  const shape = header[2]!.split(',').map(Number);
  const values: number[] = [];
  lines.forEach((line, i) => {
    if (i === 0 || line === '') return;
    const value = Number(line);
    if (Number.isNaN(value))
      throw new UserError(`${path}:${i + 1} is ${JSON.stringify(line)}; must be a number.`);
    values.push(value);
  });
  if (values.length !== elementCount(shape))
    throw new UserError(
      `${path} holds ${values.length} values; its shape ${showShape(shape)} has ${elementCount(shape)}.`,
    );
  const name = header[1] === '' ? stem(path) : header[1]!;
  return { name, path, shape, order, values };
}

/** "out_layer10.txt" after "out_layer9.txt". */
const inNumberOrder = (a: RecordedFile, b: RecordedFile): number =>
  baseName(a.path).localeCompare(baseName(b.path), 'en', { numeric: true });

/** A file of recorded values. */
export interface RecordedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Whether a folder's file can hold a recorded tensor. */
export const isRecordedFile = (name: string): boolean => ['.txt', '.npy'].includes(ending(name));

/**
 * The recorded tensors in files: input.txt, out_layer0.txt, ... (or any .txt with such a header) and .npy files named by
 * tensor. Inputs first, then by file name, numbers in their order. `order`: of text files. Throws a UserError when one cannot be read.
 *
 * @example
 * const recorded = parseRecorded([{ path: 'out_layer0.txt', bytes }]);
 */
export function parseRecorded(
  files: readonly RecordedFile[],
  order: TextOrder = 'by-extents',
): RecordedTensor[] {
  const recorded = [...files].sort(inNumberOrder).map(({ path, bytes }): RecordedTensor => {
    if (ending(path) === '.txt') return parseRecordedText(new TextDecoder().decode(bytes), path, order);
    const { shape, data } = decodeNpy(bytes, path);
    return { name: stem(path), path, shape, order: 'row-major', values: data };
  });
  const isInput = (r: RecordedTensor): boolean => r.name === 'input';
  return [...recorded.filter(isInput), ...recorded.filter((r) => !isInput(r))];
}

const sorted = (shape: Shape): string => String(shape.filter((d) => d !== 1).sort((a, b) => a - b));

/** Whether the recording can be of a tensor of this shape: the same extents, axes of 1 and (in text) their order aside. */
export const fits = (recorded: RecordedTensor, shape: Shape): boolean =>
  recorded.values.length === elementCount(shape) && sorted(recorded.shape) === sorted(shape);

const withoutOnes = (shape: Shape): string => String(shape.filter((d) => d !== 1));

/** Whether the extents of a recording (axes of 1 aside) say channels first, and do not say channels last as well. */
function isChannelFirst(recorded: RecordedTensor, [, c, h, w]: Shape): boolean {
  const own = withoutOnes(recorded.shape);
  return own === withoutOnes([c!, h!, w!]) && own !== withoutOnes([h!, w!, c!]);
}

/** The recorded values in the row-major order of a tensor of `shape`, which `fits`. A line (1, c, w) is an image of height 1. */
export function valuesInOrder(recorded: RecordedTensor, shape: Shape): Float64Array {
  const values = Float64Array.from(recorded.values);
  const image = shape.length === 3 ? [shape[0]!, shape[1]!, 1, shape[2]!] : shape;
  if (recorded.order === 'row-major' || image.length !== 4) return values;
  if (recorded.order === 'by-extents' && isChannelFirst(recorded, image)) return values;
  const [, c, h, w] = image;
  const plane = h! * w!;
  return values.map((_, i) => {
    const [channel, position] = [Math.floor(i / plane) % c!, i % plane];
    return recorded.values[Math.floor(i / (c! * plane)) * c! * plane + position * c! + channel]!;
  });
}

/** A recorded input as a tensor of `type`. Throws a UserError when shape or values do not fit it. */
export function recordedInput(recorded: RecordedTensor, type: TensorType): Tensor {
  const { shape, dtype } = type;
  if (!fits(recorded, shape))
    throw new UserError(
      `${recorded.path} is of shape ${showShape(recorded.shape)}; the model's input is ${showShape(shape)}.`,
    );
  const values = valuesInOrder(recorded, shape);
  if (dtype !== 'float32') {
    const [low, high] = integerRange(dtype);
    const bad = values.find((v) => !Number.isInteger(v) || v < low || v > high);
    if (bad !== undefined)
      throw new UserError(`${recorded.path} holds ${bad}; the model's input is ${dtype}.`);
  }
  return tensor(shape, dtype, values);
}
