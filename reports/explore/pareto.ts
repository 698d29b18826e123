import type { Exploration, ExploredPoint, Objective } from '../../src/results/exploration.js';

/** What a point costs under an objective; energy-delay product in microjoules times milliseconds. */
export const costOf = (p: ExploredPoint, objective: Objective): number =>
  objective === 'cycles' ? p.cycles : objective === 'energy' ? p.microjoules : p.microjoules * p.milliseconds;

/** Of two points alike the faster clock comes first, then the lower number. */
const tie = (a: ExploredPoint, b: ExploredPoint): number =>
  a.milliseconds - b.milliseconds || a.index - b.index;

/** Points at which every network compiled, best first; equal ones the faster clock first. */
export const ranked = (doc: Exploration, objective: Objective = doc.objective): ExploredPoint[] =>
  doc.points
    .filter((p) => p.error === undefined)
    .sort((a, b) => costOf(a, objective) - costOf(b, objective) || tie(a, b));

const GOALS: readonly ((p: ExploredPoint) => number)[] = [
  (p) => p.cycles,
  (p) => p.l1Bytes,
  (p) => p.microjoules,
  // A larger array is no gift: where it varies, fewer lanes are a goal.
  (p) => p.lanes ?? 0,
];

/** What the front is of, in words. */
export const goalsOf = (doc: Exploration): string =>
  doc.points.some((p) => p.lanes !== undefined)
    ? 'cycles, bytes of L1, lanes of the array and energy'
    : 'cycles, bytes of L1 and energy';

const dominates = (a: ExploredPoint, b: ExploredPoint): boolean =>
  GOALS.every((of) => of(a) <= of(b)) && GOALS.some((of) => of(a) < of(b));

const alike = (a: ExploredPoint, b: ExploredPoint): boolean => GOALS.every((of) => of(a) === of(b));

/**
 * The points that no other beats in cycles, bytes of L1, energy and (where the array varies) lanes at once; of points alike in all the first. In order of cycles.
 */
export function paretoFront(doc: Exploration): ExploredPoint[] {
  const front: ExploredPoint[] = [];
  // In this order nothing later can dominate what is on the front already.
  const order = ranked(doc, 'cycles').sort(
    (a, b) => GOALS.map((of) => of(a) - of(b)).find((d) => d !== 0) ?? tie(a, b),
  );
  for (const p of order) if (!front.some((q) => dominates(q, p) || alike(q, p))) front.push(p);
  return front;
}

/**
 * The knee of a front: the point nearest to having the least of everything, each goal scaled to 0..1 over the front. Undefined for an
 * empty front.
 */
export function kneeOf(front: readonly ExploredPoint[]): ExploredPoint | undefined {
  const scales = GOALS.map((of) => {
    const values = front.map(of);
    const least = Math.min(...values);
    const span = Math.max(...values) - least;
    return (p: ExploredPoint): number => (span === 0 ? 0 : (of(p) - least) / span);
  });
  const distance = (p: ExploredPoint): number => scales.reduce((sum, scale) => sum + scale(p) ** 2, 0);
  return front.reduce<ExploredPoint | undefined>(
    (best, p) => (best === undefined || distance(p) < distance(best) ? p : best),
    undefined,
  );
}
