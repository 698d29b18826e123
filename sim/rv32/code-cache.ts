import { type Decoded, decode, isWide } from './decode.js';
import { fallsThrough, stallBetween, staticCycles } from './hazards.js';
import type { Execute, Operands } from './step-tier.js';
import type { Instruction } from './table/index.js';
import type { WaitStates } from './timing.js';

/**
 * A translated piece of the program: `run(block)` starts at one of its blocks and returns the next pc, or ~pc where the
 * instruction there is for the step tier.
 */
export interface Region {
  readonly backend: 'webassembly' | 'javascript';
  readonly run: (block: number) => number;
  /** The blocks to start at. */
  readonly entries: readonly { readonly pc: number; readonly number: number }[];
  /** Words of L2, as indices, that the translation was made from. */
  readonly words: ReadonlySet<number>;
}

/** The row of a word that is no instruction. */
const ILLEGAL: Instruction = {
  name: '(illegal)',
  pattern: '--------------------------------',
  operands: '',
  effect: { kind: 'system', op: 'ebreak' },
  timing: 'trap',
  extension: 'Machine',
};

const NO_OPERANDS = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, imm2: 0, l: 0 };
/** A store changes instructions that start up to 2 bytes before it and the stalls of those before them. */
const REACH_BACK = 6;

/** Decoded instructions and translated regions of L2, dropped when their bytes change. */
export class CodeCache {
  /** One byte a word of L2: not 0 where decoded code lies. Stores look here. */
  readonly code: Uint8Array;
  /** One byte a half: 1 where some hardware loop ends. */
  readonly ends: Uint8Array;
  /** The starts that hardware loops which end at an address have had. */
  readonly loopStarts = new Map<number, Set<number>>();
  /** The region that has a block at a half, and the block's number. */
  readonly regions: (Region | undefined)[];
  readonly blocks: Int32Array;
  /** How often a jump arrived at a half that is not translated. */
  readonly heat: Uint8Array;
  readonly #decoded: (Operands | undefined)[];
  readonly #base: number;
  readonly #halves: Uint16Array;
  readonly #execute: (row: Instruction) => Execute;
  readonly #illegal: Execute;
  readonly #waits: WaitStates;
  readonly #live = new Set<Region>();

  constructor(options: {
    readonly base: number;
    readonly halves: Uint16Array;
    readonly execute: (row: Instruction) => Execute;
    readonly illegal: Execute;
    readonly waits: WaitStates;
    readonly code: Uint8Array;
  }) {
    this.#base = options.base;
    this.#halves = options.halves;
    this.#execute = options.execute;
    this.#illegal = options.illegal;
    this.#waits = options.waits;
    const halves = options.halves.length;
    this.code = options.code;
    this.ends = new Uint8Array(halves);
    this.blocks = new Int32Array(halves);
    this.heat = new Uint8Array(halves);
    this.regions = new Array<Region | undefined>(halves).fill(undefined);
    this.#decoded = new Array<Operands | undefined>(halves).fill(undefined);
  }

  /** Number of the half that an address of L2 falls in. */
  half(pc: number): number {
    return (pc - this.#base) >>> 1;
  }

  contains(pc: number): boolean {
    return pc >= this.#base && pc < this.#base + this.#halves.length * 2;
  }

  /** The instruction at an even address of L2. */
  at(pc: number): Operands {
    const index = this.half(pc);
    const known = this.#decoded[index];
    if (known !== undefined) return known;
    const made = this.#decode(pc);
    this.#decoded[index] = made;
    return made;
  }

  /** Whether the instruction at `pc` has run since its bytes last changed. */
  ran(pc: number): boolean {
    return this.contains(pc) && this.#decoded[this.half(pc)] !== undefined;
  }

  #word(pc: number): number {
    const index = this.half(pc);
    const low = this.#halves[index] ?? 0;
    return isWide(low) ? low | ((this.#halves[index + 1] ?? 0) << 16) : low;
  }

  /** Looks at an instruction and marks its words as code. */
  #peek(pc: number): Decoded | undefined {
    if (!this.contains(pc)) return undefined;
    const word = this.#word(pc);
    const offset = pc - this.#base;
    this.code[offset >>> 2] = 1;
    if (isWide(word) && offset + 2 < this.#halves.length * 2) this.code[(offset + 2) >>> 2] = 1;
    return decode(word);
  }

  #decode(pc: number): Operands {
    const d = this.#peek(pc);
    if (d === undefined) {
      const word = this.#word(pc);
      const bytes = isWide(word) ? 4 : 2;
      return {
        ...NO_OPERANDS,
        row: ILLEGAL,
        bytes,
        word: word >>> 0,
        execute: this.#illegal,
        cycles: 5,
        stall: 0,
      };
    }
    const next = fallsThrough(d) ? this.#peek(pc + d.bytes) : undefined;
    const execute = this.#execute(d.row);
    const stall = next === undefined ? 0 : stallBetween(d, next);
    return { ...d, execute, cycles: staticCycles(d, next, this.#waits), stall };
  }

  addRegion(region: Region): void {
    this.#live.add(region);
    for (const { pc, number } of region.entries) {
      const index = this.half(pc);
      this.regions[index] = region;
      this.blocks[index] = number;
    }
  }

  #dropRegions(touches: (region: Region) => boolean): boolean {
    let dropped = false;
    for (const region of this.#live) {
      if (!touches(region)) continue;
      dropped = true;
      this.#live.delete(region);
      for (const { pc } of region.entries)
        if (this.regions[this.half(pc)] === region) this.regions[this.half(pc)] = undefined;
    }
    return dropped;
  }

  /**
   * Bytes of L2 changed, by a store, a device or a debugger. Returns whether translated code was dropped.
   */
  memoryChanged(offset: number, bytes: number): boolean {
    const last = offset + bytes - 1;
    for (let word = offset >>> 2; word <= last >>> 2; word++)
      if (this.code[word] !== 0) {
        this.heat.fill(0, Math.max(0, offset - REACH_BACK) >>> 1, (last >>> 1) + 1);
        return this.#invalidate(offset, bytes);
      }
    return false;
  }

  drop(region: Region): void {
    this.#dropRegions((r) => r === region);
  }

  /** Forgets every translation, so that each instruction passes the step tier. */
  dropAll(): void {
    this.#dropRegions(() => true);
  }

  /** Forgets what was decoded from bytes of L2 that changed. Returns whether translated code went with it. */
  #invalidate(offset: number, bytes: number): boolean {
    const first = Math.max(0, offset - REACH_BACK);
    for (let half = first >>> 1; half <= (offset + bytes - 1) >>> 1; half++) this.#decoded[half] = undefined;
    return this.#dropRegions((region) => {
      for (let word = first >>> 2; word <= (offset + bytes - 1) >>> 2; word++)
        if (region.words.has(word)) return true;
      return false;
    });
  }

  /** Notes that a hardware loop ends at `pc`. Returns whether translated code that did not look there was dropped. */
  markEnd(pc: number): boolean {
    if (!this.contains(pc) || this.ends[this.half(pc)] !== 0) return false;
    this.ends[this.half(pc)] = 1;
    const word = (pc - this.#base) >>> 2;
    return this.#dropRegions((region) => region.words.has(word));
  }
}
