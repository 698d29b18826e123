import { hex } from '../../base/units.js';
import { CodeCache } from './code-cache.js';
import { CSR } from './csr-names.js';
import { CsrFile, EVENT } from './csrs.js';
import type { MemoryShape } from './emit.js';
import { AccessError, MachineFault } from './faults.js';
import { stallBetween } from './hazards.js';
import type { Observer, Platform } from './platform.js';
import { translate } from './region.js';
import { memoryViews, type Scope } from './scope.js';
import { type Operands, StepTier } from './step-tier.js';
import { DEFAULT_WAIT_STATES, STALLS, type WaitStates } from './timing.js';

/** Settings of a core; none of them changes what a correct program computes. */
export interface CoreOptions {
  readonly waits?: WaitStates;
  /** Bytes of the stack, low end first: moving sp below them is an error. */
  readonly stack?: { readonly low: number; readonly high: number };
  /** A computed jump to an odd address: an error, or the lowest bit is dropped as the architecture has it. */
  readonly oddJumps?: 'error' | 'clear';
  /** A trap before mtvec was written: an error, or the core goes to vector 0. */
  readonly earlyTraps?: 'error' | 'take';
  readonly observer?: Observer;
  /** For the observer: whether two addresses lie in the same function. */
  readonly sameFunction?: (a: number, b: number) => boolean;
  /** Never translate: every instruction goes through the step tier. */
  readonly interpretOnly?: boolean;
  /** Loads of L2 go to the platform first, which knows what was never written. */
  readonly checkLoad?: (address: number, bytes: number) => string | undefined;
  /** Told of every store to L2, when loads are checked. */
  readonly stored?: (address: number, bytes: number) => void;
}

/** Why `run` came back. */
export type StopReason = 'exit' | 'limit';

const CALLS = 1024;
/** Arrivals at an address by a jump before it is translated. */
const HOT = 16;
const SLICE = 1 << 30;
const isLink = (register: number): boolean => register === 1 || register === 5;

/**
 * The RI5CY host core. Cold code runs one instruction at a time; addresses that jumps arrive at often are translated to
 * JavaScript a region at a time. Both tiers are generated from the instruction table and count the same cycles.
 *
 * Time: `F` ("fuel") holds the cycles left until something outside must be looked at. Code counts it down and stops at
 * instruction boundaries; a region is entered only with fuel for all of a block, so both tiers stop at the same place.
 */
export class Core {
  readonly x = new Int32Array(new ArrayBuffer(32 * 4));
  pc = 0;
  readonly csrs: CsrFile;
  readonly cache: CodeCache;
  /** Return addresses of the calls under way, the last at `depth`. */
  readonly calls = new Int32Array(new ArrayBuffer(CALLS * 4));
  depth = 0;
  /** The instruction whose access to a peripheral is under way. */
  accessPc = 0;
  /** Cycles spent asleep in wfi. */
  sleepCycles = 0;
  readonly platform: Platform;
  readonly options: CoreOptions;
  readonly #fuel = new Int32Array(new ArrayBuffer(8 * 4));
  readonly #retired = new Int32Array(new ArrayBuffer(8 * 4));
  readonly #attention = new Int32Array(new ArrayBuffer(8 * 4));
  readonly #loops = new Int32Array(new ArrayBuffer(8 * 4));
  readonly #scope: Scope;
  readonly #memory: MemoryShape;
  readonly #heat: Uint8Array;
  readonly #waits: WaitStates;
  /** Cycle at which the fuel was last filled, and how much was filled. */
  #filledAt = 0;
  #filled = 0;
  #instructions = 0;
  #limit = Number.POSITIVE_INFINITY;
  #asleep = false;

