import { KEPT_CALLS, type LinearMemory } from './linear-memory.js';
import type { Observer } from './platform.js';

const KEPT = KEPT_CALLS;

/** Registers that hold return addresses by the calling convention. */
export const isLink = (register: number): boolean => register === 1 || register === 5;

/** The calls under way, for the call stack of a fault. */
export class CallList {
  readonly #returns: Int32Array;
  readonly #depth: Int32Array;
  readonly #observer: Observer | undefined;

  constructor(observer: Observer | undefined, memory: LinearMemory) {
    this.#observer = observer;
    this.#depth = memory.words(memory.at.depth, 1);
    this.#returns = memory.words(memory.at.returns, KEPT);
  }

  /** Number of calls under way. */
  get depth(): number {
    return this.#depth[0]!;
  }

  /** A call from `pc` to `target` that will return to `back`. */
  called(pc: number, target: number, back: number): void {
    this.#depth[0]!++;
    this.#returns[this.depth & (KEPT - 1)] = back;
    this.#observer?.call(pc, target, back);
  }

  /** Takes the calls down to the one that returns here; a target that nobody called from leaves them as they are. */
  returned(target: number): void {
    for (let depth = this.depth; depth > Math.max(0, this.depth - KEPT); depth--)
      if (this.#returns[depth & (KEPT - 1)] === target) {
        this.#depth[0] = depth - 1;
        break;
      }
    this.#observer?.return(target);
  }

  /** Return addresses, innermost first; only the last 1024 are kept. */
  returnAddresses(): number[] {
    const out: number[] = [];
    for (let depth = this.depth; depth > Math.max(0, this.depth - KEPT); depth--)
      out.push(this.#returns[depth & (KEPT - 1)]!);
    return out;
  }
}
