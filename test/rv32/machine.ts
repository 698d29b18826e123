import { type Backend, Core, type CoreOptions } from '../../sim/rv32/core.js';
import { AccessError } from '../../sim/rv32/faults.js';
import { LinearMemory } from '../../sim/rv32/linear-memory.js';
import type { Platform } from '../../sim/rv32/platform.js';
import { assembleProgram } from './assembler.js';

export const BASE = 0x1c000000;
/** A store here ends the run with the stored status. */
export const EXIT = 0x1a1040a0;

/** Every way to run a program. */
export const BACKENDS = ['interpreter', 'javascript', 'webassembly'] as const satisfies readonly Backend[];

/** RAM and one exit register: a machine to run a few instructions on. */
export class TestPlatform implements Platform {
  readonly linear: LinearMemory;
  readonly ramBase = BASE;
  exitStatus: number | undefined;
  /** Cycle at which interrupt `irq` is raised. */
  irqAt = Number.POSITIVE_INFINITY;
  irq = -1;
  raised = false;
  readonly accesses: string[] = [];
  constructor(bytes = 0x10000) {
    this.linear = new LinearMemory(bytes);
  }
  get ram(): Uint8Array {
    return this.linear.ram;
  }
  read(address: number, bytes: number, now: number): number {
    if (address !== EXIT) throw new AccessError(address, `nothing at 0x${address.toString(16)}`, '');
    this.accesses.push(`read ${bytes} at ${now}`);
    return 0xfedcba98 >>> 0;
  }
  write(address: number, bytes: number, value: number, now: number): void {
    if (address !== EXIT) throw new AccessError(address, `nothing at 0x${address.toString(16)}`, '');
    this.accesses.push(`write ${bytes} ${value} at ${now}`);
    this.exitStatus = value;
  }
  alias(address: number): number {
    return address < 0x1000 ? address : -1;
  }
  advance(now: number): number {
    if (now >= this.irqAt) {
      this.raised = true;
      this.irqAt = Number.POSITIVE_INFINITY;
    }
    return this.irqAt;
  }
  interrupt(): number {
    return this.raised ? this.irq : -1;
  }
  acknowledge(): void {
    this.raised = false;
  }
  executable(): boolean {
    return true;
  }
}

/** Ends a test program: stores a0 to the exit register. Clobbers t6. */
export const FINISH = ['lui t6, 0x1a104', 'sw a0, 160(t6)'];

export interface Machine {
  readonly core: Core;
  readonly platform: TestPlatform;
  readonly ram32: Int32Array;
}

/** A machine with a program at the start of its RAM. */
export function machine(lines: readonly string[], options: CoreOptions = {}): Machine {
  const platform = new TestPlatform();
  platform.ram.set(assembleProgram(lines));
  // Sixteen arrivals: short test loops reach the translated tiers.
  const core = new Core(platform, { earlyTraps: 'take', hot: 16, ...options });
  core.pc = BASE;
  return { core, platform, ram32: new Int32Array(platform.ram.buffer, 0, platform.ram.length / 4) };
}
