import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doublingHighMultiply, expOfNegative, roundingShift } from '../../../sim/host/fixed-point.js';
import { tensor } from '../../../src/base/tensor.js';
import { runOperator } from '../../golden/run-operator.js';
import { run } from './run.js';

const int32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 0),
);

describe('fixed-point steps', () => {
  it.each([
    // a, b, round(a * b / 2^31), halves up
    [2 ** 30, 2 ** 30, 2 ** 29],
    [1, 2 ** 30, 1], // exactly one half
    [-1, 2 ** 30, 0], // minus one half
    [-3, 2 ** 30, -1], // minus one and a half
    [-(2 ** 31), -(2 ** 31), 2 ** 31 - 1], // the one overflow
    [-(2 ** 31), 2 ** 31 - 1, -(2 ** 31) + 1],
  ])('doublingHighMultiply(%i, %i) = %i', (a, b, out) => expect(doublingHighMultiply(a, b)).toBe(out));

  it('doublingHighMultiply is exact for any two int32', () =>
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        fc.pre(a !== -(2 ** 31) || b !== -(2 ** 31));
        const exact = (BigInt(a) * BigInt(b) + 2n ** 30n) >> 31n;
        expect(BigInt(doublingHighMultiply(a, b))).toBe(exact);
      }),
      { numRuns: 2000, seed: 1 },
    ));

  it.each([
    [3, 1, 2],
    [-3, 1, -2], // halves away from zero
    [5, 2, 1],
    [-5, 2, -1],
    [-6, 2, -2],
    [7, 0, 7],
  ])('roundingShift(%i, %i) = %i', (x, exponent, out) => expect(roundingShift(x, exponent)).toBe(out));

  it('the exponential is right to 2^-20 over its whole range', () => {
    for (let x = 0; x > -10; x -= 0.037) {
      const q = Math.round(x * 2 ** 26);
      expect(Math.abs(expOfNegative(q) / 2 ** 31 - Math.exp(q / 2 ** 26))).toBeLessThan(2 ** -20);
    }
  });
});

describe('tflite operators: the host kernels equal the reference, which is written with BigInt', () => {
  it('requantize, one multiplier a channel', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(int32, { minLength: 12, maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.integer({ min: -31, max: 8 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: -128, max: 127 }),
        fc.constantFrom('int8', 'int32'),
        async (data, multipliers, shifts, zero_point, out_dtype) => {
          const args = [
            tensor([2, 3, 2], 'int32', data),
            tensor([3], 'int32', multipliers),
            tensor([3], 'int32', shifts),
          ] as const;
          const attrs = { axis: 1, zero_point, out_dtype };
          const reference = await runOperator('tflite.requantize', args, attrs);
          expect(run('tflite.requantize', args, attrs)).toEqual(reference.values);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('avg_pool2d: halves away from zero, padding not counted', async () => {
    const x = tensor([1, 1, 2, 2], 'int8', [1, 2, -4, -3]);
    const attrs = { pool_size: [2, 2], strides: [1, 1], padding: [1, 0, 0, 1] };
    // windows: (1, 2) = 1.5, (2) = 2, all four = -1, (2, -3) = -0.5
    expect(run('tflite.avg_pool2d', [x], attrs)).toEqual([2, 2, -1, -1]);
    expect((await runOperator('tflite.avg_pool2d', [x], attrs)).values).toEqual([2, 2, -1, -1]);
  });

  it('softmax', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 10, maxLength: 10 }),
        fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
        fc.integer({ min: 18, max: 26 }),
        fc.integer({ min: -255, max: 0 }),
        async (data, multiplier, left_shift, diff_min) => {
          const x = tensor([2, 5], 'int8', data);
          const attrs = {
            multiplier,
            left_shift,
            diff_min: Math.max(diff_min, -Math.floor((31 * 2 ** 26) / 2 ** left_shift)),
          };
          const reference = await runOperator('tflite.softmax', [x], attrs);
          expect(run('tflite.softmax', [x], attrs)).toEqual(reference.values);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});
