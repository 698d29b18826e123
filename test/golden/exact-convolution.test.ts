import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../golden/backend.js';
import { type ConvGeometry, convolveFloats, convolveIntegers } from '../../golden/convolve.js';

const BACKENDS = ['wasm', 'cpu'] as const;

/** The convolution as the sum it is, in BigInt: the judge of every claim of exactness here. */
function inBigInt(x: ArrayLike<number>, w: ArrayLike<number>, g: ConvGeometry): number[] {
  const out: number[] = [];
  const own = g.c / g.groups;
  for (let n = 0; n < g.n; n++)
    for (let k = 0; k < g.k; k++)
      for (let oy = 0; oy < g.oh; oy++)
        for (let ox = 0; ox < g.ow; ox++) {
          let sum = 0n;
          for (let c = 0; c < own; c++)
            for (let fy = 0; fy < g.kh; fy++)
              for (let fx = 0; fx < g.kw; fx++) {
                const y = oy * g.strides[0] + fy * g.dilation[0] - g.padding[0];
                const col = ox * g.strides[1] + fx * g.dilation[1] - g.padding[1];
                if (y < 0 || y >= g.h || col < 0 || col >= g.w) continue;
                const channel = Math.floor(k / (g.k / g.groups)) * own + c;
                const value = x[((n * g.c + channel) * g.h + y) * g.w + col]!;
                sum += BigInt(value) * BigInt(w[((k * own + c) * g.kh + fy) * g.kw + fx]!);
              }
          out.push(Number(sum));
        }
  return out;
}

function geometry(part: Partial<ConvGeometry>): ConvGeometry {
  const g = {
    ...{ n: 1, c: 1, h: 1, w: 1, k: 1, kh: 1, kw: 1, groups: 1 },
    ...{ strides: [1, 1] as const, dilation: [1, 1] as const, padding: [0, 0, 0, 0] as const },
    ...part,
  };
  const out = (size: number, pad: number, kernel: number, stride: number, dilation: number) =>
    Math.floor((size + pad - (kernel - 1) * dilation - 1) / stride) + 1;
  return {
    ...g,
    oh: out(g.h, g.padding[0] + g.padding[2], g.kh, g.strides[0], g.dilation[0]),
    ow: out(g.w, g.padding[1] + g.padding[3], g.kw, g.strides[1], g.dilation[1]),
  };
}

const inputs = (g: ConvGeometry) => g.n * g.c * g.h * g.w;
const weights = (g: ConvGeometry) => (g.k * g.c * g.kh * g.kw) / g.groups;

