import { type Tensor, tensor } from '../base/tensor.js';

/** Sides of the kernels that the core computes [htvm]. */
const SIDES = [1, 3, 5, 7];

export interface Axis {
  /** Side of the larger kernel, and where the given one lies in it. */
  readonly side: number;
  readonly offset: number;
  /** Outputs that come before the wanted ones, and how many come in all. */
  readonly skipped: number;
  readonly outputs: number;
}

/**
 * One axis of a convolution as a "SAME" one of an odd side (padding (side - 1) / 2 before and after): zero weights take the place of
 * uneven padding, as TensorFlow has it for stride 2; where there is less padding (a "VALID" convolution), outputs at the border are
 * computed in vain and cut off. Undefined where no side up to 7 gives the wanted outputs.
 */
export function evenAxis(
  size: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
): Axis | undefined {
  const wanted = Math.floor((size + before + after - kernel) / stride) + 1;
  const found = SIDES.flatMap((side): Axis[] => {
    const padding = (side - 1) / 2;
    const outputs = Math.floor((size + 2 * padding - side) / stride) + 1;
    // Output y + skipped of the larger kernel begins at stride * (y + skipped) - padding, which the offset makes up for.
    return Array.from({ length: side }, (_, skipped) => ({
      side,
      offset: padding - before - stride * skipped,
      skipped,
      outputs,
    })).filter((a) => a.offset >= 0 && a.offset + kernel <= side && outputs >= wanted + a.skipped);
  });
  // The least work: nothing cut off before a larger kernel.
  return found.find((a) => a.outputs === wanted) ?? found[0];
}

/** OIHW weights inside a larger kernel of zeros. */
export function embedKernel(
  weights: Tensor,
  y: Pick<Axis, 'side' | 'offset'>,
  x: Pick<Axis, 'side' | 'offset'>,
): Tensor {
  const [o, i, h, w] = weights.shape as [number, number, number, number];
  const out = tensor([o, i, y.side, x.side], weights.dtype);
  for (let plane = 0; plane < o * i; plane++)
    for (let r = 0; r < h; r++)
      for (let c = 0; c < w; c++)
        out.data[(plane * y.side + r + y.offset) * x.side + c + x.offset] =
          weights.data[(plane * h + r) * w + c]!;
  return out;
}
