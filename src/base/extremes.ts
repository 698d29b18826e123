// Math.max(...list) fails beyond some 100,000 elements, as every argument takes a place on the stack.

/** The largest of the numbers; -Infinity for none, NaN where one is. */
export function largest(values: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const v of values) most = Math.max(most, v);
  return most;
}

/** The smallest of the numbers; Infinity for none, NaN where one is. */
export function smallest(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const v of values) least = Math.min(least, v);
  return least;
}