describe.each(BACKENDS)('%s: sums are exact', (name) => {
  it.each([
    // 128 * 3 * 3 = 1152 taps: the sum, 1152 * 2^14 = 18,874,368, passes 2^24 = 16,777,216
    ['1152 taps of -128 * -128', { c: 128, k: 2, h: 3, w: 3, kh: 3, kw: 3 }, -128, -128, 18_874_368],
    // one less in every product, so that the sum is odd in its low bits: 1152 * 127 * 127
    ['1152 taps of 127 * 127', { c: 128, k: 2, h: 3, w: 3, kh: 3, kw: 3 }, 127, 127, 18_580_608],
    ['7x7x512 taps of 127 * -128', { c: 512, h: 7, w: 7, kh: 7, kw: 7 }, 127, -128, -407_830_528],
    // one channel alone passes 2^24: 33 * 33 * 2^14 = 17,842,176
    ['33x33 taps of one channel', { h: 33, w: 33, kh: 33, kw: 33 }, -128, -128, 17_842_176],
    ['int32 by int8: wider than float32', { c: 2 }, 2147483647, -127, -545_460_846_338],
    ['int16 by int16', { c: 3, kh: 3, kw: 3, h: 3, w: 3 }, -32768, 32767, -28_990_144_512],
  ] as const)('%s', async (_, part, x, w, sum) => {
    const { tf, activate } = await openBackend(name);
    activate();
    const g = geometry(part);
    const out = convolveIntegers(
      tf,
      new Int32Array(inputs(g)).fill(x),
      new Int32Array(weights(g)).fill(w),
      g,
    );
    expect([...out]).toEqual(Array(out.length).fill(sum));
  });

  it('where a plain float32 conv is wrong: 1152 extreme taps that end in odd sums', async () => {
    const { tf, activate } = await openBackend(name);
    activate();
    const g = geometry({ c: 128, k: 4, h: 6, w: 6, kh: 3, kw: 3 });
    const x = Int8Array.from({ length: inputs(g) }, (_, i) => (i % 7 === 0 ? -127 : -128));
    const w = Int8Array.from({ length: weights(g) }, (_, i) => (i % 5 === 0 ? -127 : -128));
    const expected = inBigInt(x, w, g);
    // In one piece, tfjs rounds: this is what the split is for.
    const inOnePiece = convolveFloats(tf, x, w, g);
    expect(expected.filter((sum, i) => sum !== inOnePiece[i]).length).toBeGreaterThan(expected.length / 4);
    expect([...convolveIntegers(tf, x, w, g)]).toEqual(expected);
  });

  it('groups whose inputs differ in magnitude: each has its own bound', async () => {
    const { tf, activate } = await openBackend(name);
    activate();
    const g = geometry({ c: 256, k: 4, groups: 2, h: 3, w: 3, kh: 3, kw: 3 });
    // The first group's inputs are 1; the second's are extreme and end in odd sums beyond 2^24.
    const x = Int8Array.from({ length: inputs(g) }, (_, i) => (i < 1152 ? 1 : i % 7 === 0 ? -127 : -128));
    const w = Int8Array.from({ length: weights(g) }, (_, i) => (i % 5 === 0 ? -127 : -128));
    const expected = inBigInt(x, w, g);
    expect(expected.slice(2).every((sum) => sum > 2 ** 24)).toBe(true);
    expect(expected.slice(2).some((sum) => sum % 2 !== 0)).toBe(true);
    expect([...convolveIntegers(tf, x, w, g)]).toEqual(expected);
  });

  it('random shapes, groups, strides, dilations and paddings, values at the ends of their dtype', async () => {
    const { tf, activate } = await openBackend(name);
    activate();
    const side = fc.integer({ min: 1, max: 3 });
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 2 }),
      groups: side,
      own: fc.integer({ min: 1, max: 20 }),
      multiplier: side,
      kernel: fc.tuple(side, side),
      strides: fc.tuple(side, side),
      dilation: fc.tuple(side, side),
      padding: fc.tuple(side, side, side, side),
      extra: fc.tuple(side, side),
      bits: fc.constantFrom([8, 8], [8, 16], [16, 16], [32, 8]),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, (s) => {
        const g = geometry({
          ...{ n: s.n, c: s.groups * s.own, k: s.groups * s.multiplier, groups: s.groups },
          ...{
            kh: s.kernel[0],
            kw: s.kernel[1],
            strides: s.strides,
            dilation: s.dilation,
            padding: s.padding,
          },
          h: (s.kernel[0] - 1) * s.dilation[0] + s.extra[0],
          w: (s.kernel[1] - 1) * s.dilation[1] + s.extra[1],
        });
        let state = s.seed >>> 0;
        const next = (bits: number): number => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          const low = -(2 ** (bits - 1));
          const choices = [low, low + 1, -low - 1, low + (state % 2 ** bits), 0];
          return choices[(state >>> 24) % choices.length]!;
        };
        const x = Int32Array.from({ length: inputs(g) }, () => next(s.bits[0]!));
        const w = Int32Array.from({ length: weights(g) }, () => next(s.bits[1]!));
        expect([...convolveIntegers(tf, x, w, g)]).toEqual(inBigInt(x, w, g));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('refuses sums that float64 could not hold', async () => {
    const { tf } = await openBackend(name);
    const big = Int32Array.of(-2147483648);
    expect(() => convolveIntegers(tf, big, big, geometry({}))).toThrow(
      'the reference of a convolution: its largest possible sum is 4611686018427388000; must be at most 2^50.',
    );
  });
});
