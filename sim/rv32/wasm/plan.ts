import { isLink } from '../calls.js';
import type { CodeCache } from '../code-cache.js';
import type { Operands } from '../step-tier.js';

/** A straight run of instructions that is entered at its first and left at its last. */
export interface Block {
  readonly number: number;
  readonly pc: number;
  readonly within: Activation;
  readonly instructions: readonly { readonly pc: number; readonly d: Operands }[];
}

/**
 * The code around a region's start, or a function that the region has taken in at one of its calls: its code lies in the
 * region once for each such call, so that every copy knows where it returns to.
 */
export class Activation {
  readonly caller: Activation | undefined;
  /** First instruction. */
  readonly start: number;
  /** Where it returns to; without a meaning where nobody called it. */
  readonly back: number;
  readonly depth: number;
  readonly found = new Map<number, Operands>();
  /** Addresses at which blocks begin. */
  readonly leaders = new Set<number>();
  readonly blocks = new Map<number, Block>();
  /** The functions taken in, by the address of the call. */
  readonly calls = new Map<number, Activation>();

  constructor(start: number, caller?: Activation, back = 0) {
    this.start = start;
    this.caller = caller;
    this.back = back;
    this.depth = caller === undefined ? 0 : caller.depth + 1;
  }

  /** Whether this is a call of the function at `start`, or lies within one. */
  isWithin(start: number): boolean {
    return this.start === start || this.caller?.isWithin(start) === true;
  }
}

/** What one translation covers. */
export interface Plan {
  readonly blocks: readonly Block[];
  /** Blocks that the run loop may enter: the first, loops, and those after calls and instructions that the region leaves out. */
  readonly entries: readonly Block[];
  /** Words of L2 that the translation depends on, as indices. */
  readonly words: ReadonlySet<number>;
}

/** Instructions of one region. */
const MOST = 600;
const LONGEST_BLOCK = 64;
/** Calls within calls that are taken in. */
const DEEPEST = 3;

const stepOnly = (d: Operands, at: number, cache: CodeCache): boolean => {
  const { effect } = d.row;
  if (effect.kind === 'csr' || effect.kind === 'system') return true;
  return effect.kind === 'loop' && (effect.end !== undefined || cache.ends[cache.half(at)] !== 0);
};

class Walk {
  readonly #cache: CodeCache;
  readonly #root: Activation;
  /** Addresses of the root that the run loop comes back to. */
  readonly #entries = new Set<number>();
  /** Calls wait until all of the function around them is found. */
  readonly #later: Activation[] = [];
  /** Functions that call themselves: taken in, they would be left again at once. */
  readonly #recursive = new Set<number>();
  #size = 0;

  constructor(pc: number, cache: CodeCache) {
    this.#cache = cache;
    this.#root = new Activation(pc);
  }