  constructor(platform: Platform, options: CoreOptions = {}) {
    this.platform = platform;
    this.options = options;
    this.#waits = options.waits ?? DEFAULT_WAIT_STATES;
    const views = memoryViews(platform.ram);
    this.#heat = new Uint8Array(views.m16.length);
    this.#memory = {
      base: platform.ramBase,
      bytes: platform.ram.length,
      checkedLoads: options.checkLoad !== undefined,
    };
    this.cache = new CodeCache({
      base: platform.ramBase,
      halves: views.m16,
      execute: (row) => steps.get(row),
      illegal: (d, pc) => this.illegal(d, pc),
      waits: this.#waits,
    });
    this.csrs = new CsrFile({
      loops: this.#loops,
      cycles: () => this.now(),
      instructions: () => this.instructions,
    });
    this.#scope = {
      x: this.x,
      L: this.#loops,
      F: this.#fuel,
      I: this.#retired,
      A: this.#attention,
      ...views,
      code: options.stored === undefined ? this.cache.code : new Uint8Array(this.cache.code.length).fill(1),
      h: this,
    };
    const steps = new StepTier(this.#scope, this.#memory);
  }

  /** Cycles since reset. */
  now(): number {
    return this.#filledAt + this.#filled - (this.#fuel[0] ?? 0);
  }

  /** Instructions retired since reset. */
  get instructions(): number {
    return this.#instructions + (this.#retired[0] ?? 0);
  }

  /** Runs until the program ends or `until` cycles have passed. Throws `MachineFault`. */
  run(until: number): StopReason {
    this.#limit = until;
    this.#refill();
    let arrived = true;
    for (;;) {
      if (this.#fuel[0]! <= 0 || this.#attention[0] !== 0) {
        this.#service();
        if (this.platform.exitStatus !== undefined) return 'exit';
        if (this.now() >= until) return 'limit';
      }
      const half = this.cache.half(this.pc);
      const region = this.cache.regions[half];
      if (region !== undefined) {
        const before = this.#fuel[0];
        this.pc = region.run(this.cache.blocks[half]!);
        arrived = true;
        if (this.#fuel[0] !== before) continue;
      } else if (arrived && this.#warm(half)) continue;
      arrived = this.step();
    }
  }

  /** Counts arrivals; translates a hot address. Returns whether there is a region now. */
  #warm(half: number): boolean {
    const heat = this.#heat[half];
    if (heat === undefined || heat === 255 || this.options.interpretOnly || this.csrs.countsEvents)
      return false;
    if (heat < HOT) {
      this.#heat[half] = heat + 1;
      return false;
    }
    const region = translate(this.pc, this.cache, {
      scope: this.#scope,
      memory: this.#memory,
      waits: this.#waits,
      stack: this.options.stack,
      sameFunction: this.options.observer === undefined ? undefined : this.options.sameFunction,
    });
    // 255: nothing can be translated here, until the code changes.
    this.#heat[half] = region === undefined ? 255 : 0;
    if (region !== undefined) this.cache.addRegion(region);
    return region !== undefined;
  }

  /** Runs one instruction. Returns whether it jumped. */
  step(): boolean {
    const pc = this.pc;
    const d = this.fetch(pc);
    this.#fuel[0]! -= d.cycles;
    this.#retired[0]!++;
    if (this.csrs.countsEvents) this.#count(d);
    let next = d.execute(d, pc);
    const after = pc + d.bytes;
    if (next === after && this.cache.ends[this.cache.half(pc)] !== 0) next = this.#loopBack(d, pc, after);
    this.pc = next;
    return next !== after;
  }

  /** One instruction with everything around it that `run` does; for debuggers. Returns whether the program ended. */
  stepChecked(): boolean {
    this.#limit = Number.POSITIVE_INFINITY;
    if (this.#fuel[0]! <= 0 || this.#attention[0] !== 0) this.#service();
    if (this.platform.exitStatus === undefined) this.step();
    if (this.#fuel[0]! <= 0 || this.#attention[0] !== 0) this.#service();
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

  /** Makes the run loop look outside before the next instruction. */
  #raise(restCycles: number, restInstructions: number): void {
    this.#fuel[0]! += restCycles;
    this.#retired[0]! -= restInstructions;
    this.#attention[0] = 1;
  }

  #refill(): void {
    const now = this.now();
    this.#instructions += this.#retired[0] ?? 0;
    this.#retired[0] = 0;
    const next = Math.min(this.platform.advance(now), this.#limit, now + SLICE);
    this.#filledAt = now;
    this.#filled = Math.max(0, next - now);
    this.#fuel[0] = this.#filled;
  }

  /** Looks at the devices, takes an interrupt, sleeps. */
  #service(): void {
    this.#attention[0] = 0;
    this.#refill();
    if (this.platform.exitStatus !== undefined) return;
    if (this.#asleep) this.#sleep();
    const id = this.platform.interrupt();
    if (id < 0 || !this.csrs.mie || this.#asleep) return;
    this.platform.acknowledge(id);
    const from = this.pc;
    this.pc = this.csrs.enterTrap(from, id, true);
    this.options.observer?.trap(from, this.pc);
    this.#fuel[0]! -= STALLS.interrupt.cycles;
    this.#refill();
  }

  /** Passes the time until an interrupt is pending, whether it may be taken or not. */
  #sleep(): void {
    while (this.platform.interrupt() < 0) {
      const now = this.now();
      const event = this.platform.advance(now);
      if (this.platform.interrupt() >= 0) break;
      const next = Math.min(event, this.#limit);
      if (event === Number.POSITIVE_INFINITY)
        throw new MachineFault(
          'deadlock',
          this.pc,
          'the program sleeps for ever: wfi with no interrupt pending and no device that could raise one',
          'Unmask an interrupt of the controller and start the device before wfi.',
        );
      this.sleepCycles += next - now;
      this.#fuel[0]! -= next - now;
      this.#refill();
      if (next >= this.#limit) return;
    }
    this.#asleep = false;
  }

  #loopBack(d: Operands, pc: number, after: number): number {
    const L = this.#loops;
    for (const base of [0, 3]) {
      if (L[base + 1] !== (pc | 0) || L[base + 2]! >>> 0 <= 1) continue;
      L[base + 2]!--;
      const start = L[base]! >>> 0;
      this.loopStall(d.stall, pc, start);
      return start;
    }
    return after;
  }

  /** The back jump of a hardware loop trades the stall with the instruction after it for that with the loop's first. */
  loopStall(charged: number, pc: number, start: number): void {
    this.#fuel[0]! -= stallBetween(this.fetch(pc), this.fetch(start)) - charged;
  }

  #count(d: Operands): void {
    const { kind } = d.row.effect;
    const { csrs } = this;
    if (kind === 'load') csrs.count(EVENT.loads);
    if (kind === 'store') csrs.count(EVENT.stores);
    if (kind === 'jump' || kind === 'jumpRegister') csrs.count(EVENT.jumps);
    if (kind === 'branch') csrs.count(EVENT.branches);
    if (d.bytes === 2) csrs.count(EVENT.compressed);
    if (d.stall > 0) csrs.count(this.#stallEvent(d), d.stall);
  }

  #stallEvent(d: Operands): number {
    const next = this.cache.at(this.pc + d.bytes);
    return next.row.effect.kind === 'jumpRegister' ? EVENT.jumpRegister : EVENT.loadUse;
  }

  // What generated code calls. `restCycles` and `restInstructions` are those of the block after the calling instruction.

  /** A load that is not aligned inside L2. Returns the value, extended to 32 bits. */
  load(
    address: number,
    bytes: 1 | 2 | 4,
    signed: boolean,
    pc: number,
    restCycles: number,
    restInstructions: number,
  ): number {
    const value = this.#loadRaw(address, bytes, pc, restCycles, restInstructions);
    return signed ? (value << (32 - 8 * bytes)) >> (32 - 8 * bytes) : value;
  }

  #loadRaw(
    address: number,
    bytes: 1 | 2 | 4,
    pc: number,
    restCycles: number,
    restInstructions: number,
  ): number {
    const offset = this.#offset(address, bytes);
    if (offset < 0)
      return this.#outside(
        pc,
        restCycles,
        restInstructions,
        (now) => this.platform.read(address >>> 0, bytes, now) | 0,
      );
    const unwritten = this.options.checkLoad?.(this.platform.ramBase + offset, bytes);
    if (unwritten !== undefined)
      throw new MachineFault(
        'uninitialised read',
        pc,
        unwritten,
        'Initialise the variable, or run without the check.',
      );
    this.#misaligned(offset, bytes);
    const { m8 } = this.#scope;
    let value = 0;
    for (let i = bytes - 1; i >= 0; i--) value = (value << 8) | m8[offset + i]!;
    return value;
  }

  /** A store that is not aligned inside L2, or that changes decoded code. */
  store(
    address: number,
    bytes: 1 | 2 | 4,
    value: number,
    pc: number,
    restCycles: number,
    restInstructions: number,
  ): void {
    const offset = this.#offset(address, bytes);
    if (offset < 0) {
      const data = bytes === 4 ? value >>> 0 : value & (2 ** (8 * bytes) - 1);
      this.#outside(pc, restCycles, restInstructions, (now) => {
        this.platform.write(address >>> 0, bytes, data, now);
        return 0;
      });
      return;
    }
    this.#misaligned(offset, bytes);
    const { m8 } = this.#scope;
    for (let i = 0; i < bytes; i++) m8[offset + i] = value >>> (8 * i);
    this.options.stored?.(this.platform.ramBase + offset, bytes);
    if (this.memoryChanged(offset, bytes)) this.#raise(restCycles, restInstructions);
  }

  /** Bytes of L2 changed, by a store or by a device. Returns whether translated code was dropped. */
  memoryChanged(offset: number, bytes: number): boolean {
    const { code } = this.cache;
    for (let word = offset >>> 2; word <= (offset + bytes - 1) >>> 2; word++)
      if (code[word] !== 0) {
        this.#heat.fill(0, Math.max(0, offset - 8) >>> 1, ((offset + bytes) >>> 1) + 1);
        return this.cache.invalidate(offset, bytes);
      }
    return false;
  }

  /** Offset in L2 of an access, or -1 for one elsewhere. */
  #offset(address: number, bytes: number): number {
    const direct = (address - this.platform.ramBase) >>> 0;
    if (direct + bytes <= this.#memory.bytes) return direct;
    const alias = this.platform.alias(address >>> 0);
    return alias >= 0 && alias + bytes <= this.#memory.bytes ? alias : -1;
  }

  #misaligned(offset: number, bytes: number): void {
    if ((bytes === 4 && (offset & 3) !== 0) || (bytes === 2 && (offset & 3) === 3))
      this.#fuel[0]! -= STALLS.misalignedAccess.cycles + this.#waits.data;
  }

  /** An access to a peripheral happens at its own time; what comes after it in the block waits for a look outside. */
  #outside(
    pc: number,
    restCycles: number,
    restInstructions: number,
    access: (now: number) => number,
  ): number {
    this.accessPc = pc;
    this.#raise(restCycles, restInstructions);
    this.#fuel[0]! -= this.#waits.peripheral - this.#waits.data;
    try {
      return access(this.now());
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      throw new MachineFault('access', pc, error.message, error.fix);
    }
  }

  loopEnd(pc: number, restCycles: number, restInstructions: number): void {
    if (this.cache.markEnd(pc)) this.#raise(restCycles, restInstructions);
  }

  /** +1 cycle when a jump goes to a 32-bit instruction that is not word-aligned. */
  targetStall(target: number): number {
    if ((target & 2) === 0) return 0;
    return (this.#scope.m16[this.cache.half(target)]! & 3) === 3 ? STALLS.misalignedTarget.cycles : 0;
  }

  evenTarget(target: number, pc: number): number {
    if ((target & 1) !== 0 && this.options.oddJumps !== 'clear')
      throw new MachineFault(
        'odd jump',
        pc,
        `a jump to the odd address ${hex(target)}`,
        'Instructions lie at even addresses; look at the function pointer or return address.',
      );
    return (target & ~1) >>> 0;
  }

  jump(d: Operands, pc: number, target: number): number {
    const back = pc + d.bytes;
    if (d.rd !== 0) this.x[d.rd] = back;
    this.#fuel[0]! -= this.targetStall(target);
    if (isLink(d.rd)) this.called(pc, target, back);
    else if (d.row.effect.kind === 'jumpRegister' && isLink(d.rs1)) this.returned(target);
    else this.branched(pc, target);
    if (target === pc) this.#endless(pc);
    return target;
  }

  called(pc: number, target: number, back: number): void {
    this.depth++;
    this.calls[this.depth & (CALLS - 1)] = back;
    this.options.observer?.call(pc, target, back);
  }

  /** Takes the calls down to the one that returns here; a target that nobody called from leaves them as they are. */
  returned(target: number): void {
    for (let depth = this.depth; depth > Math.max(0, this.depth - CALLS); depth--)
      if (this.calls[depth & (CALLS - 1)] === target) {
        this.depth = depth - 1;
        break;
      }
    this.options.observer?.return(target);
  }

  /** Return addresses of the calls under way, innermost first; only the last 1024 are kept. */
  returnAddresses(): number[] {
    const out: number[] = [];
    for (let depth = this.depth; depth > Math.max(0, this.depth - CALLS); depth--)
      out.push(this.calls[depth & (CALLS - 1)]!);
    return out;
  }

  branched(pc: number, target: number): void {
    if (this.csrs.countsEvents && this.cache.at(pc).row.effect.kind === 'branch')
      this.csrs.count(EVENT.taken);
    const { observer, sameFunction } = this.options;
    if (observer !== undefined && sameFunction?.(pc, target) === false) observer.leave(pc, target);
  }

  /** `j .` can only end by an interrupt. */
  #endless(pc: number): void {
    this.#refill();
    if (this.csrs.mie && this.platform.advance(this.now()) !== Number.POSITIVE_INFINITY) return;
    if (this.csrs.mie && this.platform.interrupt() >= 0) return;
    throw new MachineFault(
      'endless loop',
      pc,
      'the program jumps to itself and no interrupt can end it',
      'A default handler or the end of a program without exit was reached.',
    );
  }

  checkStack(d: Operands, pc: number): void {
    const { stack } = this.options;
    if (d.rd === 2 && d.rs1 === 2 && d.row.name === 'addi' && stack !== undefined) this.stackMoved(d.imm, pc);
  }

  /** sp was moved by `by` bytes: it must not leave the stack by its low end. */
  stackMoved(by: number, pc: number): void {
    const stack = this.options.stack!;
    const sp = this.x[2]! >>> 0;
    const before = sp - by;
    if (sp >= stack.low || before < stack.low || before > stack.high) return;
    throw new MachineFault(
      'stack overflow',
      pc,
      `the stack overflows: sp moves to ${hex(sp)}, the stack is ${hex(stack.low)}..${hex(stack.high)}`,
      'Make the stack larger in the linker script, or the recursion or local arrays smaller.',
    );
  }

  csr(d: Operands, operand: number): void {
    const effect = d.row.effect;
    if (effect.kind !== 'csr') return;
    const number = d.imm;
    const old = this.csrs.read(number);
    // Set and clear with x0 or 0 only read.
    const writes = effect.action === 'write' || (effect.source === 'rs1' ? d.rs1 : d.imm2) !== 0;
    if (writes) {
      const value =
        effect.action === 'write' ? operand : effect.action === 'set' ? old | operand : old & ~operand;
      this.csrs.write(number, value);
      if (number === CSR.lpend0 || number === CSR.lpend1) this.cache.markEnd(value >>> 0);
      if (number === CSR.mstatus) this.#fuel[0]! -= STALLS.statusWrite.cycles;
      if (this.csrs.countsEvents) this.cache.dropAll();
      this.#raise(0, 0);
    }
    if (d.rd !== 0) this.x[d.rd] = old;
  }

  system(op: 'ecall' | 'ebreak' | 'mret' | 'wfi' | 'fence' | 'fence.i', d: Operands, pc: number): number {
    switch (op) {
      case 'ecall':
        return this.#trap(pc, 11, 'ecall');
      case 'ebreak':
        return this.#trap(pc, 3, 'ebreak');
      case 'mret': {
        this.#raise(0, 0);
        const target = this.csrs.leaveTrap() >>> 0;
        this.options.observer?.trapReturn(target);
        return target;
      }
      case 'wfi':
        this.#asleep = true;
        this.#raise(0, 0);
        return pc + d.bytes;
      default:
        return pc + d.bytes;
    }
  }

  illegal(d: Operands, pc: number): number {
    this.#retired[0]!--;
    return this.#trap(pc, 2, `illegal instruction 0x${d.word.toString(16).padStart(d.bytes * 2, '0')}`);
  }

  #trap(pc: number, cause: number, what: string): number {
    if (!this.csrs.vectorsSet && this.options.earlyTraps !== 'take')
      throw new MachineFault(
        'unhandled trap',
        pc,
        `${what} before the program has set up its trap vectors`,
        'Write mtvec first, or look why the program came here.',
      );
    const target = this.csrs.enterTrap(pc, cause, false) >>> 0;
    this.options.observer?.trap(pc, target);
    this.#raise(0, 0);
    return target;
  }
}
