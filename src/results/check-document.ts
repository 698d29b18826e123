import type { Finding } from './finding.js';

/** What `format` of every check document says. */
export const CHECK_FORMAT = 'diana-sim-check';
/** Bumped whenever a reader of the previous version would misread the file. */
export const CHECK_VERSION = 1;

/** What `exec --check --json` writes: what the sanitizer found in one program. */
export interface CheckDocument {
  readonly format: typeof CHECK_FORMAT;
  readonly version: typeof CHECK_VERSION;
  readonly generator: string;
  /** The program's file. */
  readonly file: string;
  /** As the program gave it; absent where the run ended at a finding or went wrong. */
  readonly exitStatus?: number;
  readonly cycles?: number;
  readonly jobs?: number;
  readonly findings: readonly Finding[];
}