  plan(): Plan {
    this.#explore(this.#root);
    for (let call = this.#later.shift(); call !== undefined; call = this.#later.shift())
      if (!this.#recursive.has(call.start) && !this.#root.found.has(call.start)) this.#explore(call);
    return this.#cut();
  }

  #explore(within: Activation): void {
    const { start } = within;
    const work = [start];
    const lead = (pc: number): void => {
      if (within.leaders.has(pc)) return;
      within.leaders.add(pc);
      work.push(pc);
    };
    within.leaders.add(start);
    if (within === this.#root) this.#entries.add(start);
    for (let pc = work.pop(); pc !== undefined; pc = work.pop()) this.#follow(within, pc, lead);
  }

  #follow(within: Activation, pc: number, lead: (pc: number) => void): void {
    let at = pc;
    while (!within.found.has(at) && this.#size < MOST && this.#cache.ran(at)) {
      const d = this.#cache.at(at);
      within.found.set(at, d);
      this.#size++;
      if (this.#branches(within, d, at, lead)) return;
      at += d.bytes;
    }
  }

  /** Notes where control can go from `d`. Returns whether it cannot go on to the next instruction by itself. */
  #branches(within: Activation, d: Operands, at: number, lead: (pc: number) => void): boolean {
    const next = at + d.bytes;
    const { kind } = d.row.effect;
    if (kind === 'branch') {
      lead(next);
      this.#jumps(within, at, at + d.imm, lead);
      return true;
    }
    if (kind === 'jump') {
      if (isLink(d.rd)) {
        lead(next);
        this.#call(within, at, at + d.imm, next);
      } else this.#jumps(within, at, at + d.imm, lead);
      return true;
    }
    if (kind === 'jumpRegister') {
      if (d.rd !== 0) this.#comesBack(within, next, lead);
      return true;
    }
    if (stepOnly(d, at, this.#cache)) {
      this.#comesBack(within, next, lead);
      return true;
    }
    if (this.#cache.ends[this.#cache.half(at)] === 0) return false;
    lead(next);
    for (const start of this.#cache.loopStarts.get(at) ?? []) this.#jumps(within, at, start, lead);
    return true;
  }

  /** A jump back is a loop: the run loop may come in there, after an interrupt for instance. */
  #jumps(within: Activation, at: number, target: number, lead: (pc: number) => void): void {
    if (target <= at) this.#comesBack(within, target, lead);
    else lead(target);
  }

  /** The run loop comes back to here; code of a function taken in is entered only through its call. */
  #comesBack(within: Activation, pc: number, lead: (pc: number) => void): void {
    lead(pc);
    if (within === this.#root) this.#entries.add(pc);
  }

  #call(within: Activation, at: number, target: number, back: number): void {
    if (within.isWithin(target)) this.#recursive.add(target);
    else if (within.depth < DEEPEST && this.#cache.ran(target)) {
      const call = new Activation(target, within, back);
      within.calls.set(at, call);
      this.#later.push(call);
      return;
    }
    if (within === this.#root) this.#entries.add(back);
  }

  #cut(): Plan {
    const blocks: Block[] = [];
    const words = new Set<number>();
    const cutAll = (within: Activation): void => {
      const found: Pick<Block, 'pc' | 'instructions'>[] = [];
      // Where a block is cut short, what follows leads the next one: the list grows on the way.
      for (const pc of within.leaders) {
        const instructions = this.#cutBlock(within, pc);
        if (instructions.length === 0) continue;
        found.push({ pc, instructions });
      }
      // In the order of their addresses: an outer loop begins before those inside it.
      for (const { pc, instructions } of found.sort((a, b) => a.pc - b.pc)) {
        const block = { number: blocks.length, pc, within, instructions };
        blocks.push(block);
        within.blocks.set(pc, block);
      }
      // The stall of an instruction comes from the one after it: that one's words count too.
      for (const [pc, d] of within.found)
        for (let half = 0; half <= d.bytes + 2; half += 2) words.add(this.#cache.half(pc + half) >>> 1);
      for (const [at, call] of within.calls) {
        if (!this.#recursive.has(call.start)) cutAll(call);
        if (call.blocks.has(call.start)) continue;
        // It found no room, or calls itself: the run loop makes the call, and comes back.
        within.calls.delete(at);
        if (within === this.#root) this.#entries.add(call.back);
      }
    };
    cutAll(this.#root);
    const entries = blocks.filter((b) => b.within === this.#root && this.#entries.has(b.pc));
    return { blocks, entries, words };
  }

  #cutBlock(within: Activation, pc: number): Block['instructions'] {
    const instructions: { pc: number; d: Operands }[] = [];
    let at = pc;
    for (;;) {
      const d = within.found.get(at);
      if (d === undefined || stepOnly(d, at, this.#cache)) break;
      if (instructions.length === LONGEST_BLOCK) {
        within.leaders.add(at);
        break;
      }
      instructions.push({ pc: at, d });
      const { kind } = d.row.effect;
      const atEnd = this.#cache.ends[this.#cache.half(at)] !== 0;
      at += d.bytes;
      if (kind === 'branch' || kind === 'jump' || kind === 'jumpRegister' || atEnd) break;
      if (within.leaders.has(at)) break;
    }
    return instructions;
  }
}

/**
 * Walks from `pc` along direct jumps, fall-through and into calls; cuts what it found into blocks. Only instructions that
 * have run are taken, so that cold code costs nothing.
 */
export const discover = (pc: number, cache: CodeCache): Plan => new Walk(pc, cache).plan();
