import type { LinearMemory } from './linear-memory.js';

/**
 * The longest stretch of cycles between two looks outside. Long loops must be left now and then: an engine of WebAssembly swaps
 * in its optimised code only where a function is called.
 */
const STRETCH = 1 << 24;

/**
 * The core's time. `left` holds the cycles until something outside must be looked at; code counts it down, so that one
 * comparison a block tells whether the block may run. The arrays are the ones that generated code works on.
 */
export class Fuel {
  readonly left: Int32Array;
  /** Instructions since the last refill. */
  readonly retired: Int32Array;
  /** Not 0: look outside before the next instruction. */
  readonly attention: Int32Array;
  #filledAt = 0;
  #filled = 0;
  #instructions = 0;

  constructor(memory: LinearMemory) {
    const { at } = memory;
    this.left = memory.words(at.left, 8);
    this.retired = memory.words(at.retired, 8);
    this.attention = memory.words(at.attention, 8);
  }

  /** Cycles since reset. */
  now(): number {
    return this.#filledAt + this.#filled - this.left[0]!;
  }

  /** Instructions retired since reset. */
  get instructions(): number {
    return this.#instructions + this.retired[0]!;
  }

  /** Whether it is time to look outside. */
  get due(): boolean {
    return this.left[0]! <= 0 || this.attention[0] !== 0;
  }

  spend(cycles: number): void {
    this.left[0]! -= cycles;
  }

  /**
   * Makes the core look outside before the next instruction. `restCycles` and `restInstructions` were paid for the part of
   * the block that now does not run.
   */
  raise(restCycles: number, restInstructions: number): void {
    this.giveBack(restCycles, restInstructions);
    this.attention[0] = 1;
  }

  /** Takes back what was paid for a part of a block that does not run. */
  giveBack(cycles: number, instructions: number): void {
    this.left[0]! += cycles;
    this.retired[0]! -= instructions;
  }

  /** Fills up to cycle `next`, at most a stretch; a cycle that has passed leaves nothing. */
  refill(next: number): void {
    const now = this.now();
    this.#instructions += this.retired[0]!;
    this.retired[0] = 0;
    this.#filledAt = now;
    this.#filled = Math.min(STRETCH, Math.max(0, next - now));
    this.left[0] = this.#filled;
  }
}
