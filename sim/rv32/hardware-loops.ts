import type { CodeCache } from './code-cache.js';
import type { Fuel } from './fuel.js';
import { stallBetween } from './hazards.js';
import type { LinearMemory } from './linear-memory.js';
import type { Operands } from './step-tier.js';

/** The two hardware loops. Their registers: start, end, count of loop 0, then of loop 1. */
export class HardwareLoops {
  readonly registers: Int32Array;
  readonly #cache: CodeCache;
  readonly #fuel: Fuel;

  constructor(cache: CodeCache, fuel: Fuel, memory: LinearMemory) {
    this.registers = memory.words(memory.at.loops, 8);
    this.#cache = cache;
    this.#fuel = fuel;
  }

  /** Where to go after the last instruction of a body: loop 0 is asked first; a count of 1 or 0 goes on. */
  next(d: Operands, pc: number): number {
    const L = this.registers;
    for (const base of [0, 3]) {
      if (L[base + 1] !== (pc | 0) || L[base + 2]! >>> 0 <= 1) continue;
      L[base + 2]!--;
      const start = L[base]! >>> 0;
      this.tradeStall(d.stall, pc, start);
      return start;
    }
    return pc + d.bytes;
  }

  /** The way back trades the stall with the instruction after the body for that with the body's first. */
  tradeStall(charged: number, pc: number, start: number): void {
    if (!this.#cache.contains(start)) return;
    this.#fuel.spend(stallBetween(this.#cache.at(pc), this.#cache.at(start)) - charged);
  }

  /** A loop's end was written: code that passes it must look. */
  endsAt(pc: number, restCycles: number, restInstructions: number): void {
    const L = this.registers;
    for (const base of [0, 3]) if (L[base + 1] === (pc | 0)) this.#noteStart(pc, L[base]! >>> 0);
    if (this.#cache.markEnd(pc)) this.#fuel.raise(restCycles, restInstructions);
  }

  #noteStart(end: number, start: number): void {
    const known = this.#cache.loopStarts.get(end);
    if (known === undefined) this.#cache.loopStarts.set(end, new Set([start]));
    else known.add(start);
  }
}
