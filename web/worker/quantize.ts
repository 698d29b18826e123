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
import { loadFiles } from './source.js';

/** A picture's pixels, red green blue alpha, as a canvas gives them. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface QuantizeRequest {
  /** The float network. */
  readonly network: readonly GivenFile[];
  /** A .npy file of samples, or pictures of the input's size; each value becomes value * scale + offset. */
  readonly samples: GivenFile | readonly Pixels[];
  readonly scale: number;
  readonly offset: number;
}

export interface QuantizeResult {
  readonly name: string;
  readonly report: string;
  readonly layers: readonly LayerReport[];
  /** NAME.relay and NAME.params. */
  readonly files: readonly GivenFile[];
}

/** Samples of an input [1, C, H, W] or [1, H, W, C] from pictures: grey where there is one channel. Throws a UserError for other shapes. */
export function pictureSamples(
  pictures: readonly Pixels[],
  shape: readonly number[],
  scale: number,
  offset: number,
): Tensor[] {
  const last = shape.length === 4 && [1, 3].includes(shape[3]!) && ![1, 3].includes(shape[1]!);
  const [channels, height, width] = last
    ? [shape[3]!, shape[1]!, shape[2]!]
    : [shape[1]!, shape[2]!, shape[3]!];
  if (shape.length !== 4 || ![1, 3].includes(channels))
    throw new UserError(
      `the input is ${shape.join('x')}; pictures fit inputs of one or three channels. Give a .npy file.`,
    );
  return pictures.map((p, n) => {
    if (p.width !== width || p.height !== height)
      throw new UserError(`picture ${n + 1} is ${p.width}x${p.height}; must be ${width}x${height}.`);
    const at = (c: number, y: number, x: number): number => {
      const i = 4 * (y * width + x);
      const [r = 0, g = 0, b = 0] = [p.data[i], p.data[i + 1], p.data[i + 2]];
      return (channels === 1 ? 0.299 * r + 0.587 * g + 0.114 * b : [r, g, b][c]!) * scale + offset;
    };
    const values = new Array<number>(channels * height * width);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          values[last ? (y * width + x) * channels + c : (c * height + y) * width + x] = at(c, y, x);
    return tensor(shape, 'float32', values);
  });
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
    layers: quantized.layers,
    files: [
      { name: `${model.name}.relay`, bytes: new TextEncoder().encode(text) },
      { name: `${model.name}.params`, bytes: params },
    ],
  };
}
