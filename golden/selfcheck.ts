import { UserError } from '../src/base/errors.js';
import { type ConvGeometry, convolveIntegers } from './convolve.js';
import type { Tf } from './tfjs.js';

/** 3x3 on 8x8 with 64 input and 16 output channels: large enough for every shortcut that a library may take. */
const GEOMETRY: ConvGeometry = {
  ...{ n: 1, c: 64, h: 8, w: 8, k: 16, kh: 3, kw: 3, groups: 1, oh: 6, ow: 6 },
  ...{ strides: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] },
};

/**
 * Convolves values near the ends of int8 and compares with the sums in plain arithmetic. Exactness by construction holds for
 * direct and im2col convolutions; a library that transforms the operands first (Winograd) or shortens them (TF32, bfloat16) fails
 * here. For backends that this project's tests cannot run.
 * Throws a UserError when a sum is wrong.
 */
export function requireExactConvolutions(tf: Tf, backend: string): void {
  const g = GEOMETRY;
  const x = Int8Array.from({ length: g.c * g.h * g.w }, (_, i) => (i % 7 === 0 ? -127 : -128));
  const w = Int8Array.from({ length: g.k * g.c * g.kh * g.kw }, (_, i) => (i % 5 === 0 ? 127 : -128));
  const sums = convolveIntegers(tf, x, w, g);
  for (let i = 0; i < sums.length; i++) {
    const [k, oy, ox] = [Math.floor(i / (g.oh * g.ow)), Math.floor(i / g.ow) % g.oh, i % g.ow];
    let expected = 0;
    for (let t = 0; t < g.c * g.kh * g.kw; t++) {
      const [c, fy, fx] = [Math.floor(t / 9), Math.floor(t / 3) % 3, t % 3];
      expected += x[(c * g.h + oy + fy) * g.w + ox + fx]! * w[k * g.c * 9 + t]!;
    }
    if (sums[i] !== expected)
      throw new UserError(
        `reference backend ${backend}: its float32 convolution gives ${sums[i]} where the sum is ${expected}; take another backend.`,
      );
  }
}
