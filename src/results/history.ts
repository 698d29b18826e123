import type { CyclesByReason, PeakMemory } from './run.js';

/** What `format` of every line of a history says. */
export const HISTORY_FORMAT = 'diana-sim-history';
/** Bumped whenever a reader of the previous version would misread a line. */
export const HISTORY_VERSION = 1;

/** A line of a history: what one network cost at one commit. Cycles and energy are estimates, never measurements. */
export interface HistoryEntry {
  readonly format: typeof HISTORY_FORMAT;
  readonly version: typeof HISTORY_VERSION;
  readonly generator: string;
  /** What the team calls the version of its compiler, network or parameters: a commit's hash. */
  readonly commit: string;
  /** The commit's first line, where it was given. */
  readonly subject?: string;
  readonly model: string;
  readonly target: string;
  /** Seed of the inputs and of the random parameters; "" where nothing was verified. */
  readonly seed: string;
  readonly parameterSet: string;
  /** Every parameter of the set, by group and name ("cycles.copySetup"). */
  readonly parameters: Readonly<Record<string, number>>;
  /** sha256 of each output tensor, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly totalCycles: number;
  readonly cycles: CyclesByReason;
  readonly usefulMacs: number;
  readonly microjoules: number;
  readonly memory: PeakMemory;
  readonly warnings: number;
  /** Of the planted faults, how many the test misses; absent where it was not measured. */
  readonly strength?: { readonly planted: number; readonly missed: number };
  /** Cycles of each layer, by the name that baselines give it. */
  readonly layers: Readonly<Record<string, number>>;
}
