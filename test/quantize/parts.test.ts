import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { bindParameters } from '../../src/passes/bind.js';
import { embedKernel, evenAxis } from '../../src/quantize/embed.js';
import { equalizingFactors } from '../../src/quantize/equalize.js';
import { bestExponent, fittingExponent, int8At } from '../../src/quantize/exponent.js';
import { findUnits } from '../../src/quantize/units.js';
import { floats } from '../frontends/onnx-writer.js';
import { load } from './networks.js';

const list = (values: readonly number[]) => ({
  length: values.length,
  at: (i: number) => values[i]!,
  largest: Math.max(...values.map(Math.abs)),
});

describe('channel factors', () => {
  // Three layers in a row, of one channel each or two, whose weights ask for factors far beyond the limit.
  const chain = (first: number, second: number) =>
    load({
      opset: 13,
      inputs: { x: [1, 1, 2, 2] },
      outputs: ['y'],
      initializers: {
        a: floats([2, 1, 1, 1], [first, 1]),
        b: floats([2, 2, 1, 1], [second, 0, 0, 1]),
        c: floats([1, 2, 1, 1], [1e6, 1]),
      },
      nodes: [
        { op: 'Conv', inputs: ['x', 'a'], outputs: ['p'] },
        { op: 'Conv', inputs: ['p', 'b'], outputs: ['q'] },
        { op: 'Conv', inputs: ['q', 'c'], outputs: ['y'] },
      ],
    });

  it.each([
    [1e-6, 1],
    [1e6, 1e-6],
    [1e-12, 1e-12],
  ])('stay within 1/16 to 16 in all passes together, for weights of %d and %d', (first, second) => {
    const { body } = bindParameters(chain(first, second));
    const factors = [...equalizingFactors(body, findUnits(body)).values()].flatMap((f) => [...f]);
    expect(factors).toHaveLength(4);
    expect(Math.max(...factors)).toBeLessThanOrEqual(16);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(1 / 16);
    expect(factors).toContain(first < 1 ? 16 : 1 / 16);
  });
});

describe('exponents', () => {
  it.each([
    // real, exponent, integer: nearest, halves up, saturated
    [0.5, -1, 1],
    [0.25, -1, 1],
    [-0.25, -1, 0],
    [63.6, -1, 127],
    [-64.5, -1, -128],
    [1000, 3, 125],
  ])('%d at 2^%i is %i', (real, exponent, integer) => expect(int8At(exponent)(real)).toBe(integer));

  it.each([
    [127, 0],
    [127.5, 1],
    [0.9, -7],
    [254, 1],
    [0, 0],
  ])('%d fits at 2^%i', (largest, exponent) => expect(fittingExponent(largest)).toBe(exponent));

  it('one far value does not cost all others a bit, a tenth of them does', () => {
    const body = Array.from({ length: 1000 }, (_, i) => ((i * 37) % 1000) / 1000);
    expect(bestExponent([list([...body, 1.1])])).toBe(-7); // 1.1 fits only at 2^-6; saturated to 127 / 128
    expect(bestExponent([list([...body, ...new Array<number>(100).fill(1.9)])])).toBe(-6);
  });
});

describe('uneven padding becomes SAME padding of a larger kernel', () => {
  it.each([
    // size kernel stride before after -> side offset skipped outputs
    [32, 3, 2, 0, 1, { side: 5, offset: 2, skipped: 0, outputs: 16 }], // TensorFlow's SAME for a 3x3 of stride 2
    [32, 3, 1, 1, 1, { side: 3, offset: 0, skipped: 0, outputs: 32 }],
    [32, 1, 2, 0, 0, { side: 1, offset: 0, skipped: 0, outputs: 16 }],
    [10, 4, 2, 1, 1, { side: 5, offset: 1, skipped: 0, outputs: 5 }],
    [10, 4, 1, 1, 2, { side: 5, offset: 1, skipped: 0, outputs: 10 }],
    [49, 10, 2, 4, 5, undefined], // no side up to 7 holds ten rows
    [32, 3, 1, 0, 0, { side: 3, offset: 0, skipped: 1, outputs: 32 }], // valid: a border is computed in vain
    [12, 5, 1, 0, 0, { side: 5, offset: 0, skipped: 2, outputs: 12 }],
    [33, 3, 2, 0, 0, { side: 5, offset: 2, skipped: 0, outputs: 17 }], // the last output is cut off
  ])('size %i, kernel %i, stride %i, padding %i and %i', (size, kernel, stride, before, after, expected) =>
    expect(evenAxis(size, kernel, stride, before, after)).toEqual(expected),
  );

  it('the kernel lies where its padding puts it', () => {
    const kernel = tensor([1, 1, 2, 2], 'int8', [1, 2, 3, 4]);
    const out = embedKernel(kernel, { side: 3, offset: 1 }, { side: 3, offset: 0 });
    expect([...out.data]).toEqual([0, 0, 0, 1, 2, 0, 3, 4, 0]);
  });
});
