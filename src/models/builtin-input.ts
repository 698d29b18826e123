import { type DType, integerRange } from '../base/dtype.js';
import { type Random, random, type Seed } from '../base/random.js';
import { type Shape, type Tensor, tensor } from '../base/tensor.js';
import { inputsOf, type Model } from '../ir/expr.js';

/** Distances in pixels between the random points of each layer of noise, and the layer's weight. */
const OCTAVES: readonly (readonly [cell: number, weight: number])[] = [
  [16, 4],
  [4, 2],
  [1, 1],
];

/**
 * The inputs of run number `run` of a model: noise that changes slowly over the last two axes, as pictures and spectrograms
 * do. Every plane is a sum of three grids of random points, interpolated linearly, stretched to the whole range of int8
 * (uint8: 0 to 255; floats: -1 to 1). The same model name, seed and run give the same bytes.
 *
 * @example
 * const inputs = builtinInput(buildModel('resnet8'), 0, 1); // of the second run
 */
export const builtinInput = (model: Model, seed: Seed = 0, run = 0): Map<string, Tensor> =>
  builtinInputs(
    model.name,
    inputsOf(model).map(({ name, type }) => ({ name, shape: type.shape, dtype: type.dtype })),
    seed,
    run,
  );

/** `builtinInput` for a model of which only the name and the inputs are known, as of a compiled program. */
export function builtinInputs(
  model: string,
  inputs: readonly { readonly name: string; readonly shape: Shape; readonly dtype: DType }[],
  seed: Seed,
  run: number,
): Map<string, Tensor> {
  return new Map(
    inputs.map(({ name, shape, dtype }) => [
      name,
      smoothTensor(random(seed, model, 'input', name, run), shape, dtype),
    ]),
  );
}

function smoothTensor(rng: Random, shape: Shape, dtype: DType): Tensor {
  const out = tensor(shape, dtype);
  const width = shape.at(-1) ?? 1;
  const height = shape.at(-2) ?? 1;
  const [low, high] = valueRange(dtype);
  for (let start = 0; start < out.data.length; start += width * height) {
    const plane = smoothPlane(rng, width, height);
    stretch(plane, low, high, dtype !== 'float32');
    out.data.set(plane, start);
  }
  return out;
}

/** Wider integers hold int8's values: that is what quantized networks feed them. */
function valueRange(dtype: DType): readonly [number, number] {
  if (dtype === 'float32') return [-1, 1];
  return integerRange(dtype === 'uint8' || dtype === 'bool' ? dtype : 'int8');
}

function smoothPlane(rng: Random, width: number, height: number): Float64Array {
  const plane = new Float64Array(width * height);
  for (const [cell, weight] of OCTAVES) {
    const columns = Math.ceil(width / cell) + 1;
    const rows = Math.ceil(height / cell) + 1;
    const points = rng.fractions(columns * rows);
    for (let i = 0; i < points.length; i++) points[i] = weight * (points[i]! * 2 - 1);
    addGrid(plane, width, points, columns, cell);
  }
  return plane;
}

/** Adds to each pixel the value between the four points of a grid around it. `cell` is the distance of the points in pixels. */
function addGrid(
  plane: Float64Array,
  width: number,
  points: Float64Array,
  columns: number,
  cell: number,
): void {
  // The grid's rows above and below a row of pixels, at the places of its columns.
  let above: Float64Array = new Float64Array(width);
  let below = alongRow(points, 0, cell, width);
  for (let y = 0, i = 0; i < plane.length; y++) {
    if (y % cell === 0) {
      above = below;
      below = alongRow(points, (y / cell + 1) * columns, cell, width);
    }
    const share = (y % cell) / cell;
    for (let x = 0; x < width; x++, i++) plane[i]! += above[x]! + (below[x]! - above[x]!) * share;
  }
}

/** Points `from` on, interpolated at each of `width` pixels. */
function alongRow(points: Float64Array, from: number, cell: number, width: number): Float64Array {
  const row = new Float64Array(width);
  for (let x = 0, at = from; x < width; at++)
    for (let step = 0; step < cell && x < width; step++, x++) {
      const left = points[at]!;
      row[x] = left + (points[at + 1]! - left) * (step / cell);
    }
  return row;
}

/** Maps the plane's smallest value to `low` and its largest to `high`, in place. */
function stretch(plane: Float64Array, low: number, high: number, whole: boolean): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < plane.length; i++) {
    min = Math.min(min, plane[i]!);
    max = Math.max(max, plane[i]!);
  }
  const scale = max > min ? (high - low) / (max - min) : 0;
  for (let i = 0; i < plane.length; i++) {
    const v = low + (plane[i]! - min) * scale;
    plane[i] = whole ? Math.round(v) : v;
  }
}
