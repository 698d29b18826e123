import type { Finding } from '../../src/results/finding.js';
import { StoppedByFinding } from '../check/finding-log.js';
import { MachineFault } from '../rv32/faults.js';
import { type MemoryTouch, memoryTouch } from './access.js';
import { locate } from './fault-report.js';
import { canonical } from './load.js';
import type { Soc } from './soc.js';

/** Bytes whose change or use stops the program. */
export interface Watchpoint {
  readonly address: number;
  readonly bytes: number;
  readonly on: 'read' | 'write' | 'access';
}

/** Why the program stands. */
export type Stop =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'break' }
  | {
      readonly kind: 'watch';
      readonly watchpoint: Watchpoint;
      readonly touch: MemoryTouch;
      readonly pc: number;
    }
  | { readonly kind: 'fault'; readonly fault: MachineFault }
  /** The sanitizer was to stop at what it found; the instruction at the pc is not complete. */
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'limit' };

const RECENT = 16;

/** Runs a machine under control: instruction by instruction, or at full speed while nothing needs to be looked at. */
export class Debugger {
  readonly soc: Soc;
  readonly breakpoints = new Set<number>();
  readonly watchpoints: Watchpoint[] = [];
  readonly #recent: number[] = [];

  constructor(soc: Soc) {
    this.soc = soc;
  }

  /** The addresses of the last instructions that ran one by one, oldest first. */
  get recent(): readonly number[] {
    return this.#recent;
  }

  /** Runs one instruction. */
  step(): Stop | undefined {
    const { soc } = this;
    const { core } = soc;
    const pc = core.pc;
    const touch = this.watchpoints.length === 0 ? undefined : memoryTouch(soc, pc);
    this.#recent.push(pc);
    if (this.#recent.length > RECENT) this.#recent.shift();
    try {
      if (core.stepChecked()) return { kind: 'exit', status: soc.bus.exitStatus ?? 0 };
    } catch (error) {
      return this.#caught(error);
    }
    if (touch === undefined) return undefined;
    const watchpoint = this.watchpoints.find((w) => hits(w, touch, soc.l2.base));
    return watchpoint === undefined ? undefined : { kind: 'watch', watchpoint, touch, pc };
  }

  /** Runs until something stops the program, or until `cycles` more have passed. */
  run(cycles: number): Stop {
    const until = this.soc.core.now() + cycles;
    if (this.breakpoints.size === 0 && this.watchpoints.length === 0) return this.#runFast(until);
    for (;;) {
      const stop = this.step();
      if (stop !== undefined) return stop;
      if (this.breakpoints.has(this.soc.core.pc)) return { kind: 'break' };
      if (this.soc.core.now() >= until) return { kind: 'limit' };
    }
  }

  #runFast(until: number): Stop {
    try {
      if (this.soc.core.run(until) === 'limit') return { kind: 'limit' };
      return { kind: 'exit', status: this.soc.bus.exitStatus ?? 0 };
    } catch (error) {
      return this.#caught(error);
    }
  }

  /** What an error of the machine means for its program; other errors are thrown on. */
  #caught(error: unknown): Stop {
    const { soc } = this;
    if (error instanceof MachineFault) return { kind: 'fault', fault: locate(error, soc) };
    if (!(error instanceof StoppedByFinding)) throw error;
    soc.core.pc = soc.core.memory.pc >>> 0;
    return { kind: 'finding', finding: error.finding };
  }
}

function hits(w: Watchpoint, touch: MemoryTouch, l2Base: number): boolean {
  if (w.on !== 'access' && w.on !== touch.kind) return false;
  const at = canonical(touch.address, l2Base);
  return at < w.address + w.bytes && w.address < at + touch.bytes;
}
