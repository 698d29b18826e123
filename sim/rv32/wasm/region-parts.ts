import type { CodeCache } from '../code-cache.js';
import type { LinearMemory } from '../linear-memory.js';
import type { StackBounds } from '../stack-guard.js';
import type { Code } from './binary.js';
import type { Imports } from './imports.js';
import type { OperandNames } from './operand-names.js';
import type { Registers } from './registers.js';

/** A place where a region gives up: the step tier goes on at `pc`, and what was paid from there on is given back. */
export interface Bail {
  readonly pc: number;
  readonly cycles: number;
  readonly instructions: number;
}

/** Who hears of calls, returns and jumps between functions, besides the list of calls. Cycles and registers lie in memory then. */
export interface Watcher {
  readonly called: (pc: number, target: number, back: number) => number;
  readonly returned: (target: number) => number;
  /** A jump or taken branch that neither calls nor returns. */
  readonly branched: (pc: number, target: number) => number;
  readonly sameFunction: (a: number, b: number) => boolean;
}

/** What a translation depends on besides the code itself. */
export interface WriterOptions {
  readonly linear: LinearMemory;
  readonly ramBase: number;
  readonly stack: StackBounds | undefined;
  readonly oddJumps: 'error' | 'clear';
  readonly watcher: Watcher | undefined;
}

/** What the blocks of one region share. */
export interface RegionParts {
  readonly cache: CodeCache;
  readonly options: WriterOptions;
  readonly code: Code;
  readonly registers: Registers;
  readonly operands: OperandNames;
  readonly bails: Bail[];
  readonly imports: Imports;
  /** Branch depth of the region's end, as long as a block's code has nothing open. */
  readonly exitDepth: () => number;
}
