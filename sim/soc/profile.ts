import { hex } from '../../src/base/units.js';
import type { Observer } from '../rv32/platform.js';

/** Cycles and instructions. */
export interface Cost {
  readonly cycles: number;
  readonly instructions: number;
}

export interface FunctionCost extends Cost {
  readonly name: string;
  readonly calls: number;
}

export interface CallEdge extends Cost {
  readonly caller: string;
  readonly callee: string;
  readonly calls: number;
}

export interface Profile {
  /** What each function did itself, most cycles first. */
  readonly functions: readonly FunctionCost[];
  /** Calls, with everything that happened until they returned. */
  readonly edges: readonly CallEdge[];
  /** "_start;main;sort" -> cycles spent with exactly these functions under way. */
  readonly stacks: ReadonlyMap<string, number>;
  readonly total: Cost;
}

/** The machine under observation. */
export interface ProfiledMachine {
  now(): number;
  readonly instructions: number;
  readonly sleepCycles: number;
  readonly pc: number;
  /** The function that an address lies in. */
  name(address: number): string | undefined;
}

interface Frame {
  readonly name: string;
  /** Where a return goes. A tail call returns together with the frame below it. */
  readonly back: number;
  readonly kind: 'call' | 'tail' | 'trap';
  readonly path: string;
  /** Totals when the frame began. */
  readonly began: Cost;
}

/** Time asleep, shown as a function of its own. */
export const SLEEP = '[asleep in wfi]';

/**
 * Attributes every cycle to the function that spent it. It hears of calls, returns, jumps between functions and traps
 * only: the cycles between two of these belong to one function, so nothing is sampled and nothing is lost.
 */
export class Profiler implements Observer {
  #machine: ProfiledMachine | undefined;
  readonly #self = new Map<string, { cycles: number; instructions: number; calls: number }>();
  readonly #edges = new Map<string, CallEdge>();
  readonly #stacks = new Map<string, number>();
  readonly #frames: Frame[] = [];
  #last: Cost = { cycles: 0, instructions: 0 };
  #slept = 0;

  /** Starts: the machine stands before its first instruction. */
  attach(machine: ProfiledMachine): void {
    this.#machine = machine;
    this.#push(machine.pc, -1, 'call');
  }

  call(_pc: number, target: number, back: number): void {
    this.#spend();
    this.#push(target, back, 'call');
  }

  return(target: number): void {
    this.#spend();
    const depth = this.#frames.findLastIndex((f) => f.kind === 'call' && f.back === target);
    if (depth > 0) this.#popTo(depth);
    else this.#replace(target);
  }

  leave(_pc: number, target: number): void {
    this.#spend();
    this.#replace(target);
  }

  trap(_pc: number, target: number): void {
    this.#spend();
    this.#push(target, -1, 'trap');
  }

