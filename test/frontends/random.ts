import { random } from '../../src/base/random.js';

/** Lists of random numbers from a seed. */
export function randomOf(seed: string) {
  const rng = random(seed);
  return {
    integers: (lo: number, hi: number, n: number) => Array.from({ length: n }, () => rng.int(lo, hi)),
    reals: (lo: number, hi: number, n: number) =>
      Array.from({ length: n }, () => Math.fround(rng.uniform(lo, hi))),
  };
}
