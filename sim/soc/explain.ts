import type { MachineFault } from '../rv32/faults.js';
import { Debugger } from './debugger.js';
import { faultReport } from './fault-report.js';
import { Soc, type SocOptions } from './soc.js';

/** Cycles before the fault from which the second run goes one instruction at a time. */
const CLOSE = 20_000;

/**
 * Runs a program that went wrong once more, at full speed until shortly before the fault and then one instruction at a
 * time, and writes down the last instructions, the registers and the call stack. Runs repeat exactly, so that the first run
 * need not pay for the record. `faultCycle` is the machine's clock after the fault.
 */
export function explainFault(
  elf: Uint8Array,
  options: SocOptions,
  faultCycle: number,
  prepare?: (soc: Soc) => void,
): string {
  const { put: _, observer: __, ...quiet } = options;
  const soc = new Soc(elf, quiet);
  prepare?.(soc);
  if (faultCycle > CLOSE) soc.core.run(faultCycle - CLOSE);
  const debug = new Debugger(soc);
  let fault: MachineFault | undefined;
  while (fault === undefined) {
    const stop = debug.step();
    if (stop?.kind === 'fault') fault = stop.fault;
    else if (stop !== undefined || soc.core.now() > faultCycle + CLOSE)
      throw new Error('the second run of a program did not fail where the first one did');
  }
  return faultReport(soc, debug.recent, fault.pc);
}
