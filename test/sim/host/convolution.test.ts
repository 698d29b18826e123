import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileKernels, moduleSource } from '../../../scripts/kernels/compile.js';
import { HOST_KERNELS_BASE64 } from '../../../sim/host/kernels-module.js';
import type { DType } from '../../../src/base/dtype.js';
import { elementCount, type Shape, type Tensor, tensor } from '../../../src/base/tensor.js';
import { run, runAll, vec } from './run.js';

interface Conv {
  readonly strides: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** The definition, element by element, in exact big integers; the caller wraps. */
function literal(x: Tensor, w: Tensor, a: Conv, shape: Shape): bigint[] {
  const [, c, h, width] = x.shape as [number, number, number, number];
  const [k, ci, fy, fx] = w.shape as [number, number, number, number];
  const out: bigint[] = [];
  for (let n = 0; n < shape[0]!; n++)
    for (let o = 0; o < k; o++)
      for (let y = 0; y < shape[2]!; y++)
        for (let z = 0; z < shape[3]!; z++) {
          let sum = 0n;
          for (let i = 0; i < ci; i++)
            for (let u = 0; u < fy; u++)
              for (let v = 0; v < fx; v++) {
                const row = y * a.strides[0]! + u * a.dilation[0]! - a.padding[0]!;
                const column = z * a.strides[1]! + v * a.dilation[1]! - a.padding[1]!;
                if (row < 0 || row >= h || column < 0 || column >= width) continue;
                const channel = Math.floor(o / (k / a.groups)) * ci + i;
                const at = ((n * c + channel) * h + row) * width + column;
                sum += BigInt(x.data[at]!) * BigInt(w.data[((o * ci + i) * fy + u) * fx + v]!);
              }
          out.push(sum);
        }
  return out;
}

const wrap = (v: bigint, bits: number): number => Number(BigInt.asIntN(bits, v));

const RANGE = { int8: 256, uint8: 256, int16: 65536 };

/** Deterministic values over the whole range of the dtype, or over `limit` values around 0. */
function filled(shape: Shape, dtype: DType, seed: number, limit = RANGE[dtype as 'int8'] ?? 2 ** 32): Tensor {
  let state = seed | 1;
  const values = Array.from({ length: elementCount(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit) - limit / 2;
  });
  return tensor(shape, dtype, values);
}

const geometry = fc
  .record({
    n: fc.integer({ min: 1, max: 2 }),
    groups: fc.integer({ min: 1, max: 3 }),
    ci: fc.integer({ min: 1, max: 4 }),
    kg: fc.integer({ min: 1, max: 6 }),
    size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 28 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    padding: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
    dtype: fc.constantFrom<DType>('int8', 'uint8', 'int16', 'int32'),
    // int32 whose values fit int16 are multiplied as such.
    limits: fc.constantFrom<readonly number[]>(
      [],
      [1000, 1000],
      [65536, 65536],
      [200_000, 1000],
      [1000, 200_000],
    ),
    out: fc.constantFrom<DType>('int8', 'int16', 'int32'),
    seed: fc.integer(),
  })
  .filter(({ size, kernel, dilation, padding }) =>
    [0, 1].every((i) => size[i]! + padding[i]! + padding[i + 2]! > (kernel[i]! - 1) * dilation[i]!),
  );

describe('nn.conv2d on the host', () => {
  it('equals the definition for any geometry and dtype, and counts the sums that wrap', () => {
    let wrappedAnywhere = 0;
    fc.assert(
      fc.property(geometry, (g) => {
        const attrs = { strides: g.strides, padding: g.padding, dilation: g.dilation, groups: g.groups };
        const [few, fewer] = g.dtype === 'int32' ? g.limits : [];
        const x = filled([g.n, g.ci * g.groups, ...g.size], g.dtype, g.seed, few);
        const w = filled([g.kg * g.groups, g.ci, ...g.kernel], g.dtype, g.seed + 1, fewer);
        let wrapped = 0;
        const onOverflow = (n: number) => {
          wrapped += n;
        };
        const [y] = runAll('nn.conv2d', [x, w], { ...attrs, out_dtype: g.out }, { onOverflow });
        const exact = literal(x, w, attrs, y!.shape);
        const bits = { int8: 8, int16: 16 }[g.out as 'int8'] ?? 32;
        expect(Array.from(y!.data)).toEqual(exact.map((v) => wrap(v, bits)));
        expect(wrapped).toBe(exact.filter((v) => BigInt.asIntN(bits, v) !== v).length);
        wrappedAnywhere += wrapped;
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(wrappedAnywhere).toBeGreaterThan(0);
  });

  it('a 2x2 kernel on 2x3, worked out by hand', () => {
    const x = tensor([1, 1, 2, 3], 'int8', [1, 2, 3, 4, 5, 6]);
    const w = tensor([1, 1, 2, 2], 'int8', [1, 10, 100, -1]);
    // Rows 1*a + 10*b + 100*c - d.
    expect(run('nn.conv2d', [x, w], { out_dtype: 'int32' })).toEqual([1 + 20 + 400 - 5, 2 + 30 + 500 - 6]);
    expect(run('nn.conv2d', [x, w])).toEqual([416 - 512, 526 - 512]); // int8 without out_dtype
  });

  it('a depthwise kernel keeps its channel', () => {
    const x = tensor([1, 2, 1, 2], 'int8', [1, 2, 3, 4]);
    const w = tensor([2, 1, 1, 1], 'int8', [10, 100]);
    expect(run('nn.conv2d', [x, w], { groups: 2, out_dtype: 'int32' })).toEqual([10, 20, 300, 400]);
  });

  it('float32 rounds each product and each sum, from the first tap on', () => {
    // 2^24 + 1 rounds to 2^24 (twice); the other order, 1 + 1 + 2^24, would give 2^24 + 2.
    const x = tensor([1, 3, 1, 1], 'float32', [16777216, 1, 1]);
    const w = tensor([1, 3, 1, 1], 'float32', [1, 1, 1]);
    expect(run('nn.conv2d', [x, w])).toEqual([16777216]);
    const product = tensor([1, 2, 1, 1], 'float32', [-50331644, 16777215]);
    // 3 * 16777215 = 50331645 rounds to 50331644 before it is added.
    expect(run('nn.conv2d', [product, tensor([1, 2, 1, 1], 'float32', [1, 3])])).toEqual([0]);
  });

  it('qnn.conv2d takes zero points of 0 and scales, and refuses others', () => {
    const args = (zero: number) => [
      tensor([1, 1, 1, 1], 'int8', [-128]),
      tensor([1, 1, 1, 1], 'int8', [-128]),
      tensor([], 'int32', [zero]),
      tensor([], 'int32', [0]),
      tensor([], 'float32', [1]),
      tensor([], 'float32', [1]),
    ];
    expect(run('qnn.conv2d', args(0), { out_dtype: 'int32' })).toEqual([16384]);
    expect(() => run('qnn.conv2d', args(3), { out_dtype: 'int32' })).toThrow(
      'host operator qnn.conv2d: a zero point is 3; only 0 is supported. Fold it into the bias.',
    );
  });
});

describe('nn.dense on the host', () => {
  it('equals the definition for any size', () => {
    const size = fc.integer({ min: 1, max: 11 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 40 }), fc.integer(), (n, k, c, seed) => {
        const [x, w] = [filled([n, c], 'int8', seed), filled([k, c], 'int8', seed + 1)];
        const want: number[] = [];
        for (let i = 0; i < n; i++)
          for (let o = 0; o < k; o++) {
            let sum = 0;
            for (let j = 0; j < c; j++) sum += x.data[i * c + j]! * w.data[o * c + j]!;
            want.push(sum);
          }
        expect(run('nn.dense', [x, w], { out_dtype: 'int32' })).toEqual(want);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('wraps at 32 bits and says so', () => {
    const counts: number[] = [];
    const [y] = runAll(
      'nn.dense',
      [tensor([1, 2], 'int32', [2147483647, 2147483647]), tensor([2, 2], 'int32', [1, 1, 1, 0])],
      {},
      { onOverflow: (n) => counts.push(n) },
    );
    expect([...y!.data]).toEqual([-2, 2147483647]);
    expect(counts).toEqual([1]);
  });

  it('float32 sums from the first input on', () => {
    const x = tensor([1, 3], 'float32', [16777216, 1, 1]);
    expect(run('nn.dense', [x, tensor([1, 3], 'float32', [1, 1, 1])])).toEqual([16777216]);
  });

  it('refuses a mix of integers and floats', () => {
    expect(() => run('nn.dense', [tensor([1, 1], 'int8'), tensor([1, 1], 'float32')])).toThrow(
      'nn.dense of int8 with float32 weights to int8: must be all float32 or all integers of at most 32 bits.',
    );
    expect(() => run('nn.bias_add', [tensor([1, 1], 'int8'), vec('int32', 1)])).toThrow('must be (1,) int8.');
  });
});

it('the SIMD kernels are what `npm run kernels` makes of their source', async () =>
  expect(moduleSource('sim/host/kernels', await compileKernels('sim/host/kernels'))).toContain(
    `'${HOST_KERNELS_BASE64}'`,
  ));
