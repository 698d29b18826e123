import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fits, placeIntervals } from '../../src/lower/interval-plan.js';

const intervals = fc.array(
  fc.record({
    bytes: fc.integer({ min: 1, max: 200 }),
    from: fc.integer({ min: 0, max: 40 }),
    length: fc.integer({ min: 0, max: 12 }),
  }),
  { maxLength: 30 },
);

it('what lives at the same time never overlaps, offsets are aligned, and `fits` knows the peak', () =>
  fc.assert(
    fc.property(intervals, (list) => {
      const all = list.map((x) => ({ bytes: x.bytes, from: x.from, to: x.from + x.length }));
      const { offsets, peak } = placeIntervals(all, 16);
      all.forEach((a, i) => {
        expect(offsets[i]! % 16).toBe(0);
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(peak);
        all.slice(0, i).forEach((b, j) => {
          const together = a.from <= b.to && b.from <= a.to;
          const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
          expect(!together || apart).toBe(true);
        });
      });
      expect(fits(all, 16, peak)).toBe(true);
      if (all.length > 0) expect(fits(all, 16, peak - 1)).toBe(false);
    }),
    { numRuns: 200, seed: 6 },
  ));

it.each([
  // bytes, from, to of each; offsets; peak
  [
    [
      [32, 0, 1],
      [16, 1, 2],
      [32, 2, 3],
    ] as const,
    [0, 32, 0],
    48,
  ],
  [
    [
      [10, 0, 0],
      [10, 0, 0],
    ] as const,
    [0, 16],
    26,
  ],
  [
    [
      [64, 0, 9],
      [16, 3, 3],
      [16, 5, 5],
    ] as const,
    [0, 64, 64],
    80,
  ],
])('%j lie at %j', (list, offsets, peak) =>
  expect(
    placeIntervals(
      list.map(([bytes, from, to]) => ({ bytes, from, to })),
      16,
    ),
  ).toEqual({ offsets, peak }),
);
