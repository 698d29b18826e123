import type { Advice } from './advice.js';
import type { Finding } from './finding.js';
import type { Mapping } from './mapping.js';
import type { RunResult } from './run.js';
import type { SocRun } from './soc.js';
import type { Strength } from './strength.js';
import type { Verdict } from './verdict.js';

/** What `format` of every result says. */
export const RESULT_FORMAT = 'diana-sim-result';
/** Bumped whenever a reader of the previous version would misread the file. */
export const RESULT_VERSION = 1;

/** What `--json` writes: the runs of one command, each with its verdicts where it was verified. */
export interface ResultDocument {
  readonly format: typeof RESULT_FORMAT;
  readonly version: typeof RESULT_VERSION;
  readonly generator: string;
  readonly command: 'verify' | 'simulate';
  readonly models: readonly ModelResult[];
}

export interface ModelResult {
  readonly run: RunResult;
  /** One a run of `verify`; empty for `simulate`. */
  readonly verdicts: readonly Verdict[];
  /** One a run of `verify --on soc`; absent otherwise. */
  readonly soc?: readonly SocRun[];
  /** What planted faults say about the test; of `verify --strength` where every run was equal. */
  readonly strength?: Strength;
  /** Where the layers were put; absent without `--map`. */
  readonly mapping?: Mapping;
  /** What the sanitizer found; absent where it did not run. */
  readonly findings?: readonly Finding[];
  /** What to change in the network; of `--advise`. */
  readonly advice?: Advice;
}
