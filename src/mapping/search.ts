import { LimitError } from '../base/errors.js';
import { isRefusal } from '../passes/pattern.js';
import type { Measure } from './cheapest.js';
import type { Counted } from './count.js';
import { type Choice, isPossible } from './rewrite.js';
import type { Site } from './sites.js';

/** Up to this many layers that can be moved, every mapping is compiled and counted. */
export const MOST_FOR_ALL = 5;

/** Counts each choice once. */
export class Counter {
  readonly #known = new Map<string, Counted | LimitError>();
  readonly #count: (choice: Choice) => Counted | LimitError;

  constructor(count: (choice: Choice) => Counted | LimitError) {
    this.#count = count;
  }

  of(choice: Choice): Counted | LimitError {
    const key = choice.join();
    const known = this.#known.get(key) ?? this.#count(choice);
    this.#known.set(key, known);
    return known;
  }

  /** Mappings that were compiled. */
  get counted(): number {
    return this.#known.size;
  }
}

/** The better of two counts; of equal ones the first. */
const better = (a: Counted | undefined, b: Counted | LimitError, measure: Measure): Counted | undefined =>
  b instanceof LimitError || (a !== undefined && measure(a.total) <= measure(b.total)) ? a : b;

/** The best of several choices, undefined where none fits the memories. */
export const bestOf = (choices: readonly Choice[], counter: Counter, measure: Measure): Counted | undefined =>
  choices.reduce<Counted | undefined>((best, choice) => better(best, counter.of(choice), measure), undefined);

/** Every choice that can be had: `first` first. */
export function everyChoice(sites: readonly Site[], first: Choice): Choice[] {
  const all = sites.reduce<Choice[]>(
    (choices, { written, other }) =>
      choices.flatMap((c) =>
        isRefusal(other)
          ? [[...c, written]]
          : [
              [...c, 'digital' as const],
              [...c, 'analog' as const],
            ],
      ),
    [[]],
  );
  return [first, ...all.filter((c) => c.join() !== first.join())];
}

/** Moves single layers as long as that makes the whole network cost less, the best move first. */
export function improve(from: Counted, sites: readonly Site[], counter: Counter, measure: Measure): Counted {
  for (let best = from; ; ) {
    const moves = sites.map(
      (_, i): Choice => best.choice.map((c, j) => (i === j ? (c === 'digital' ? 'analog' : 'digital') : c)),
    );
    const next = bestOf(
      [best.choice, ...moves.filter((choice) => isPossible(sites, choice))],
      counter,
      measure,
    );
    if (next === undefined || next.choice === best.choice) return best;
    best = next;
  }
}
