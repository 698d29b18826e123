import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_BACKEND, openBackend } from '../../golden/index.js';
import { type Check, checkOn, describeFailure, search } from '../../scripts/fuzz/search.js';
import { Statistics } from '../../scripts/fuzz/statistics.js';
import { allOps } from '../../src/ir/registry.js';
import { FULL } from '../full.js';

// `npm run fuzz` has 1 as its default seed, and so other graphs. The graphs of either seed hold every operator.
const [SEED, GRAPHS] = FULL ? [18, 250] : [217, 80];

let check: Check;
beforeAll(async () => {
  check = checkOn(await openBackend(DEFAULT_BACKEND));
});

describe(`${GRAPHS} random graphs of seed ${SEED}`, () => {
  const statistics = new Statistics();

  it('equal the reference at every tensor, on host and core, fused or not, with L1 reuse or not, in small memories', () => {
    for (let index = 0; index < GRAPHS; index++) {
      const outcome = search(SEED, index, check);
      if (outcome.holds) statistics.add(outcome.list, outcome.runs);
      else expect.fail(describeFailure(outcome.failure));
    }
    expect(statistics.graphs).toBe(GRAPHS);
  });

  it('have 3 to 12 operators', () => {
    const lengths = statistics.lengths();
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([3, 12]);
  });

  it('hold every operator that a model may hold', () => {
    const used = statistics.operators();
    const names = allOps().map((op) => op.name);
    expect(names.filter((name) => !used.has(name))).toEqual([]);
  });

  it.each(['qnn.conv2d', 'nn.conv2d', 'nn.dense', 'add'])('run %s on the core and on the host', (op) => {
    const { digital, host } = statistics.operators().get(op)!;
    expect(Math.min(digital, host)).toBeGreaterThan(GRAPHS / 13);
  });

  it('run layers on the analog core, and on the host where it does not take them', () => {
    const { analog, host } = statistics.operators().get('divide')!;
    expect(Math.min(analog, host)).toBeGreaterThan(GRAPHS / 13);
  });

  it('are tiled, by rows and by columns, and keep tensors in L1', () => {
    const { layers, tiled, byColumns, inL1 } = statistics.core();
    expect(layers).toBeGreaterThan(4 * GRAPHS);
    expect(tiled).toBeGreaterThan(GRAPHS);
    expect(byColumns).toBeGreaterThan(GRAPHS / 4);
    expect(inL1).toBeGreaterThan(GRAPHS / 4);
  });

  it('would show a difference: few outputs of the core saturate or are 0', () => {
    const { saturated, zero } = statistics.shares();
    expect(saturated).toBeLessThan(0.03);
    expect(zero).toBeLessThan(0.25);
  });
});
