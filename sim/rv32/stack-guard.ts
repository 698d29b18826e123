import { hex } from '../../src/base/units.js';
import type { Decoded } from './decode.js';
import { MachineFault } from './faults.js';

/** The stack's bytes: [low, high). */
export interface StackBounds {
  readonly low: number;
  readonly high: number;
}

const SP = 2;

/** Whether an instruction makes room on the stack: only these need to be looked at. */
export const movesStack = (d: Decoded): boolean =>
  d.rd === SP && d.rs1 === SP && d.row.name === 'addi' && d.imm < 0;

/** Watches the stack pointer. Other stacks (of threads, on the heap) are left alone. */
export class StackGuard {
  readonly #x: Int32Array;
  readonly #bounds: StackBounds | undefined;

  constructor(x: Int32Array, bounds: StackBounds | undefined) {
    this.#x = x;
    this.#bounds = bounds;
  }

  /** sp was moved by `by` bytes: it must not have left the stack by its low end. */
  moved(by: number, pc: number): void {
    const bounds = this.#bounds;
    if (bounds === undefined) return;
    const sp = this.#x[SP]! >>> 0;
    const before = sp - by;
    if (sp >= bounds.low || before < bounds.low || before > bounds.high) return;
    throw new MachineFault(
      'stack overflow',
      pc,
      `the stack overflows: sp moves to ${hex(sp)}, the stack is ${hex(bounds.low)}..${hex(bounds.high)}`,
      'Make the stack larger in the linker script, or the recursion or local arrays smaller.',
    );
  }
}
