import { type Tensor, tensor } from '../base/tensor.js';

/** Sides of the kernels that the core computes [htvm]. */
const SIDES = [1, 3, 5, 7];

interface Axis {
  /** Side of the larger kernel, and where the given one lies in it. */
  readonly side: number;
  readonly offset: number;
}

/**
 * One axis of a convolution as a "SAME" one of an odd side (padding (side - 1) / 2 before and after): zero weights take the place of
 * uneven padding, as TensorFlow has it for stride 2. Undefined where no side up to 7 gives the same outputs.
 */
export function evenAxis(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
): Axis | undefined {
  const outputs = Math.floor((size + before + after - kernel) / stride) + 1;
  for (const side of SIDES) {
    const padding = (side - 1) / 2;
    const offset = padding - before;
    const same = Math.floor((size + 2 * padding - side) / stride) + 1;
    if (offset >= 0 && offset + kernel <= side && same === outputs) return { side, offset };
  }
  return undefined;
}

/** OIHW weights inside a larger kernel of zeros. */
export function embedKernel(weights: Tensor, y: Axis, x: Axis): Tensor {
  const [o, i, h, w] = weights.shape as [number, number, number, number];
  const out = tensor([o, i, y.side, x.side], weights.dtype);
  for (let plane = 0; plane < o * i; plane++)
    for (let r = 0; r < h; r++)
      for (let c = 0; c < w; c++)
        out.data[(plane * y.side + r + y.offset) * x.side + c + x.offset] =
          weights.data[(plane * h + r) * w + c]!;
  return out;
}
