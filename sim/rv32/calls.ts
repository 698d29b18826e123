import type { Observer } from './platform.js';

const KEPT = 1024;

/** Registers that hold return addresses by the calling convention. */
export const isLink = (register: number): boolean => register === 1 || register === 5;

/** The calls under way, for the call stack of a fault. */
export class CallList {
  readonly #returns = new Int32Array(new ArrayBuffer(KEPT * 4));
  readonly #observer: Observer | undefined;
  /** Number of calls under way. */
  depth = 0;

  constructor(observer: Observer | undefined) {
    this.#observer = observer;
  }

  /** A call from `pc` to `target` that will return to `back`. */
  called(pc: number, target: number, back: number): void {
    this.depth++;
    this.#returns[this.depth & (KEPT - 1)] = back;
    this.#observer?.call(pc, target, back);
  }

  /** Takes the calls down to the one that returns here; a target that nobody called from leaves them as they are. */
  returned(target: number): void {
    for (let depth = this.depth; depth > Math.max(0, this.depth - KEPT); depth--)
      if (this.#returns[depth & (KEPT - 1)] === target) {
        this.depth = depth - 1;
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
