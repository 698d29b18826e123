import { roundUp } from '../base/units.js';

/** Something that needs `bytes` of one memory from step `from` to step `to`, both included. */
export interface Interval {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

export interface Placement {
  /** Offset of each interval, in the order given. */
  readonly offsets: readonly number[];
  /** One past the highest byte used. */
  readonly peak: number;
}

/**
 * Places intervals one after another at the lowest offset at which no interval alive at the same time lies; undefined as soon as
 * one ends beyond `limit`. `byStep` lists what was placed by the steps that it lives at.
 */
function firstFit(
  intervals: readonly Interval[],
  order: readonly number[],
  align: number,
  limit: number,
): Placement | undefined {
  const offsets = new Array<number>(intervals.length).fill(0);
  const byStep = new Map<number, number[]>();
  let peak = 0;
  for (const i of order) {
    const { bytes, from, to } = intervals[i]!;
    const neighbours: number[] = [];
    for (let step = from; step <= to; step++)
      // What already lived at the step before was met there.
      for (const j of byStep.get(step) ?? [])
        if (step === from || intervals[j]!.from === step) neighbours.push(j);
    neighbours.sort((a, b) => offsets[a]! - offsets[b]!);
    let at = 0;
    for (const j of neighbours) {
      if (at + bytes <= offsets[j]!) break;
      at = Math.max(at, roundUp(offsets[j]! + intervals[j]!.bytes, align));
    }
    if (at + bytes > limit) return undefined;
    offsets[i] = at;
    for (let step = from; step <= to; step++) {
      const list = byStep.get(step);
      if (list === undefined) byStep.set(step, [i]);
      else list.push(i);
    }
    peak = Math.max(peak, at + bytes);
  }
  return { offsets, peak };
}

type Rank = (x: Interval) => number;

/** Orders worth trying: large first, long-lived first, by time, by what they hold over time; ties stay as given. */
export const RANKS: readonly (readonly Rank[])[] = [
  [(x) => -x.bytes],
  [(x) => -(x.to - x.from), (x) => -x.bytes],
  [(x) => x.from, (x) => -x.bytes],
  [(x) => -x.bytes * (x.to - x.from + 1)],
  [(x) => -x.to, (x) => -x.bytes],
];

/** Numbers of the intervals in one of the orders. */
function ordered(intervals: readonly Interval[], ranks: readonly Rank[]): number[] {
  const keys = ranks.map((rank) => intervals.map(rank));
  return intervals
    .map((_, i) => i)
    .sort((a, b) => {
      for (const key of keys) {
        const d = key[a]! - key[b]!;
        if (d !== 0) return d;
      }
      return 0;
    });
}

/**
 * Steps at which something begins, numbered from 0: whether two intervals meet depends on these alone, and a life over thousands
 * of steps becomes short.
 */
function byBeginnings(intervals: readonly Interval[]): Interval[] {
  const starts = [...new Set(intervals.map((x) => x.from))].sort((a, b) => a - b);
  const number = new Map(starts.map((step, i) => [step, i]));
  const lastAt = (step: number): number => {
    let [lo, hi] = [0, starts.length];
    while (lo < hi) {
      const middle = (lo + hi) >> 1;
      if (starts[middle]! <= step) lo = middle + 1;
      else hi = middle;
    }
    return lo - 1;
  };
  return intervals.map((x) => ({ bytes: x.bytes, from: number.get(x.from)!, to: lastAt(x.to) }));
}

/**
 * Addresses for intervals such that none alive at the same time overlap, with offsets that are multiples of `align`: the best
 * of several first-fit orders (lowest peak; the first order among equals).
 */
export function placeIntervals(intervals: readonly Interval[], align: number): Placement {
  const compact = byBeginnings(intervals);
  let best: Placement | undefined;
  for (const ranks of RANKS) {
    const placement = firstFit(compact, ordered(intervals, ranks), align, Number.POSITIVE_INFINITY)!;
    if (best === undefined || placement.peak < best.peak) best = placement;
  }
  return best ?? { offsets: [], peak: 0 };
}

/** Whether `placeIntervals` finds a placement whose peak is at most `limit`. `IntervalFit` answers for a set that changes. */
export function fits(intervals: readonly Interval[], align: number, limit: number): boolean {
  const compact = byBeginnings(intervals);
  return RANKS.some((ranks) => firstFit(compact, ordered(intervals, ranks), align, limit) !== undefined);
}
