import type { GivenFile } from './given-file.js';
import {
  decodeNpy,
  divideSamples,
  type LayerReport,
  modelInputs,
  type Progress,
  quantize,
  renderRelay,
  samplesOf,
  showQuantized,
  type Tensor,
  tensor,
  UserError,
} from './library.js';
import { type Pixels, planesOf, resized } from './picture.js';
import { loadFiles } from './source.js';

export interface QuantizeRequest {
  /** The float network. */
  readonly network: readonly GivenFile[];
  /** A .npy file of samples, or pictures; each value becomes value * scale + offset. */
  readonly samples: GivenFile | readonly Pixels[];
  readonly scale: number;
  readonly offset: number;
}

export interface QuantizeResult {
  readonly name: string;
  readonly report: string;
  /** What was done to the samples. */
  readonly notes: readonly string[];
  readonly layers: readonly LayerReport[];
  /** NAME.relay and NAME.params. */
  readonly files: readonly GivenFile[];
}

/** Where channels, rows and columns stand in an input of pictures. */
function planesIn(shape: readonly number[]) {
  const last = shape.length === 4 && [1, 3].includes(shape[3]!) && ![1, 3].includes(shape[1]!);
  const [channels, height, width] = last
    ? [shape[3]!, shape[1]!, shape[2]!]
    : [shape[1]!, shape[2]!, shape[3]!];
  return { last, channels, height, width };
}

/** Samples of an input [1, C, H, W] or [1, H, W, C] from pictures: grey where there is one channel, resized where they have another size. Throws a UserError for other shapes. */
export function pictureSamples(
  pictures: readonly Pixels[],
  shape: readonly number[],
  scale: number,
  offset: number,
): Tensor[] {
  const { last, channels, height, width } = planesIn(shape);
  if (shape.length !== 4 || ![1, 3].includes(channels))
    throw new UserError(
      `the input is ${shape.join('x')}; pictures fit inputs of one or three channels. Give a .npy file.`,
    );
  return pictures.map((picture) => {
    const whole = planesOf(picture);
    const fits = picture.width === width && picture.height === height;
    const [r, g, b] = (fits ? whole : resized(whole, width, height)).channels;
    const at = (c: number, y: number, x: number): number => {
      const i = y * width + x;
      const grey = 0.299 * r[i]! + 0.587 * g[i]! + 0.114 * b[i]!;
      return (channels === 1 ? grey : [r, g, b][c]![i]!) * scale + offset;
    };
    const values = new Array<number>(channels * height * width);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          values[last ? (y * width + x) * channels + c : (c * height + y) * width + x] = at(c, y, x);
    return tensor(shape, 'float32', values);
  });
}

/** Says which pictures were resized, and how. */
function resizeNotes(pictures: readonly Pixels[], shape: readonly number[]): string[] {
  const { height, width } = planesIn(shape);
  const others = pictures.filter((p) => p.width !== width || p.height !== height);
  if (others.length === 0) return [];
  return [
    `${others.length} of ${pictures.length} pictures had another size and were resized to ${width}x${height}: the middle part of the input's proportions, scaled with a triangle filter. The network may have been trained on pictures prepared otherwise.`,
  ];
}

/** Quantizes a float network: half of the samples calibrate, half are held aside. */
export async function quantizeFiles(
  { network, samples, scale, offset }: QuantizeRequest,
  onProgress: (progress: Progress) => void,
): Promise<QuantizeResult> {
  const model = loadFiles(network, true);
  const input = modelInputs(model)[0];
  if (input === undefined) throw new UserError(`${model.name} has no input.`);
  const all =
    'bytes' in samples
      ? samplesOf(decodeNpy(samples.bytes, samples.name), samples.name, input.shape, scale, offset)
      : pictureSamples(samples, input.shape, scale, offset);
  if (all.length < 2)
    throw new UserError(`${all.length} samples; must be at least 2: half of them are held aside.`);
  const quantized = await quantize(model, { ...divideSamples(all), onProgress });
  const { text, params } = renderRelay(quantized.model);
  return {
    name: model.name,
    report: showQuantized(quantized),
    notes: 'bytes' in samples ? [] : resizeNotes(samples, input.shape),
    layers: quantized.layers,
    files: [
      { name: `${model.name}.relay`, bytes: new TextEncoder().encode(text) },
      { name: `${model.name}.params`, bytes: params },
    ],
  };
}
