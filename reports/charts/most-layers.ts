import { count } from '../numbers.js';

/** More bars than these make a picture that nobody can look at, and soon one that no canvas holds. */
const MOST_BARS = 150;

/** What a chart with a bar a layer shows, and what its subtitle adds where that is not all. */
export interface ShownLayers<T> {
  readonly layers: readonly T[];
  readonly note: string;
}

/** All layers, or of many the ones with the most cycles, in their order. */
export function shownLayers<T>(layers: readonly T[], cycles: (layer: T) => number): ShownLayers<T> {
  if (layers.length <= MOST_BARS) return { layers, note: '' };
  const byCycles = layers.map((_, i) => i).sort((a, b) => cycles(layers[b]!) - cycles(layers[a]!) || a - b);
  const kept = new Set(byCycles.slice(0, MOST_BARS));
  return {
    layers: layers.filter((_, i) => kept.has(i)),
    note: `the ${MOST_BARS} of ${count(layers.length)} layers with the most cycles; `,
  };
}