  trapReturn(target: number): void {
    this.#spend();
    const depth = this.#frames.findLastIndex((f) => f.kind === 'trap');
    if (depth > 0) this.#popTo(depth);
    // A handler may go back elsewhere: a scheduler switches tasks that way.
    if (this.#frames.at(-1)?.name !== this.#nameOf(target)) this.#replace(target);
  }

  /** The profile so far. */
  finish(): Profile {
    this.#spend();
    while (this.#frames.length > 1) this.#popTo(this.#frames.length - 1);
    const functions = [...this.#self].map(([name, cost]) => ({ name, ...cost }));
    const sum = (key: 'cycles' | 'instructions'): number => functions.reduce((n, f) => n + f[key], 0);
    return {
      functions: functions.sort((a, b) => b.cycles - a.cycles || (a.name < b.name ? -1 : 1)),
      edges: [...this.#edges.values()],
      stacks: this.#stacks,
      total: { cycles: sum('cycles'), instructions: sum('instructions') },
    };
  }

  #nameOf(address: number): string {
    return this.#machine?.name(address) ?? hex(address);
  }

  #totals(): Cost {
    return { cycles: this.#machine?.now() ?? 0, instructions: this.#machine?.instructions ?? 0 };
  }

  /** Gives what passed since the last event to the function on top. */
  #spend(): void {
    const top = this.#frames.at(-1);
    if (top === undefined || this.#machine === undefined) return;
    const now = this.#totals();
    const slept = this.#machine.sleepCycles - this.#slept;
    this.#slept += slept;
    this.#add(
      top.name,
      top.path,
      now.cycles - this.#last.cycles - slept,
      now.instructions - this.#last.instructions,
    );
    if (slept > 0) this.#add(SLEEP, `${top.path};${SLEEP}`, slept, 0);
    this.#last = now;
  }

  #add(name: string, path: string, cycles: number, instructions: number): void {
    const cost = this.#cost(name);
    cost.cycles += cycles;
    cost.instructions += instructions;
    if (cycles > 0) this.#stacks.set(path, (this.#stacks.get(path) ?? 0) + cycles);
  }

  #cost(name: string): { cycles: number; instructions: number; calls: number } {
    let cost = this.#self.get(name);
    if (cost === undefined) {
      cost = { cycles: 0, instructions: 0, calls: 0 };
      this.#self.set(name, cost);
    }
    return cost;
  }

  #push(target: number, back: number, kind: Frame['kind']): void {
    const name = this.#nameOf(target);
    const below = this.#frames.at(-1);
    this.#cost(name).calls++;
    const path = below === undefined ? name : `${below.path};${name}`;
    this.#frames.push({ name, back, kind, path, began: this.#totals() });
  }

  /** A jump to another function: it returns with the one it came from. Jumping back and forth does not pile up. */
  #replace(target: number): void {
    const name = this.#nameOf(target);
    for (let depth = this.#frames.length - 1; depth >= 0; depth--) {
      if (this.#frames[depth]!.name === name) {
        if (depth + 1 < this.#frames.length) this.#popTo(depth + 1);
        return;
      }
      if (this.#frames[depth]!.kind !== 'tail') break;
    }
    this.#push(target, this.#frames.at(-1)?.back ?? -1, 'tail');
  }

  /** Ends frame `depth` and those above it; each gives its cost to the edge that led to it. */
  #popTo(depth: number): void {
    const now = this.#totals();
    while (this.#frames.length > depth) {
      const frame = this.#frames.pop()!;
      const caller = this.#frames.at(-1)?.name ?? frame.name;
      const key = `${caller}\n${frame.name}`;
      const edge = this.#edges.get(key) ?? {
        caller,
        callee: frame.name,
        calls: 0,
        cycles: 0,
        instructions: 0,
      };
      this.#edges.set(key, {
        ...edge,
        calls: edge.calls + 1,
        cycles: edge.cycles + now.cycles - frame.began.cycles,
        instructions: edge.instructions + now.instructions - frame.began.instructions,
      });
    }
  }
}

/** The profile for kcachegrind and callgrind_annotate. */
export function callgrind(profile: Profile, command: string): string {
  const lines = [
    '# callgrind format',
    'version: 1',
    'creator: diana-sim exec --profile',
    `cmd: ${command}`,
    'positions: line',
    'events: Cycles Instructions',
    `summary: ${profile.total.cycles} ${profile.total.instructions}`,
    '',
  ];
  for (const f of profile.functions) {
    lines.push(`fn=${f.name}`, `0 ${f.cycles} ${f.instructions}`);
    for (const e of profile.edges)
      if (e.caller === f.name)
        lines.push(`cfn=${e.callee}`, `calls=${e.calls} 0`, `0 ${e.cycles} ${e.instructions}`);
    lines.push('');
  }
  return lines.join('\n');
}

/** One stack a line with its cycles: what flame graph tools read. */
export const foldedStacks = (profile: Profile): string =>
  [...profile.stacks]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, cycles]) => `${path} ${cycles}\n`)
    .join('');
