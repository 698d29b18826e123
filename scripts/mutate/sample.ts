import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';
import { random } from '../../src/base/random.js';

/** Lines on which nothing can be changed: blank ones, comments, imports, brackets alone. */
const NOTHING = /^\s*($|[/*]|import\b|export \*|[\])}>;,]*$)/;

/**
 * `count` lines of the files that the patterns name, drawn by `seed`, as ranges of one line (`FILE:N-N`) in the order of the files; all lines where
 * there are no more. A line may hold no mutant or several: their number comes near to `count`, and is not it.
 */
export function sampledLines(
  patterns: readonly string[],
  count: number,
  seed: number,
  root: string,
): string[] {
  const lines = globSync([...patterns], { cwd: root })
    .sort()
    .flatMap((file) =>
      readFileSync(`${root}/${file}`, 'utf8')
        .split('\n')
        .flatMap((text, i) => (NOTHING.test(text) ? [] : [`${file}:${i + 1}-${i + 1}`])),
    );
  const rng = random(seed, 'mutate');
  // The first places of a shuffle; then back in order, so that a run reads like a whole one.
  const places = lines.map((_, i) => i);
  for (let i = 0; i < Math.min(count, lines.length); i++) {
    const j = rng.int(i, lines.length - 1);
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((i) => lines[i]!);
}
