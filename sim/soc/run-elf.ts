import { LimitError } from '../../src/base/errors.js';
import type { Finding } from '../../src/results/finding.js';
import type { Memory } from '../core/memory.js';
import { MachineFault } from '../rv32/faults.js';
import { locate } from './fault-report.js';
import type { AcceleratorJob } from './peripherals/accelerator-job.js';
import { type Profile, Profiler } from './profile.js';
import { Soc, type SocOptions } from './soc.js';
import { SocCheck } from './soc-check.js';
import type { Symbols } from './symbols.js';

export interface RunOptions extends SocOptions {
  /** The run stops with a `LimitError` beyond this many cycles. */
  readonly maxCycles?: number;
  /** The sanitizer watches the program: `true`, or `'stop'` to end the run at its first finding; slower. */
  readonly check?: boolean | 'stop';
  /** Called with the machine before its first instruction: to put inputs into memory, for instance. */
  readonly prepare?: (soc: Soc) => void;
}

/** What a program did. */
export interface SocResult {
  /** As the program gave it, a signed number of 31 bits. */
  readonly exitStatus: number;
  /** Everything printed, as UTF-8. */
  readonly stdout: string;
  readonly cycles: number;
  readonly instructions: number;
  /** Cycles that the host core slept in wfi. */
  readonly sleepCycles: number;
  /** Cycles during which the host core executed while no job ran, and the rest. */
  readonly hostCycles: number;
  readonly acceleratorCycles: number;
  /** The jobs of both cores, in the order of their triggers. */
  readonly jobs: readonly AcceleratorJob[];
  /** L2 at the end, and names for its addresses: outputs are read from here. */
  readonly l2: Memory;
  readonly symbols: Symbols;
  /** What the sanitizer found, in the order of the first occurrences; empty without `check`. */
  readonly findings: readonly Finding[];
}

export const DEFAULT_MAX_CYCLES = 10_000_000_000;

/** The sanitizer that the options ask for: what the machine needs to be watched, and what was found when its program has ended. */
export function checkOf({ check }: Pick<RunOptions, 'check'>): {
  readonly options: Pick<SocOptions, 'watch'>;
  readonly findings: () => Finding[];
} {
  if (check === undefined || check === false) return { options: {}, findings: () => [] };
  let watcher: SocCheck | undefined;
  return {
    options: {
      watch: (soc, cores) => {
        watcher = new SocCheck(soc, cores, check === 'stop');
        return watcher;
      },
    },
    findings: () => watcher?.finish() ?? [],
  };
}

/**
 * Runs an ELF file on the SoC from its first instruction to its exit. Throws `ElfError` for a file that cannot run here,
 * `MachineFault` for a program that goes wrong, `LimitError` for one that does not end.
 *
 * @example
 * const { exitStatus, stdout, cycles } = runElf(bytes, { file: 'demo.elf' });
 */
export function runElf(elf: Uint8Array, options: RunOptions = {}): SocResult {
  const printed: number[] = [];
  const put = (character: number): void => {
    printed.push(character);
    options.put?.(character);
  };
  const check = checkOf(options);
  const soc = new Soc(elf, { ...options, ...check.options, put });
  options.prepare?.(soc);
  runToExit(soc, options.maxCycles ?? DEFAULT_MAX_CYCLES);
  return resultOf(soc, new TextDecoder().decode(Uint8Array.from(printed)), check.findings());
}

/** `runElf` with a profile of the functions. */
export function profileElf(
  elf: Uint8Array,
  options: RunOptions = {},
): { readonly result: SocResult; readonly profile: Profile } {
  const profiler = new Profiler();
  const prepare = (soc: Soc): void => {
    const { core, symbols } = soc;
    profiler.attach({
      now: () => core.now(),
      get instructions() {
        return core.instructions;
      },
      get sleepCycles() {
        return core.sleepCycles;
      },
      pc: core.pc,
      name: (address) => symbols.functionAt(address >>> 0)?.name,
    });
    options.prepare?.(soc);
  };
  const result = runElf(elf, { ...options, observer: profiler, prepare });
  return { result, profile: profiler.finish() };
}

/** Runs until the program ends. Faults name the symbol. */
export function runToExit(soc: Soc, maxCycles: number): void {
  try {
    if (soc.core.run(maxCycles) === 'exit') return;
  } catch (error) {
    throw error instanceof MachineFault ? locate(error, soc) : error;
  }
  throw limitReached(soc, maxCycles);
}

/** The error of a program that does not end. */
export function limitReached(soc: Soc, maxCycles: number): LimitError {
  return new LimitError({
    subject: `cycles until the program's exit (it is at ${soc.symbols.describe(soc.core.pc)})`,
    value: soc.core.now(),
    rule: `at most ${maxCycles}`,
    fix: 'Look for an endless loop, or give --max-cycles.',
  });
}

/** Cycles during which a job of either core ran until `end`: what both did at once counts once. */
function busyCycles(jobs: readonly AcceleratorJob[], end: number): number {
  let [sum, until] = [0, 0];
  for (const job of jobs) {
    const stop = Math.min(job.end, end);
    sum += Math.max(0, stop - Math.max(job.start, until));
    until = Math.max(until, stop);
  }
  return sum;
}

/** The result of a machine whose program has ended; `findings` are the sanitizer's. */
export function resultOf(soc: Soc, stdout: string, findings: readonly Finding[] = []): SocResult {
  const { core, jobs } = soc;
  const cycles = core.now();
  const acceleratorCycles = busyCycles(jobs, cycles);
  return {
    exitStatus: soc.bus.exitStatus ?? 0,
    stdout,
    cycles,
    instructions: core.instructions,
    sleepCycles: core.sleepCycles,
    hostCycles: cycles - acceleratorCycles,
    acceleratorCycles,
    jobs,
    l2: soc.l2,
    symbols: soc.symbols,
    findings,
  };
}
