import { DEFAULT_BACKEND, openBackend } from '../../golden/index.js';
import { checkOn, describeFailure, search } from './search.js';
import { type Counts, Statistics } from './statistics.js';

/** A graph of a seed. */
export interface GraphTask {
  readonly seed: number;
  readonly index: number;
}

/** What became of a graph, as plain data: what it was made of, or the text of its failure. */
export type GraphReport = { readonly counts: Counts } | { readonly failure: string };

/** Checks one graph on the default backend. */
export async function checkOneGraph({ seed, index }: GraphTask): Promise<GraphReport> {
  const outcome = search(seed, index, checkOn(await openBackend(DEFAULT_BACKEND)));
  if (!outcome.holds) return { failure: describeFailure(outcome.failure) };
  const statistics = new Statistics();
  statistics.add(outcome.list, outcome.runs);
  return { counts: statistics.counts };
}
