import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileKernels, moduleSource } from '../../scripts/kernels/compile.js';
import { elementCount } from '../../src/base/tensor.js';
import { call, variable } from '../../src/ir/build.js';
import { tensorType } from '../../src/ir/types.js';
import { type Batch, newBatch } from '../../src/quantize/batch.js';
import { QUANTIZE_KERNELS_BASE64 } from '../../src/quantize/kernels-module.js';
import { productsOf } from '../../src/quantize/products.js';
import { hasWasmConvolution } from '../../src/quantize/wasm-convolution.js';
import { randomOf } from '../frontends/random.js';

const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
const geometry = fc
  .record({
    groups: fc.constantFrom(1, 1, 2),
    ci: upTo(3, 1),
    rows: upTo(9, 1),
    size: fc.tuple(upTo(9, 1), upTo(9, 1)),
    kernel: fc.tuple(upTo(4, 1), upTo(4, 1)),
    strides: fc.tuple(upTo(3, 1), upTo(3, 1)),
    dilation: fc.tuple(upTo(2, 1), upTo(2, 1)),
    padding: fc.tuple(upTo(2), upTo(2), upTo(2), upTo(2)),
    dtype: fc.constantFrom('int8' as const, 'float32' as const),
    seed: fc.string(),
  })
  .filter(({ size, kernel, dilation, padding }) =>
    [0, 1].every((i) => size[i]! + padding[i]! + padding[i + 2]! > (kernel[i]! - 1) * dilation[i]!),
  );

const allSums = (products: ReturnType<typeof productsOf>, weights: readonly number[], x: Batch): number[] => {
  const out: number[] = [];
  products.each(weights, x, (sums) => out.push(...sums));
  return out;
};

it('convolutions in WebAssembly are those in typed arrays, bit for bit, and of integers exact', () => {
  expect(hasWasmConvolution()).toBe(true);
  fc.assert(
    fc.property(geometry, ({ groups, ci, rows, size, kernel, dtype, seed, ...attrs }) => {
      const shape = [1, groups * ci, ...size];
      const kernels = [groups * rows, ci, ...kernel];
      const product = call(
        'nn.conv2d',
        [variable('x', tensorType(shape, 'float32')), variable('w', tensorType(kernels, 'float32'))],
        { ...attrs, groups, channels: groups * rows, kernel_size: kernel },
      );
      const random = randomOf(seed);
      const numbers = (n: number) =>
        dtype === 'int8' ? random.integers(-128, 127, n) : random.reals(-2, 2, n);
      const weights = numbers(elementCount(kernels));
      const x = newBatch(shape, dtype, 2);
      x.data.set(numbers(x.data.length));
      const typed = allSums(productsOf(product, false), weights, x);
      expect(allSums(productsOf(product, true), weights, x)).toEqual(typed);
      if (dtype === 'int8') expect(typed.every(Number.isInteger)).toBe(true);
    }),
    { numRuns: 200, seed: 1 },
  );
});

it('two products in turn do not disturb each other', () => {
  const product = (k: number) =>
    call(
      'nn.conv2d',
      [
        variable('x', tensorType([1, 2, 5, 5], 'float32')),
        variable('w', tensorType([k, 2, 3, 3], 'float32')),
      ],
      { channels: k, kernel_size: [3, 3], padding: [1, 1, 1, 1] },
    );
  const random = randomOf('in turn');
  const x = newBatch([1, 2, 5, 5], 'float32', 1);
  x.data.set(random.reals(-1, 1, 50));
  const [a, b] = [random.reals(-1, 1, 18 * 4), random.reals(-1, 1, 18 * 5)];
  const inner: number[] = [];
  const outer: number[] = [];
  productsOf(product(4)).each(a, x, (sums) => {
    inner.push(...allSums(productsOf(product(5)), b, x));
    outer.push(...sums);
  });
  expect(inner).toEqual(allSums(productsOf(product(5), false), b, x));
  expect(outer).toEqual(allSums(productsOf(product(4), false), a, x));
});

it('the module is what `npm run kernels` makes of the source', async () =>
  expect(moduleSource('src/quantize/kernels', await compileKernels('src/quantize/kernels'))).toContain(
    `'${QUANTIZE_KERNELS_BASE64}'`,
  ));
