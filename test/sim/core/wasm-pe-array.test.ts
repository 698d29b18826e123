import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernels, moduleSource } from '../../../scripts/kernels/compile.js';
import { instantiate, instantiateAsync } from '../../../sim/core/kernels-instance.js';
import { KERNELS_BASE64 } from '../../../sim/core/kernels-module.js';
import type { ArrayOutput } from '../../../sim/core/pe-array.js';
import { TypedArrayPeArray } from '../../../sim/core/typed-array-pe-array.js';
import { WasmPeArray } from '../../../sim/core/wasm-pe-array.js';
import type { ConvOperation } from '../../../sim/isa/operation.js';
import { runs } from '../../full.js';
import { bytesFrom } from './seeded-bytes.js';

const wasm = new WasmPeArray(instantiate()!);
const reference = new TypedArrayPeArray();

const RUNS = runs(2000, 150);

/** Output bytes, and the positions that wrapped in ascending order. */
const plain = ({ bytes, wrapped }: ArrayOutput) => ({
  bytes: Buffer.from(bytes).toString('hex'),
  wrapped: Array.from(wrapped).sort((a, b) => a - b),
});

/** Convs of any shape but for what `fixed` says. */
const convsWith = (fixed: {
  channels: fc.Arbitrary<number>;
  blocks?: fc.Arbitrary<number>;
  kernel?: fc.Arbitrary<number>;
  stride?: fc.Arbitrary<1 | 2>;
}) =>
  fc
    .record({
      channels: fixed.channels,
      blocks: fixed.blocks ?? fc.integer({ min: 1, max: 3 }),
      lines: fc.integer({ min: 1, max: 3 }),
      rows: fc.integer({ min: 1, max: 8 }),
      kernelWidth: fixed.kernel ?? fc.constantFrom(1, 2, 3, 4, 5, 7),
      kernelHeight: fixed.kernel ?? fc.constantFrom(1, 2, 3, 4, 5, 7),
      columnGroups: fc.integer({ min: 1, max: 3 }),
      stride: fixed.stride ?? fc.constantFrom(1 as const, 2 as const),
      padding: fc.record({
        horizontal: fc.integer({ min: 0, max: 15 }),
        deadColumns: fc.integer({ min: 0, max: 15 }),
        top: fc.integer({ min: 0, max: 15 }),
        bottom: fc.integer({ min: 0, max: 15 }),
      }),
      shift: fc.integer({ min: 0, max: 31 }),
      relu: fc.boolean(),
    })
    .filter((s) => s.rows + s.padding.top + s.padding.bottom >= s.kernelHeight)
    .map(
      (s): ConvOperation => ({
        ...s,
        kind: 'conv',
        weights: 0,
        input: 0,
        output: 0,
        pitch: 16 * s.lines,
        outputRows: Math.floor((s.rows + s.padding.top + s.padding.bottom - s.kernelHeight) / s.stride) + 1,
      }),
    );

const few = fc.integer({ min: 1, max: 7 });

/** Lanes whose weights are cleared: none, all but every fourth (as a depthwise job has it), or some. */
const lanes = fc.oneof(fc.constantFrom(0xffff, 0x1111), fc.integer({ min: 0, max: 0xffff }));

