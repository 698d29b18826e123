import type { ConvGeometry } from './convolve.js';

/**
 * A convolution of float32 by definition: each product and each sum rounded to float32, the sum from 0 over input channels,
 * then kernel rows, then kernel columns, zeros of the padding included (they matter to NaN and infinite weights).
 * Returns (n, k, oh, ow).
 */
export function convolveByDefinition(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  g: ConvGeometry,
): Float32Array {
  const out = new Float32Array(g.n * g.k * g.oh * g.ow);
  for (let i = 0, n = 0; n < g.n; n++)
    for (let k = 0; k < g.k; k++)
      for (let oy = 0; oy < g.oh; oy++)
        for (let ox = 0; ox < g.ow; ox++) out[i++] = sumAt(x, w, g, [n, k, oy, ox]);
  return out;
}

function sumAt(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  g: ConvGeometry,
  [n, k, oy, ox]: readonly [number, number, number, number],
): number {
  const own = g.c / g.groups;
  const firstChannel = n * g.c + Math.floor(k / (g.k / g.groups)) * own;
  let sum = 0;
  for (let c = 0; c < own; c++)
    for (let fy = 0; fy < g.kh; fy++) {
      const y = oy * g.strides[0] + fy * g.dilation[0] - g.padding[0];
      const row = ((firstChannel + c) * g.h + y) * g.w;
      const taps = ((k * own + c) * g.kh + fy) * g.kw;
      for (let fx = 0; fx < g.kw; fx++) {
        const at = ox * g.strides[1] + fx * g.dilation[1] - g.padding[1];
        const value = y >= 0 && y < g.h && at >= 0 && at < g.w ? x[row + at]! : 0;
        sum = Math.fround(sum + Math.fround(value * w[taps + fx]!));
      }
    }
  return sum;
}
