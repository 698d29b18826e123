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
      if (follow(d, at, cache, lead)) break;
      at += d.bytes;
    }
  }
  return cut(found, leaders, cache);
}

/** Notes where control can go from `d`. Returns whether it cannot go on to the next instruction by itself. */
function follow(d: Operands, at: number, cache: CodeCache, lead: (target: number) => void): boolean {
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
    default:
      if (cache.ends[cache.half(at)] === 0) return false;
      lead(next);
      for (const start of cache.loopStarts.get(at) ?? []) lead(start);
      return true;
  }
}

function cut(found: ReadonlyMap<number, Operands>, leaders: ReadonlySet<number>, cache: CodeCache): Plan {
  const blocks: Block[] = [];
  const words = new Set<number>();
  const pending = [...leaders].sort((a, b) => a - b);
  for (const leader of pending) {
    const block = cutBlock(leader, found, leaders, cache, words);
    if (block.instructions.length > 0) blocks.push(block);
  }
  const numbers = new Map(blocks.map((block, number) => [block.pc, number]));
  return { blocks, numbers, words };
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
