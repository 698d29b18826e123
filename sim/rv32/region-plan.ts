import type { CodeCache } from './code-cache.js';
import type { Operands } from './step-tier.js';

/** A straight run of instructions that is entered at its first and left at its last. */
export interface Block {
  readonly pc: number;
  readonly instructions: readonly { readonly pc: number; readonly d: Operands }[];
}

/** What one translation covers. */
export interface Plan {
  /** In the order of their addresses. */
  readonly blocks: readonly Block[];
  /** Number of the block that starts at an address. */
  readonly numbers: ReadonlyMap<number, number>;
  /** The starts of the hardware loops that were seen to end at an address. */
  readonly starts: ReadonlyMap<number, readonly number[]>;
  /** Words of L2 that the translation depends on, as indices. */
  readonly words: ReadonlySet<number>;
}

/** Instructions of one region; a JavaScript function far beyond this would not be optimised. */
const MOST = 400;
/** Instructions of one block, so that its cycles stay small against the time between events. */
const LONGEST_BLOCK = 64;

const stepOnly = (d: Operands): boolean => {
  const { kind } = d.row.effect;
  return kind === 'csr' || kind === 'system';
};

/**
 * Walks from `pc` along direct jumps, fall-through and the way back from calls; cuts what it found into blocks. Only
 * instructions that have run are taken: code that the JavaScript engine has seen no types for makes it give up its optimised
 * function the first time it is reached.
 */
export function discover(pc: number, cache: CodeCache): Plan {
  const found = new Map<number, Operands>();
  const leaders = new Set<number>([pc]);
  const starts = new Map<number, number[]>();
  const work = [pc];
  const lead = (target: number): void => {
    if (leaders.has(target)) return;
    leaders.add(target);
    work.push(target);
  };
  while (work.length > 0) {
    let at = work.pop() ?? pc;
    while (!found.has(at) && found.size < MOST && cache.ran(at)) {
      const d = cache.at(at);
      found.set(at, d);
      if (follow(d, at, cache, starts, lead)) break;
      at += d.bytes;
    }
  }
  return cut(found, leaders, starts, cache);
}

/** Notes where control can go from `d`. Returns whether it cannot go on to the next instruction by itself. */
function follow(
  d: Operands,
  at: number,
  cache: CodeCache,
  starts: Map<number, number[]>,
  lead: (target: number) => void,
): boolean {
  const next = at + d.bytes;
  const { effect } = d.row;
  switch (effect.kind) {
    case 'branch':
      lead(next);
      lead(at + d.imm);
      return true;
    case 'jump':
      lead(d.rd === 0 ? at + d.imm : next);
      return true;
    case 'jumpRegister':
      if (d.rd !== 0) lead(next);
      return true;
    case 'csr':
    case 'system':
      lead(next);
      return true;
    case 'loop':
      noteLoop(d, at, cache, starts, lead);
      return false;
    default:
      if (cache.ends[cache.half(at)] === 0) return false;
      lead(next);
      return true;
  }
}

/** A set-up names start and end at once; its end is looked at from now on. */
function noteLoop(
  d: Operands,
  at: number,
  cache: CodeCache,
  starts: Map<number, number[]>,
  lead: (target: number) => void,
): void {
  const setup = d.row.name === 'lp.setup' || d.row.name === 'lp.setupi';
  if (!setup) return;
  const end = at + 2 * (d.row.name === 'lp.setup' ? d.imm : d.imm2);
  cache.markEnd(end);
  starts.set(end, [...(starts.get(end) ?? []), at + 4]);
  lead(at + 4);
}

function cut(
  found: ReadonlyMap<number, Operands>,
  leaders: ReadonlySet<number>,
  starts: ReadonlyMap<number, readonly number[]>,
  cache: CodeCache,
): Plan {
  const blocks: Block[] = [];
  const words = new Set<number>();
  const pending = [...leaders].sort((a, b) => a - b);
  for (const leader of pending) {
    const block = cutBlock(leader, found, leaders, cache, words);
    if (block.instructions.length > 0) blocks.push(block);
  }
  const numbers = new Map(blocks.map((block, number) => [block.pc, number]));
  return { blocks, numbers, starts, words };
}

function cutBlock(
  leader: number,
  found: ReadonlyMap<number, Operands>,
  leaders: ReadonlySet<number>,
  cache: CodeCache,
  words: Set<number>,
): Block {
  const instructions: { pc: number; d: Operands }[] = [];
  let at = leader;
  while (instructions.length < LONGEST_BLOCK) {
    const d = found.get(at);
    if (d === undefined || stepOnly(d)) break;
    instructions.push({ pc: at, d });
    // The stall of the last instruction comes from the one after it: that one's words count too.
    for (let half = 0; half <= d.bytes + 2; half += 2) words.add(cache.half(at + half) >>> 1);
    const { kind } = d.row.effect;
    const ends = kind === 'branch' || kind === 'jump' || kind === 'jumpRegister';
    at += d.bytes;
    if (ends || leaders.has(at) || cache.ends[cache.half(at - d.bytes)] !== 0) break;
  }
  return { pc: leader, instructions };
}
