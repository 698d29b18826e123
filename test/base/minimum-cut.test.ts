import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Edge, minimumCut } from '../../src/base/minimum-cut.js';

const edge = (from: number, to: number, capacity: number): Edge => ({ from, to, capacity });

/** What the edges from the source's side to the sink's cost. */
const costOf = (edges: readonly Edge[], side: readonly boolean[]): number =>
  edges.reduce((n, e) => n + (side[e.from] && !side[e.to] ? e.capacity : 0), 0);

describe('minimumCut', () => {
  it.each([
    // edges between 0 (source), 1..n and the last (sink); which are on the source's side
    ['the cheaper of two edges in a row', 3, [edge(0, 1, 5), edge(1, 2, 3)], [true, true, false]],
    ['the first one where it is cheaper', 3, [edge(0, 1, 2), edge(1, 2, 3)], [true, false, false]],
    [
      'what is held together stays together',
      4,
      [edge(0, 1, 1), edge(1, 2, Infinity), edge(2, 3, 4), edge(0, 2, 2)],
      [true, false, false, false],
    ],
    [
      'a cross edge is paid in its direction only',
      4,
      [edge(0, 1, 9), edge(1, 3, 1), edge(0, 2, 1), edge(2, 3, 9), edge(2, 1, 50)],
      [true, true, false, false],
    ],
  ] as const)('%s', (_, nodes, edges, side) => {
    expect(minimumCut(nodes, edges, 0, nodes - 1)).toEqual(side);
  });

  it('no other way to part the nodes is cheaper', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            from: fc.nat(6),
            to: fc.nat(6),
            capacity: fc.double({ min: 0, max: 10, noNaN: true }),
          }),
          { maxLength: 24 },
        ),
        (edges) => {
          const side = minimumCut(7, edges, 0, 6);
          expect([side[0], side[6]]).toEqual([true, false]);
          const least = Math.min(
            ...Array.from({ length: 2 ** 5 }, (_, bits) =>
              costOf(
                edges,
                Array.from({ length: 7 }, (__, i) => i === 0 || (i < 6 && ((bits >> (i - 1)) & 1) === 1)),
              ),
            ),
          );
          expect(costOf(edges, side)).toBeCloseTo(least, 6);
        },
      ),
      { numRuns: 200, seed: 3 },
    ));
});
