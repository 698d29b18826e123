import { hex } from '../../src/base/units.js';
import { CallList } from './calls.js';
import { CodeCache } from './code-cache.js';
import { Control } from './control.js';
import { CsrFile, EVENT } from './csrs.js';
import type { MemoryShape } from './emit.js';
import { MachineFault } from './faults.js';
import { Fuel } from './fuel.js';
import { HardwareLoops } from './hardware-loops.js';
import { MemoryPath } from './memory-path.js';
import type { CoreOptions } from './options.js';
import type { Platform } from './platform.js';
import { memoryViews, type Scope } from './scope.js';
import { StackGuard } from './stack-guard.js';
import { type Operands, StepTier } from './step-tier.js';
import { DEFAULT_WAIT_STATES } from './timing.js';
import { Translator } from './translator.js';

export type { Backend, CoreOptions } from './options.js';

/** Why `run` came back. */
export type StopReason = 'exit' | 'limit';

/** See `CoreOptions.hot`. Of 16, 64, 250, 1000 and 4000, a short run took the least CPU time with this one. */
const HOT = 64;
/** Arrivals are not counted any more: nothing can be translated here until the code changes. */
const COLD_FOREVER = 255;

/**
 * The RI5CY host core. Cold code runs one instruction at a time; addresses that jumps arrive at often are translated to
 * WebAssembly or JavaScript a region at a time. All are generated from the instruction table and count the same cycles. A
 * region's block is entered only with fuel for all of it, so that every backend stops at the same instruction.
 */
export class Core {
  readonly x: Int32Array;
  pc = 0;
  readonly csrs: CsrFile;
  readonly cache: CodeCache;
  readonly calls: CallList;
  readonly platform: Platform;
  readonly memory: MemoryPath;
  /** Cycles spent asleep in wfi. */
  sleepCycles = 0;
  readonly #options: CoreOptions;
  readonly #control: Control;
  readonly #loops: HardwareLoops;
  readonly #fuel: Fuel;
  readonly #translator: Translator;
  #limit = Number.POSITIVE_INFINITY;

