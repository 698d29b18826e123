import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packForNow, unpackForNow } from '../../../sim/core/repack.js';
import { coreLayout, packForCore, unpackFromCore } from '../../../sim/isa/layout.js';
import { runs } from '../../full.js';

const upTo = (max: number) => fc.integer({ min: 1, max });

it('repacks as sim/isa/layout.ts does, by kernels or not', () => {
  let large = 0;
  fc.assert(
    fc.property(upTo(9), upTo(12), upTo(70), fc.integer(), (c, h, w, seed) => {
      const shape = [1, c, h, w];
      // A view into the middle of an array, as a batch's samples are.
      const values = Int8Array.from(
        { length: 5 + c * h * w + 20 },
        (_, i) => Math.imul(seed ^ i, 0x9e3779b1) >> 24,
      );
      const given = values.subarray(5, 5 + c * h * w);
      const packed = packForNow(given, shape).slice();
      expect(Buffer.from(packed).toString('hex')).toBe(
        Buffer.from(packForCore(given, shape)).toString('hex'),
      );
      // What lies in the padding of rows is dropped.
      const { rows, columns, pitch } = coreLayout(shape);
      for (let row = 0; row < c * rows; row++)
        for (let x = columns; x < pitch; x++) packed[(row * pitch + x) ^ 3] = 0x77;
      expect(unpackForNow(packed, shape).slice()).toEqual(unpackFromCore(packed, shape));
      expect(unpackFromCore(packed, shape)).toEqual(given.slice());
      if (packed.length >= 512) large++;
    }),
    { numRuns: runs(2000, 200), seed: 4 },
  );
  expect(large).toBeGreaterThan(50);
});
