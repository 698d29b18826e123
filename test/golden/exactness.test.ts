import { describe, expect, it } from 'vitest';
import {
  contributionBounds,
  EXACT_LIMIT,
  exactRanges,
  largestSum,
  maxMagnitude,
  splitInHalves,
} from '../../golden/exactness.js';

const LIMIT = 16_777_216; // 2^24

it('float32 holds every integer up to 2^24', () => {
  expect(EXACT_LIMIT).toBe(LIMIT);
  expect([Math.fround(LIMIT), Math.fround(LIMIT + 1)]).toEqual([LIMIT, LIMIT]);
});

it.each([
  [[], 0, 0, 0],
  [[3, -7, 5], 0, 3, 7],
  [[3, -7, 5], 0, 1, 3],
  [[3, -7, 5], 2, 3, 5],
])('the largest magnitude of %j from %i to %i is %i', (values, from, to, most) =>
  expect(maxMagnitude(values, from, to)).toBe(most),
);

describe('bounds of the contributions of input channels', () => {
  it('max |x| of the channel times the sum of |w| over the taps', () =>
    // 2 outputs, 2 channels, 2 taps
    expect([...contributionBounds([1, -2, 3, 4, 5, 6, -7, 8], [2, 2, 2], [10, 100])]).toEqual([
      30, 700, 110, 1500,
    ]));

  it('in groups each output has channels of its own', () =>
    // 4 outputs, 1 channel each of 2 groups, 1 tap
    expect([...contributionBounds([1, 2, 3, 4], [4, 1, 1], [10, 100])]).toEqual([10, 20, 300, 400]));

  it('groups of several channels', () =>
    // 2 outputs, 2 channels each of 2 groups, 1 tap
    expect([...contributionBounds([1, 2, 3, 4], [2, 2, 1], [10, 100, 1000, 10_000])]).toEqual([
      10, 200, 3000, 40_000,
    ]));

  it('the largest sum is that of one output', () =>
    expect([largestSum(Float64Array.of(1, 2, 30, 4, 5, 6), 2), largestSum(Float64Array.of(9, 2), 1)]).toEqual(
      [34, 9],
    ));
});

describe('ranges of channels that are exact together', () => {
  const half = LIMIT / 2;
  it.each([
    ['all, up to the limit itself', [half, half], 2, [[0, 2]]],
    [
      'one more is too much',
      [half, half, 1],
      3,
      [
        [0, 2],
        [2, 3],
      ],
    ],
    [
      'each for itself',
      [LIMIT, LIMIT, LIMIT],
      3,
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    ],
    [
      'the output with the larger sums decides',
      [1, 1, 1, half, half, half],
      3,
      [
        [0, 2],
        [2, 3],
      ],
    ],
    [
      'a range starts with the channel that did not fit',
      [LIMIT, half, half, half],
      4,
      [
        [0, 1],
        [1, 3],
        [3, 4],
      ],
    ],
  ] as const)('%s', (_, bounds, channels, ranges) =>
    expect(exactRanges(Float64Array.from(bounds), channels)?.map((r) => [r.from, r.to])).toEqual(ranges),
  );

  it('none where one channel alone passes the limit', () =>
    expect(exactRanges(Float64Array.of(1, LIMIT + 1), 2)).toBeNull());
});

describe('splitting in halves', () => {
  it.each([
    // 8 bits of magnitude: 16; the low half is in -8..7
    [[255, -255, 8, 7, -8, -9, 0], 16, [16, -16, 1, 0, 0, -1, 0], [-1, 1, -8, 7, -8, 7, 0]],
    [[32767, -32768], 256, [128, -128], [-1, 0]],
    [[1], 2, [1], [-1]],
  ])('%j by %i', (values, factor, high, low) => {
    const s = splitInHalves(values);
    expect([s.factor, [...s.high], [...s.low]]).toEqual([factor, high, low]);
    expect(values.map((_, i) => s.high[i]! * s.factor + s.low[i]!)).toEqual(values);
  });
});
