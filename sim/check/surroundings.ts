import type { Objects } from './objects.js';

/** What the sanitizer asks of the machine that it watches, for its descriptions. */
export interface Surroundings {
  readonly objects: Objects;
  /** Who the writer number of the running job is: "job 5, started at 0x1c008100 <run+0x20>". */
  readonly job: (number: number) => string;
  /** The tile of a job, where the program says. */
  readonly tile: (number: number) => string | undefined;
  /** "0x1c008100 <main+0x10>" */
  readonly code: (pc: number) => string;
  /** The calls under way at `pc` (that of the running job's trigger by default), innermost first. */
  readonly stack: (pc?: number) => string[];
}
