import type { CyclesByReason, Energy } from './run.js';

/**
 * The power that energy is estimated from. The digital core's is published [odimo]: 24.96 mW while it runs, at 260 MHz. For the host
 * alone nothing is published; ours is half of that figure, and the range reaches from nothing to all of it.
 */
export const POWER = {
  clockHz: 260_000_000,
  coreMilliwatts: 24.96,
  /** The analog core while it runs. [odimo] */
  analogMilliwatts: 28.74,
  hostMilliwatts: { assumed: 12.48, least: 0, most: 24.96 },
  source:
    'digital core 24.96 mW at 260 MHz [odimo]; host 12.48 mW [ours: no figure is published], range 0..24.96 mW',
} as const;

/** Where the analog core's power is from: beside `POWER.source` where one of its layers runs. */
export const ANALOG_POWER_SOURCE = 'analog core 28.74 mW at 260 MHz [odimo], noise not modelled';

/** The words that stand beside every figure of energy. */
export const ENERGY_ESTIMATED = 'estimated from a published power figure, not measured';

/** Microjoules of `cycles` at a power. The energy of a cycle stays the same at another clock: voltage is not modelled. */
const microjoules = (cycles: number, milliwatts: number): number =>
  (1000 * cycles * milliwatts) / POWER.clockHz;

/** The cycles of a layer in which a core runs. */
export const coreCycles = (cycles: CyclesByReason): number =>
  cycles.copyIn + cycles.copyOut + cycles.weights + cycles.instructions + cycles.compute;

/**
 * The energy of a run or a layer: the core's while it copies, loads and computes, the host's while its kernels, drivers and tile loops
 * run. An estimate from `POWER`, independent of the clock.
 *
 * @example
 * energyOf(estimate(compile(buildModel('resnet8'))).totals).microjoules;
 */
export function energyOf({
  cycles,
  usefulMacs,
  analogCycles = 0,
}: {
  readonly cycles: CyclesByReason;
  readonly usefulMacs: number;
  /** Cycles of `cycles` in which the analog core runs, not the digital one. */
  readonly analogCycles?: number;
}): Energy {
  const core = coreCycles(cycles);
  const host = cycles.host + cycles.launch + cycles.tileLoop;
  const { assumed, least, most } = POWER.hostMilliwatts;
  const coreMicrojoules =
    microjoules(core - analogCycles, POWER.coreMilliwatts) +
    microjoules(analogCycles, POWER.analogMilliwatts);
  const hostMicrojoules = microjoules(host, assumed);
  const total = coreMicrojoules + hostMicrojoules;
  return {
    coreMicrojoules,
    hostMicrojoules,
    microjoules: total,
    least: coreMicrojoules + microjoules(host, least),
    most: coreMicrojoules + microjoules(host, most),
    macsPerJoule: total === 0 ? 0 : (1e6 * usefulMacs) / total,
  };
}
