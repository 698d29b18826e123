import { expect, it } from 'vitest';
import { energyOf } from '../../src/results/energy.js';

const none = {
  copyIn: 0,
  copyOut: 0,
  weights: 0,
  instructions: 0,
  compute: 0,
  launch: 0,
  tileLoop: 0,
  host: 0,
};

// 26,000 cycles are 0.1 ms at 260 MHz: 2.496 uJ at 24.96 mW, 1.248 uJ at 12.48 mW.
it.each([
  ['compute', 2.496, 0, 2.496, 2.496],
  ['copyIn', 2.496, 0, 2.496, 2.496],
  ['weights', 2.496, 0, 2.496, 2.496],
  ['host', 0, 1.248, 0, 2.496],
  ['launch', 0, 1.248, 0, 2.496],
  ['tileLoop', 0, 1.248, 0, 2.496],
] as const)('26,000 cycles of %s: core %d uJ, host %d uJ, %d..%d', (reason, core, host, least, most) => {
  const e = energyOf({ cycles: { ...none, [reason]: 26_000 }, usefulMacs: 1_000_000 });
  expect(e.coreMicrojoules).toBeCloseTo(core, 9);
  expect(e.hostMicrojoules).toBeCloseTo(host, 9);
  expect(e.microjoules).toBeCloseTo(core + host, 9);
  expect([e.least, e.most].map((n) => Number(n.toFixed(9)))).toEqual([least, most]);
  expect(e.macsPerJoule / (1e12 / (core + host))).toBeCloseTo(1, 9);
});

it('nothing costs nothing', () =>
  expect(energyOf({ cycles: none, usefulMacs: 0 })).toMatchObject({ microjoules: 0, macsPerJoule: 0 }));
