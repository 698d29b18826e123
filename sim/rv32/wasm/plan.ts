import { isLink } from '../calls.js';
import type { CodeCache } from '../code-cache.js';
import type { Operands } from '../step-tier.js';

/** A call that a region has taken in: its code lies in the region once for each such call. */
export interface Inlined {
  /** Not 0, and different for each call that a region takes in. */
  readonly number: number;
  readonly caller: Inlined | undefined;
  /** First instruction of the function. */
  readonly target: number;
  /** Where it returns to. */
  readonly back: number;
  readonly depth: number;
}

/** A straight run of instructions that is entered at its first and left at its last. */
export interface Block {
  readonly number: number;
  readonly pc: number;
  readonly within: Inlined | undefined;
  readonly instructions: readonly { readonly pc: number; readonly d: Operands }[];
}

/** What one translation covers. */
export interface Plan {
  readonly blocks: readonly Block[];
  /** The block at an address, seen from a call. */
  readonly find: (within: Inlined | undefined, pc: number) => Block | undefined;
  /** The call that the `jal` at the end of a block makes, where it was taken in. */
  readonly callOf: (block: Block) => Inlined | undefined;
  /** Blocks that the run loop may enter: the first, and those after calls and instructions that the region leaves out. */
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

/** Names a place; pc has 32 bits. */
const key = (within: Inlined | undefined, pc: number): number => (within?.number ?? 0) * 2 ** 32 + pc;

interface Place {
  readonly within: Inlined | undefined;
  readonly pc: number;
}

class Walk {
  readonly #cache: CodeCache;
  readonly #found = new Map<number, Operands>();
  readonly #leaders = new Map<number, Place>();
  readonly #entries = new Set<number>();
  readonly #calls = new Map<number, Inlined>();
  readonly #work: Place[] = [];
  /** Calls wait until all of the function around them is found. */
  readonly #later: Inlined[] = [];

  constructor(cache: CodeCache) {
    this.#cache = cache;
  }

  from(pc: number): Plan {
    this.#lead({ within: undefined, pc });
    this.#entries.add(key(undefined, pc));
    for (;;) {
      const place = this.#work.pop();
      if (place !== undefined) this.#follow(place);
      else {
        const call = this.#later.shift();
        if (call === undefined) break;
        this.#lead({ within: call, pc: call.target });
      }
    }
    return this.#cut();
  }

  #lead(place: Place): void {
    const name = key(place.within, place.pc);
    if (this.#leaders.has(name)) return;
    this.#leaders.set(name, place);
    this.#work.push(place);
  }

  #follow({ within, pc }: Place): void {
    let at = pc;
    for (;;) {
      const name = key(within, at);
      if (this.#found.has(name) || this.#found.size >= MOST || !this.#cache.ran(at)) return;
      const d = this.#cache.at(at);
      this.#found.set(name, d);
      if (this.#branches(d, at, within)) return;
      at += d.bytes;
    }
  }

  /** Notes where control can go from `d`. Returns whether it cannot go on to the next instruction by itself. */
  #branches(d: Operands, at: number, within: Inlined | undefined): boolean {
    const next = at + d.bytes;
    const { kind } = d.row.effect;
    if (kind === 'branch') {
      this.#lead({ within, pc: next });
      this.#lead({ within, pc: at + d.imm });
      return true;
    }
    if (kind === 'jump') {
      if (!isLink(d.rd)) this.#lead({ within, pc: at + d.imm });
      else this.#call(d, at, within);
      return true;
    }
    if (kind === 'jumpRegister') {
      if (d.rd !== 0) this.#enter({ within, pc: next });
      return true;
    }
    if (stepOnly(d, at, this.#cache)) {
      this.#enter({ within, pc: next });
      return true;
    }
    if (this.#cache.ends[this.#cache.half(at)] === 0) return false;
    this.#lead({ within, pc: next });
    for (const start of this.#cache.loopStarts.get(at) ?? []) this.#lead({ within, pc: start });
    return true;
  }

  /** A place that the run loop comes back to; code of a call taken in is entered only through the call. */
  #enter(place: Place): void {
    this.#lead(place);
    if (place.within === undefined) this.#entries.add(key(undefined, place.pc));
  }

  #call(d: Operands, at: number, within: Inlined | undefined): void {
    const target = at + d.imm;
    const back = at + d.bytes;
    const depth = (within?.depth ?? 0) + 1;
    let recursive = false;
    for (let c = within; c !== undefined; c = c.caller) recursive ||= c.target === target;
    if (recursive || depth > DEEPEST || !this.#cache.ran(target)) {
      this.#enter({ within, pc: back });
      return;
    }
    const call: Inlined = { number: this.#calls.size + 1, caller: within, target, back, depth };
    this.#calls.set(key(within, at), call);
    this.#later.push(call);
    this.#lead({ within, pc: back });
  }

  #cut(): Plan {
    const blocks: Block[] = [];
    const words = new Set<number>();
    // Where a block is cut short, what follows leads the next one: the list grows on the way.
    for (const { within, pc } of this.#leaders.values()) {
      const instructions = this.#cutBlock(within, pc, words);
      if (instructions.length > 0) blocks.push({ number: blocks.length, pc, within, instructions });
    }
    this.#giveUpEmptyCalls(blocks);
    const named = new Map(blocks.map((b) => [key(b.within, b.pc), b]));
    const find = (within: Inlined | undefined, pc: number): Block | undefined => named.get(key(within, pc));
    return {
      blocks,
      find,
      callOf: (block) => this.#calls.get(key(block.within, block.instructions.at(-1)!.pc)),
      entries: blocks.filter((b) => this.#entries.has(key(b.within, b.pc))),
      words,
    };
  }

  /** Calls whose function found no room any more: the run loop makes them, and comes back. */
  #giveUpEmptyCalls(blocks: readonly Block[]): void {
    const kept = new Set(blocks.filter((b) => b.within?.target === b.pc).map((b) => b.within));
    for (const [at, call] of this.#calls)
      if (!kept.has(call)) {
        this.#calls.delete(at);
        if (call.caller === undefined) this.#entries.add(key(undefined, call.back));
      }
  }

  #cutBlock(within: Inlined | undefined, pc: number, words: Set<number>): Block['instructions'] {
    const instructions: { pc: number; d: Operands }[] = [];
    let at = pc;
    for (;;) {
      const d = this.#found.get(key(within, at));
      if (d === undefined || stepOnly(d, at, this.#cache)) break;
      if (instructions.length === LONGEST_BLOCK) {
        this.#leaders.set(key(within, at), { within, pc: at });
        break;
      }
      instructions.push({ pc: at, d });
      // The stall of the last instruction comes from the one after it: that one's words count too.
      for (let half = 0; half <= d.bytes + 2; half += 2) words.add(this.#cache.half(at + half) >>> 1);
      const { kind } = d.row.effect;
      at += d.bytes;
      if (kind === 'branch' || kind === 'jump' || kind === 'jumpRegister') break;
      if (this.#leaders.has(key(within, at)) || this.#cache.ends[this.#cache.half(at - d.bytes)] !== 0) break;
    }
    return instructions;
  }
}

/**
 * Walks from `pc` along direct jumps, fall-through and into calls; cuts what it found into blocks. Only instructions that
 * have run are taken, so that cold code costs nothing.
 */
export const discover = (pc: number, cache: CodeCache): Plan => new Walk(cache).from(pc);
