/**
 * Whether the tests run in full, as `npm run test:full` and the CI do: with all random cases and every optimization level of the C
 * compilers. `npm test` has the same tables of cases, fewer random ones, and one level for each C project.
 */
export const FULL = process.env.FULL_TESTS === '1';

/** A number of random cases: `full` of them in full, otherwise `short`. */
export const runs = (full: number, short: number): number => (FULL ? full : short);
