import { allocate, type DType, type TypedArray } from '../base/dtype.js';
import { elementCount, type Shape, type Tensor } from '../base/tensor.js';

/** A tensor's values for several samples, one sample after another. `shape` and `dtype` are those of one sample. */
export interface Batch {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly count: number;
  readonly data: TypedArray;
}

/** A zeroed batch. */
export const newBatch = (shape: Shape, dtype: DType, count: number): Batch => ({
  shape,
  dtype,
  count,
  data: allocate(dtype, count * elementCount(shape)),
});

/** Samples of one shape and dtype as a batch. */
export function batchOf(samples: readonly Tensor[]): Batch {
  const { shape, dtype } = samples[0]!;
  const out = newBatch(shape, dtype, samples.length);
  const size = elementCount(shape);
  samples.forEach((s, i) => {
    out.data.set(s.data, i * size);
  });
  return out;
}

/** Sample `i`, a view of the batch's own memory. */
export function sampleOf(b: Batch, i: number): Tensor {
  const size = elementCount(b.shape);
  return { shape: b.shape, dtype: b.dtype, data: b.data.subarray(i * size, (i + 1) * size) };
}

/** `most` samples at even distances, or all where there are no more. */
export function thinned(b: Batch, most: number): Batch {
  if (b.count <= most) return b;
  return batchOf(Array.from({ length: most }, (_, i) => sampleOf(b, Math.floor((i * b.count) / most))));
}

const largestOf = new WeakMap<Batch, Float64Array>();

/** The largest magnitude of each channel, of all samples; computed once a batch, whose values must not change any more. */
export function channelMaxima(b: Batch): Float64Array {
  const known = largestOf.get(b);
  if (known !== undefined) return known;
  const { channels, inner } = channelsOf(b.shape);
  const out = new Float64Array(channels);
  const { data } = b;
  for (let i = 0; i < data.length; ) {
    const c = (i / inner) % channels;
    let most = out[c]!;
    for (const end = i + inner; i < end; i++) {
      const v = Math.abs(data[i]!);
      if (v > most) most = v;
    }
    out[c] = most;
  }
  largestOf.set(b, out);
  return out;
}

/** The values of axis 1's channel of each element: elements that follow each other in one channel, and channels. */
export function channelsOf(shape: Shape): { readonly channels: number; readonly inner: number } {
  return { channels: shape[1] ?? 1, inner: elementCount(shape.slice(2)) };
}