describe('the array in WebAssembly equals the one in typed arrays, bit for bit', () => {
  it.each([
    ['any shape', convsWith({ channels: few }), RUNS, 1000],
    // By Winograd's minimal filtering: even and odd numbers of channels, output rows and columns beyond the input.
    [
      '3x3 with stride 1 of 8 channels and more',
      convsWith({
        channels: fc.integer({ min: 8, max: 21 }),
        kernel: fc.constant(3),
        stride: fc.constant(1 as const),
      }),
      RUNS >> 1,
      500,
    ],
  ])(
    'conv: %s, padding, shift, lanes without weights, biases at the ends of int32',
    (_, convs, numRuns, most) => {
      let wraps = 0;
      fc.assert(
        fc.property(convs, lanes, fc.integer(), fc.constantFrom(0, 0x7f, 0x80), (o, used, seed, top) => {
          const input = bytesFrom(seed, o.channels * o.rows * o.pitch);
          const blockBytes = o.channels * o.kernelHeight * o.kernelWidth * 16 + 64;
          const weights = bytesFrom(seed + 1, o.blocks * blockBytes);
          for (let at = 0; at < weights.length; at++) {
            const inBlock = at % blockBytes;
            // The two most significant byte planes of the biases: near 0, the largest and the smallest int32.
            if (inBlock >= blockBytes - 16) weights[at] = top;
            else if (inBlock >= blockBytes - 32) weights[at] = top === 0x7f ? 0xff : 0;
            else if (inBlock < blockBytes - 64 && ((used >> ((at % 16) ^ 3)) & 1) === 0) weights[at] = 0;
          }
          const expected = plain(reference.conv(o, input, weights));
          expect(plain(wasm.conv(o, input, weights))).toEqual(expected);
          wraps += expected.wrapped.length;
        }),
        { numRuns, seed: 3 },
      );
      expect(wraps).toBeGreaterThan(most);
    },
  );

  it('lane 0 of several convs: planes and weights anywhere, biases at the ends of int32', () => {
    let wraps = 0;
    const one = convsWith({ channels: fc.constant(1), blocks: fc.constant(1) });
    const places = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(one, places, fc.integer(), (o, at, seed) => {
        const sources = {
          input: bytesFrom(seed, 16 * 40 + o.rows * o.pitch),
          inputs: Int32Array.from(at, ([input]) => 16 * input),
          weights: bytesFrom(seed + 1, 4 * 40 + o.kernelHeight * o.kernelWidth * 16 + 64),
          blocks: Int32Array.from(at, ([, block]) => 4 * block),
        };
        // The two most significant bytes of the biases of lane 0: the largest int32.
        for (const block of sources.blocks) {
          const bias = block + o.kernelHeight * o.kernelWidth * 16;
          sources.weights[bias + 32 + 3] = 0xff;
          sources.weights[bias + 48 + 3] = 0x7f;
        }
        const expected = plain(reference.lanes(o, sources));
        expect(plain(wasm.lanes(o, sources))).toEqual(expected);
        wraps += expected.wrapped.length;
        // The reference itself: each plane is the first one of a whole job.
        const plane = o.outputRows * 16 * o.columnGroups;
        const [input, block] = at.at(-1)!;
        const whole = reference.conv(
          o,
          sources.input.subarray(16 * input),
          sources.weights.subarray(4 * block),
        );
        expect(expected.bytes.slice(-2 * plane)).toBe(
          Buffer.from(whole.bytes.subarray(0, plane)).toString('hex'),
        );
      }),
      { numRuns: RUNS >> 1, seed: 6 },
    );
    expect(wraps).toBeGreaterThan(100);
  });

  it('fully connected', () => {
    const shapes = fc.record({
      inputLines: fc.integer({ min: 1, max: 9 }),
      blocks: fc.integer({ min: 1, max: 4 }),
      shift: fc.integer({ min: 0, max: 31 }),
      relu: fc.boolean(),
    });
    let wraps = 0;
    fc.assert(
      fc.property(shapes, fc.integer(), (shape, seed) => {
        const o = { ...shape, kind: 'dense', weights: 0, input: 0, output: 0 } as const;
        const n = 16 * o.inputLines;
        const blockBytes = n * 16 + 256;
        const weights = bytesFrom(seed + 1, o.blocks * blockBytes);
        // Biases near the largest int32: 4 bytes, the first of 16, most significant first.
        for (let block = 0; block < o.blocks; block++)
          for (let lane = 0; lane < 16; lane++)
            weights.set([0x7f, 0xff], block * blockBytes + n * 16 + lane * 16);
        const expected = plain(reference.dense(o, bytesFrom(seed, n), weights));
        expect(plain(wasm.dense(o, bytesFrom(seed, n), weights))).toEqual(expected);
        wraps += expected.wrapped.length;
      }),
      { numRuns: RUNS, seed: 4 },
    );
    expect(wraps).toBeGreaterThan(10);
  });

  it('sum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer(),
        fc.integer({ min: 0, max: 31 }),
        (n, seed, shift) => {
          const [a, b] = [bytesFrom(seed, 16 * n), bytesFrom(seed + 1, 16 * n)];
          expect([...wasm.sum(a, b, shift)]).toEqual([...reference.sum(a, b, shift)]);
        },
      ),
      { numRuns: RUNS, seed: 5 },
    );
  });

  it.each([
    // channels of 1x1: an even and an odd number, the most that the weight memory holds, and sums beyond int32
    [4092, -128, -128],
    [4091, 127, -128],
    [140_000, -128, -128],
    [2049, -128, -128],
  ])('a sum of %i products of %i and %i', (channels, x, w) => {
    const o: ConvOperation = {
      kind: 'conv',
      weights: 0,
      input: 0,
      output: 0,
      channels,
      blocks: 1,
      pitch: 16,
      rows: 1,
      kernelWidth: 1,
      kernelHeight: 1,
      columnGroups: 1,
      outputRows: 1,
      stride: 1,
      padding: { horizontal: 0, deadColumns: 0, top: 0, bottom: 0 },
      shift: 24,
      relu: false,
    };
    const input = new Uint8Array(channels * 16).fill(x);
    const weights = new Uint8Array(channels * 16 + 64).fill(w, 0, channels * 16);
    expect(plain(wasm.conv(o, input, weights))).toEqual(plain(reference.conv(o, input, weights)));
  });
});

describe('the module of kernels', () => {
  it('is what `npm run kernels` makes of the source', async () =>
    expect(moduleSource('sim/core/kernels', await compileKernels('sim/core/kernels'))).toContain(
      `'${KERNELS_BASE64}'`,
    ));

  it('is also there without blocking, for a browser’s main thread', async () => {
    const array = new WasmPeArray((await instantiateAsync())!);
    expect([...array.sum(new Uint8Array(16).fill(3), new Uint8Array(16).fill(4), 1)]).toEqual(
      new Array(16).fill(3),
    );
  });
});
