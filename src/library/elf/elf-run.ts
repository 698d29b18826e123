import type { HardwareParameters } from '../../../sim/isa/parameters.js';
import { isEntryName, type KernelEvents, KernelFollower } from '../../../sim/soc/kernel-calls.js';
import { checkOf, runToExit } from '../../../sim/soc/run-elf.js';
import { Soc, type SocOptions } from '../../../sim/soc/soc.js';
import type { Tensor } from '../../base/tensor.js';
import type { Model } from '../../ir/expr.js';
import type { Finding } from '../../results/finding.js';
import { EntryInputs } from './entry-inputs.js';

/** A binary, the network that it was made of, and what both run with. */
export interface ElfRun {
  readonly elf: Uint8Array;
  readonly model: Model;
  /** What messages call the program. */
  readonly file: string;
  readonly hardware: HardwareParameters;
  readonly maxCycles: number;
  /** Stored into the program's inputs as the network is entered; without it the program keeps its own. */
  readonly inputs: ReadonlyMap<string, Tensor> | undefined;
}

/** Ends a run whose inputs are known. */
class InputsKnown extends Error {}

/** A machine with the program loaded, whose calls `events` hears of; an ElfError for a file that cannot run. */
export function machineOf(
  { elf, file, hardware }: ElfRun,
  events: KernelEvents,
  more: Pick<SocOptions, 'onJob' | 'onAnalogJob' | 'watch'> = {},
): Soc {
  const follower = new KernelFollower(events);
  const soc = new Soc(elf, { file, parameters: hardware, observer: follower, ...more });
  follower.attach(soc);
  return soc;
}

/** Gives a machine the inputs of `run` as its network is entered. */
export function entering(run: ElfRun, machine: () => Soc): KernelEvents['entered'] {
  const inputs = new EntryInputs(run.model, run.inputs);
  return (name, args) => inputs.entered(machine(), name, args);
}

/** The inputs that the program's entry gets; the run ends there. Undefined where it has no entry symbol, or its pointers lead nowhere. */
export function inputsAtEntry(run: ElfRun): ReadonlyMap<string, Tensor> | undefined {
  const inputs = new EntryInputs(run.model, run.inputs);
  const soc = machineOf(run, {
    entered: (name, args) => {
      inputs.entered(soc, name, args);
      throw new InputsKnown();
    },
    finished: () => {},
  });
  if (soc.symbols.namesLike('tvmgen_').some(isEntryName))
    try {
      runToExit(soc, run.maxCycles);
    } catch (error) {
      if (!(error instanceof InputsKnown)) throw error;
    }
  return inputs.values;
}

/** What the sanitizer finds in the program, run once more on the same inputs. */
export function findingsOf(run: ElfRun): Finding[] {
  const check = checkOf({ check: true });
  const soc: Soc = machineOf(run, { entered: entering(run, () => soc), finished: () => {} }, check.options);
  runToExit(soc, run.maxCycles);
  return check.findings();
}
