import { fetchCycles, weightCycles } from '../../../sim/isa/cycles.js';
import type { HardwareParameters } from '../../../sim/isa/parameters.js';

/** Cycles of a compute job beside its computing: launch, configuration, instructions and weights. */
export function jobOverhead(weightBytes: number, fixedBytes: number, hw: HardwareParameters): number {
  return hw.cycles.launch + fetchCycles(fixedBytes, hw.cycles) + weightCycles(weightBytes, hw.cycles);
}