  constructor(platform: Platform, options: CoreOptions = {}) {
    const { linear } = platform;
    const { ram } = linear;
    const x = linear.words(linear.at.x, 32);
    const fuel = new Fuel(linear);
    this.x = x;
    this.#fuel = fuel;
    const waits = options.waits ?? DEFAULT_WAIT_STATES;
    const views = memoryViews(ram);
    const checkedLoads = options.memoryCheck !== undefined;
    this.platform = platform;
    this.#options = options;
    const memory: MemoryShape = { base: platform.ramBase, bytes: ram.length, checkedLoads };
    this.cache = new CodeCache({
      base: platform.ramBase,
      halves: views.m16,
      execute: (row) => steps.get(row),
      illegal: (d, pc) => this.#control.illegal(d, pc),
      waits,
      code: linear.bytes(linear.at.code, ram.length >>> 2),
    });
    const { cache } = this;
    this.#loops = new HardwareLoops(cache, fuel, linear);
    this.csrs = new CsrFile({
      loops: this.#loops.registers,
      cycles: () => this.now(),
      instructions: () => this.instructions,
    });
    this.calls = new CallList(options.observer, linear);
    this.memory = new MemoryPath({ platform, cache, fuel, waits, check: options.memoryCheck });
    this.#control = new Control({ x, cache, csrs: this.csrs, fuel, calls: this.calls, platform, options });
    const scope: Scope = {
      x,
      L: this.#loops.registers,
      F: fuel.left,
      I: fuel.retired,
      A: fuel.attention,
      ...views,
      // Where accesses are checked, every word counts as code, so that every store takes the slow path.
      code: checkedLoads ? new Uint8Array(cache.code.length).fill(1) : cache.code,
      memory: this.memory,
      control: this.#control,
      calls: this.calls,
      loops: this.#loops,
      stack: new StackGuard(x, options.stack),
    };
    const steps = new StepTier(scope, memory);
    this.#translator = new Translator({
      scope,
      memory,
      waits,
      options,
      cache,
      linear,
      fuel,
      calls: this.calls,
      control: this.#control,
    });
  }

  /** Cycles since reset. */
  now(): number {
    return this.#fuel.now();
  }

  /** Instructions retired since reset. */
  get instructions(): number {
    return this.#fuel.instructions;
  }

  /** Runs until the program ends or `until` cycles have passed. Throws `MachineFault`. */
  run(until: number): StopReason {
    this.#limit = until;
    this.#refill();
    const fuel = this.#fuel.left;
    let arrived = true;
    for (;;) {
      if (this.#fuel.due) {
        this.#service();
        if (this.platform.exitStatus !== undefined) return 'exit';
        if (this.now() >= until) return 'limit';
      }
      const half = this.cache.half(this.pc);
      const region = this.cache.regions[half];
      if (region !== undefined) {
        const before = fuel[0];
        const next = region.run(this.cache.blocks[half]!);
        arrived = true;
        this.pc = next < 0 ? ~next : next;
        if (next < 0) this.#translator.gaveUp(region, before! - fuel[0]!);
        else if (fuel[0] !== before) continue;
      } else if (arrived && this.#warm(half)) continue;
      arrived = this.step();
    }
  }

  /** Counts arrivals; translates a hot address. Returns whether there is a region now. */
  #warm(half: number): boolean {
    const heat = this.cache.heat[half];
    if (heat === undefined || heat === COLD_FOREVER || this.csrs.countsEvents) return false;
    if (this.#options.backend === 'interpreter') return false;
    if (heat < (this.#options.hot ?? HOT)) {
      this.cache.heat[half] = heat + 1;
      return false;
    }
    const region = this.#translator.translate(this.pc);
    if (region !== undefined) this.cache.addRegion(region);
    // A region from an instruction for the step tier starts behind it: here nothing changes however often one arrives.
    const starts = region !== undefined && this.cache.regions[half] === region;
    this.cache.heat[half] = starts ? 0 : COLD_FOREVER;
    return starts;
  }

  /** Runs one instruction. Returns whether it jumped to where a region may begin: all but branches ahead, which meet again soon. */
  step(): boolean {
    const pc = this.pc;
    const d = this.fetch(pc);
    this.#fuel.spend(d.cycles);
    this.#fuel.retired[0]!++;
    if (this.csrs.countsEvents) this.#count(d);
    let next = d.execute(d, pc);
    const after = pc + d.bytes;
    if (next === after && this.cache.ends[this.cache.half(pc)] !== 0) next = this.#loops.next(d, pc);
    this.pc = next;
    return next <= pc || (next !== after && d.row.effect.kind !== 'branch');
  }

  /** One instruction with everything around it that `run` does; for debuggers. Returns whether the program ended. */
  stepChecked(): boolean {
    this.#limit = Number.POSITIVE_INFINITY;
    if (this.#fuel.due) this.#service();
    if (this.platform.exitStatus === undefined) this.step();
    if (this.#fuel.due) this.#service();
    return this.platform.exitStatus !== undefined;
  }

  /** The decoded instruction at `pc`. Throws `MachineFault` where no code is. */
  fetch(pc: number): Operands {
    if (!this.cache.contains(pc) || !this.platform.executable(pc))
      throw new MachineFault(
        'fetch',
        pc,
        `the program ran off its code: nothing executable at ${hex(pc)}`,
        'A return address or function pointer was overwritten, or the linker script leaves the code out.',
      );
    return this.cache.at(pc);
  }

  #refill(): void {
    this.#fuel.refill(Math.min(this.platform.advance(this.now()), this.#limit));
  }

  /** Looks at the devices, sleeps, takes an interrupt. */
  #service(): void {
    this.#fuel.attention[0] = 0;
    this.#refill();
    if (this.platform.exitStatus !== undefined) return;
    if (this.#control.asleep) this.#sleep();
    const id = this.platform.interrupt();
    if (id < 0 || !this.csrs.mie || this.#control.asleep) return;
    this.pc = this.#control.interrupt(this.pc, id);
    this.#refill();
  }

  /** Passes the time until an interrupt is pending, whether it may be taken or not. */
  #sleep(): void {
    while (this.platform.interrupt() < 0) {
      const now = this.now();
      const event = this.platform.advance(now);
      if (this.platform.interrupt() >= 0) break;
      if (event === Number.POSITIVE_INFINITY)
        throw new MachineFault(
          'deadlock',
          this.pc,
          'the program sleeps for ever: wfi with no interrupt pending and no device that could raise one',
          'Unmask an interrupt of the controller and start the device before wfi.',
        );
      const next = Math.min(event, this.#limit);
      this.sleepCycles += next - now;
      this.#fuel.spend(next - now);
      this.#refill();
      if (next >= this.#limit) return;
    }
    this.#control.asleep = false;
  }

  /** Performance counters beyond cycles and instructions. */
  #count(d: Operands): void {
    const { csrs } = this;
    const { kind } = d.row.effect;
    if (kind === 'load') csrs.count(EVENT.loads);
    if (kind === 'store') csrs.count(EVENT.stores);
    if (kind === 'jump' || kind === 'jumpRegister') csrs.count(EVENT.jumps);
    if (kind === 'branch') csrs.count(EVENT.branches);
    if (d.bytes === 2) csrs.count(EVENT.compressed);
    if (d.stall === 0) return;
    const next = this.cache.at(this.pc + d.bytes);
    csrs.count(next.row.effect.kind === 'jumpRegister' ? EVENT.jumpRegister : EVENT.loadUse, d.stall);
  }
}
