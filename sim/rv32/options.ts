import type { MemoryCheck } from './memory-path.js';
import type { Observer } from './platform.js';
import type { StackBounds } from './stack-guard.js';
import type { WaitStates } from './timing.js';

/**
 * What hot code is translated to. `interpreter`: to nothing, every instruction goes through the step tier. `webassembly`: what
 * WebAssembly has no room for, and all code of a core whose accesses are checked, becomes JavaScript.
 */
export type Backend = 'webassembly' | 'javascript' | 'interpreter';

/** Settings of a core; none of them changes what a correct program computes. */
export interface CoreOptions {
  readonly waits?: WaitStates;
  /** Moving sp below the stack is an error. */
  readonly stack?: StackBounds;
  /** A computed jump to an odd address: an error, or the lowest bit is dropped as the architecture has it. */
  readonly oddJumps?: 'error' | 'clear';
  /** A trap before mtvec was written: an error, or the core goes to vector 0. */
  readonly earlyTraps?: 'error' | 'take';
  readonly observer?: Observer;
  /** For the observer: whether two addresses lie in the same function. */
  readonly sameFunction?: (a: number, b: number) => boolean;
  /** What hot code becomes; `webassembly` where that is left out. */
  readonly backend?: Backend;
  /** Arrivals at an address by a jump before it is translated, 1 to 254. */
  readonly hot?: number;
  readonly memoryCheck?: MemoryCheck;
}
