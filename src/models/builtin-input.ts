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
  const layers = OCTAVES.map(([cell, weight]) => new Noise(width, height, cell, weight));
  const plane = new Float64Array(width * height);
  for (let start = 0; start < out.data.length; start += plane.length) {
    for (const layer of layers) layer.draw(rng);
    smooth(layers, plane, width);
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

/** The sum of all layers, the first one first. */
function smooth(layers: readonly Noise[], plane: Float64Array, width: number): void {
  plane.fill(0);
  for (const layer of layers)
    for (let y = 0, to = 0; to < plane.length; y++, to += width) {
      const from = layer.moveTo(y);
      addRow(layer.values, from, plane, to, width);
    }
}

function addRow(values: Float64Array, from: number, sums: Float64Array, to: number, n: number): void {
  for (let x = 0; x < n; x++) sums[to + x]! += values[from + x]!;
}

/** One layer of noise: random points on a grid, `cell` pixels apart; between them values are interpolated. */
class Noise {
  /** What `moveTo` says where to look in. */
  readonly values: Float64Array;
  readonly #points: Float64Array;
  readonly #columns: number;
  readonly #cell: number;
  readonly #weight: number;
  /** The grid's rows above and below a row of pixels, at the places of its columns. */
  #above: Float64Array;
  #below: Float64Array;

  constructor(width: number, height: number, cell: number, weight: number) {
    this.#cell = cell;
    this.#weight = weight;
    this.#columns = Math.ceil(width / cell) + 1;
    this.#points = new Float64Array(this.#columns * (Math.ceil(height / cell) + 1));
    this.values = cell === 1 ? this.#points : new Float64Array(width);
    this.#above = new Float64Array(width);
    this.#below = new Float64Array(width);
  }

  /** Draws all points anew. */
  draw(rng: Random): void {
    const [points, weight] = [this.#points, this.#weight];
    rng.fill(points);
    for (let i = 0; i < points.length; i++) points[i] = weight * (points[i]! * 2 - 1);
  }

  /** Makes the layer at row `y` of pixels and returns where in `values` it begins. Rows are visited one after the other, from 0 on. */
  moveTo(y: number): number {
    const cell = this.#cell;
    // A point for each pixel: nothing lies between them.
    if (cell === 1) return y * this.#columns;
    if (y === 0) this.#interpolate(0);
    if (y % cell === 0) {
      [this.#above, this.#below] = [this.#below, this.#above];
      this.#interpolate(y / cell + 1);
    }
    const share = (y % cell) / cell;
    const [above, below, row] = [this.#above, this.#below, this.values];
    for (let x = 0; x < row.length; x++) row[x] = above[x]! + (below[x]! - above[x]!) * share;
    return 0;
  }

  /** Row `r` of the grid at the places of all columns, as the row below. */
  #interpolate(r: number): void {
    const [row, points, cell] = [this.#below, this.#points, this.#cell];
    for (let x = 0, at = r * this.#columns; x < row.length; at++) {
      const left = points[at]!;
      const step = points[at + 1]! - left;
      for (let i = 0; i < cell && x < row.length; i++, x++) row[x] = left + step * (i / cell);
    }
  }
}

/** Maps the plane's smallest value to `low` and its largest to `high`, in place. */
function stretch(plane: Float64Array, low: number, high: number, whole: boolean): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < plane.length; i++) {
    const v = plane[i]!;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const scale = max > min ? (high - low) / (max - min) : 0;
  for (let i = 0; i < plane.length; i++) {
    const v = low + (plane[i]! - min) * scale;
    // Halves up, as Math.round, whose branch processors cannot foresee here: three times as long.
    plane[i] = whole ? Math.floor(v + 0.5) : v;
  }
}
