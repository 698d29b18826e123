import { type Tensor, tensor } from '../../base/tensor.js';
import { constantValue, type Quantization, type TfliteModel, type TfliteTensor } from './schema.js';

/** Types whose values stand for real ones where the tensor has scales. */
const QUANTIZED = new Set(['int8', 'uint8', 'int16', 'int32']);

/** value = (integer - zero point) * scale, with one scale in all or one for each index of its axis. */
export function realValues(t: Tensor, { scales, zeroPoints, axis }: Quantization): Tensor {
  const inner = t.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const at = (list: readonly number[], i: number) =>
    list.length === 1 ? list[0]! : list[Math.floor(i / inner) % list.length]!;
  return tensor(
    t.shape,
    'float32',
    Array.from(t.data, (v, i) => (v - at(zeroPoints, i)) * at(scales, i)),
  );
}

function realTensor(t: TfliteTensor): TfliteTensor {
  if (t.quantization === undefined || !QUANTIZED.has(t.dtype)) return t;
  const { quantization, data, ...rest } = t;
  const real = { ...rest, dtype: 'float32' as const };
  if (data === undefined) return real;
  const { data: values } = realValues(constantValue(t), quantization);
  return { ...real, data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/**
 * A quantized network as the float32 network that it approximates: weights, biases and activations at their real values. For the
 * quantizer, which gives it other scales.
 */
export function dequantizedModel(model: TfliteModel): TfliteModel {
  return { ...model, tensors: model.tensors.map(realTensor) };
}

/** Whether the least value of a tensor's type stands for 0, so that saturation is a ReLU. */
export function startsAtZero(t: TfliteTensor): boolean {
  const zero = t.quantization?.zeroPoints;
  return zero?.length === 1 && zero[0] === { int8: -128, uint8: 0 }[t.dtype as 'int8' | 'uint8'];
}
