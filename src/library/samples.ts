import { UserError } from '../base/errors.js';
import { elementCount, type Shape, showShape, type Tensor, tensor } from '../base/tensor.js';

/**
 * Samples for a network's only input from a tensor: one on each index of the first axis, or one in all, where it has the input's own
 * shape. Each value becomes value * scale + offset, in float32.
 * Throws a UserError that begins with `path`, the tensor's file, when the extents do not fit.
 *
 * @example
 * const samples = samplesOf(decodeNpy(bytes, 'data.npy'), 'data.npy', [1, 3, 32, 32], 1 / 255);
 */
export function samplesOf(
  { shape, data }: Tensor,
  path: string,
  input: Shape,
  scale = 1,
  offset = 0,
): Tensor[] {
  const size = elementCount(input);
  const essential = (s: Shape) => String(s.filter((d) => d !== 1));
  const whole = essential(shape) === essential(input);
  if (!whole && essential(shape.slice(1)) !== essential(input))
    throw new UserError(
      `${path} is of shape ${showShape(shape)}; must be samples of ${showShape(input)}, one on each index of the first axis.`,
    );
  return Array.from({ length: data.length / size }, (_, s) =>
    tensor(
      input,
      'float32',
      Array.from(data.subarray(s * size, (s + 1) * size), (v) => v * scale + offset),
    ),
  );
}
