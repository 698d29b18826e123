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

const overlaps = (a: Interval, b: Interval): boolean => a.from <= b.to && b.from <= a.to;

/** Places intervals one after another at the lowest offset at which no interval alive at the same time lies. */
function firstFit(intervals: readonly Interval[], order: readonly number[], align: number): Placement {
  const offsets = new Array<number>(intervals.length).fill(0);
  const placed: number[] = [];
  let peak = 0;
  for (const i of order) {
    const item = intervals[i]!;
    const neighbours = placed
      .filter((j) => overlaps(item, intervals[j]!))
      .map((j) => ({ lo: offsets[j]!, hi: offsets[j]! + intervals[j]!.bytes }))
      .sort((a, b) => a.lo - b.lo);
    let at = 0;
    for (const n of neighbours) {
      if (at + item.bytes <= n.lo) break;
      at = Math.max(at, roundUp(n.hi, align));
    }
    offsets[i] = at;
    placed.push(i);
    peak = Math.max(peak, at + item.bytes);
  }
  return { offsets, peak };
}

type Rank = (x: Interval) => number;

/** Orders worth trying: large first, long-lived first, by time, by what they hold over time; ties stay as given. */
const RANKS: readonly (readonly Rank[])[] = [
  [(x) => -x.bytes],
  [(x) => -(x.to - x.from), (x) => -x.bytes],
  [(x) => x.from, (x) => -x.bytes],
  [(x) => -x.bytes * (x.to - x.from + 1)],
  [(x) => -x.to, (x) => -x.bytes],
];

/**
 * Addresses for intervals such that none alive at the same time overlap, with offsets that are multiples of `align`: the best
 * of several first-fit orders (lowest peak; the first order among equals).
 */
export function placeIntervals(intervals: readonly Interval[], align: number): Placement {
  let best: Placement | undefined;
  for (const ranks of RANKS) {
    const order = intervals
      .map((_, i) => i)
      .sort((a, b) => {
        for (const rank of ranks) {
          const d = rank(intervals[a]!) - rank(intervals[b]!);
          if (d !== 0) return d;
        }
        return 0;
      });
    const placement = firstFit(intervals, order, align);
    if (best === undefined || placement.peak < best.peak) best = placement;
  }
  return best ?? { offsets: [], peak: 0 };
}
