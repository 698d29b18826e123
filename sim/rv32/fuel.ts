/** The longest stretch of cycles between two looks outside. */
const STRETCH = 1 << 30;

const cell = (): Int32Array => new Int32Array(new ArrayBuffer(8 * 4));

/**
 * The core's time. `left` holds the cycles until something outside must be looked at; code counts it down, so that one
 * comparison a block tells whether the block may run. The arrays are the ones that generated code works on.
 */
export class Fuel {
  readonly left = cell();
  /** Instructions since the last refill. */
  readonly retired = cell();
  /** Not 0: look outside before the next instruction. */
  readonly attention = cell();
  #filledAt = 0;
  #filled = 0;
  #instructions = 0;

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
    this.left[0]! += restCycles;
    this.retired[0]! -= restInstructions;
    this.attention[0] = 1;
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
