import fc from 'fast-check';
import seedrandom from 'seedrandom';
import { expect, it } from 'vitest';
import { Arc4 } from '../../src/base/arc4.js';

it('gives what seedrandom gives, for every seed', () =>
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 250, maxLength: 600 })),
      (seed) => {
        const [ours, theirs, numbers] = [new Arc4(seed), seedrandom(seed), new Float64Array(300)];
        ours.fill(numbers);
        expect(numbers).toEqual(numbers.map(() => theirs.int32() >>> 0));
      },
    ),
  ));
