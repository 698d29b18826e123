import { PEAK_MACS_PER_CYCLE } from '../../sim/isa/geometry.js';

/** What follows from MACs, cycles and the clock; in the JSON so that nobody has to compute it again. */
export interface Rates {
  /** Useful multiply-accumulates a cycle. */
  readonly macPerCycle: number;
  /** `macPerCycle` as a share (0..1) of the array's peak, 256 for DIANA's. */
  readonly utilization: number;
  /** Cycles at the chip's clock, in milliseconds. */
  readonly milliseconds: number;
}

export function ratesOf(
  usefulMacs: number,
  totalCycles: number,
  clockHz: number,
  peak: number = PEAK_MACS_PER_CYCLE,
): Rates {
  const macPerCycle = totalCycles === 0 ? 0 : usefulMacs / totalCycles;
  return {
    macPerCycle,
    utilization: macPerCycle / peak,
    milliseconds: (1000 * totalCycles) / clockHz,
  };
}
