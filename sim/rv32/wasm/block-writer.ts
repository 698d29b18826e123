import { isLink } from '../calls.js';
import type { CodeCache } from '../code-cache.js';
import { fallsThrough, stallBetween } from '../hazards.js';
import { KEPT_CALLS, type LinearMemory } from '../linear-memory.js';
import { movesStack, type StackBounds } from '../stack-guard.js';
import type { Operands } from '../step-tier.js';
import type { LoopEffect, MemoryEffect } from '../table/types.js';
import { MAX_DIVIDE_STEPS, STALLS } from '../timing.js';
import { valueFunction } from '../value-function.js';
import { type Code, OP } from './binary.js';
import { parseExpression } from './expression.js';
import { isReturn, jumpBlock, returnBlock } from './flow.js';
import type { Imported, Imports } from './imports.js';
import type { OperandNames } from './operand-names.js';
import type { Block } from './plan.js';
import { Untranslatable } from './reading.js';
import { LOCAL, type Registers } from './registers.js';
import type { Go } from './structure.js';
import { emitValue } from './value.js';

/** A place where a region gives up: the step tier goes on at `pc`, and what was paid from there on is given back. */
export interface Bail {
  readonly pc: number;
  readonly cycles: number;
  readonly instructions: number;
}

/** Who hears of calls, returns and jumps between functions, besides the list of calls. Cycles and registers lie in memory then. */
export interface Watcher {
  readonly called: (pc: number, target: number, back: number) => number;
  readonly returned: (target: number) => number;
  /** A jump or taken branch that neither calls nor returns. */
  readonly branched: (pc: number, target: number) => number;
  readonly sameFunction: (a: number, b: number) => boolean;
}

/** What a translation depends on besides the code itself. */
export interface WriterOptions {
  readonly linear: LinearMemory;
  readonly ramBase: number;
  readonly stack: StackBounds | undefined;
  readonly oddJumps: 'error' | 'clear';
  readonly watcher: Watcher | undefined;
}

/** What the blocks of one region share. */
export interface RegionParts {
  readonly cache: CodeCache;
  readonly options: WriterOptions;
  readonly code: Code;
  readonly registers: Registers;
  readonly operands: OperandNames;
  readonly bails: Bail[];
  readonly imports: Imports;
  /** Branch depth of the region's end, as long as a block's code has nothing open. */
  readonly exitDepth: () => number;
}

const LOADS: Readonly<Record<string, number>> = {
  '1true': OP.load8S,
  '1false': OP.load8U,
  '2true': OP.load16S,
  '2false': OP.load16U,
  '4true': OP.load32,
};
const STORES: Readonly<Record<number, number>> = { 1: OP.store8, 2: OP.store16, 4: OP.store32 };

/** The parameters of an imported function, in their order. */
export const OPERANDS = ['rd', 'rs1', 'rs2', 'rs3', 'imm', 'imm2', 'pc'] as const;

/** Writes the code of one block. Whatever is rare leaves the region before the instruction that needs it. */
export class BlockWriter {
  readonly #parts: RegionParts;
  readonly #code: Code;
  readonly #block: Block;
  readonly #go: Go;
  /** Blocks that this code has open. */
  #inner = 0;
  /** Cycles and instructions of the block from the one at hand on. */
  #restCycles = 0;
  #restInstructions = 0;

  constructor(parts: RegionParts, block: Block, go: Go) {
    this.#parts = parts;
    this.#code = parts.code;
    this.#block = block;
    this.#go = go;
  }

  /** Looks at the fuel, pays for the whole block, runs it, goes on. */
  write(): void {
    const { instructions, pc } = this.#block;
    this.#restCycles = instructions.reduce((sum, { d }) => sum + d.cycles, 0);
    this.#restInstructions = instructions.length;
    const divisions = instructions.filter(({ d }) => d.row.timing === 'divide').length;
    this.#leaveIf(pc, () =>
      this.#code
        .get(LOCAL.left)
        .int(this.#restCycles + divisions * MAX_DIVIDE_STEPS)
        .op(OP.ltS),
    );
    this.#spend(this.#restCycles);
    this.#code.get(LOCAL.retired).int(this.#restInstructions).op(OP.add).set(LOCAL.retired);
    for (const { d, pc: at } of instructions) {
      this.#instruction(d, at);
      this.#restCycles -= d.cycles;
      this.#restInstructions--;
    }
  }

  #instruction(d: Operands, pc: number): void {
    const atEnd = this.#parts.cache.ends[this.#parts.cache.half(pc)] !== 0;
    if (atEnd) this.#requireKnownStarts(pc);
    const { effect } = d.row;
    switch (effect.kind) {
      case 'value':
        this.#value(d, pc);
        break;
      case 'load':
        this.#load(d, pc, effect);
        break;
      case 'store':
        this.#store(d, pc, effect);
        break;
      case 'loop':
        this.#loop(d, pc, effect);
        break;
      case 'branch':
        this.#branch(d, pc, effect.when);
        break;
      case 'jump':
        this.#jump(d, pc, pc + d.imm);
        return;
      case 'jumpRegister':
        this.#jumpRegister(d, pc);
        return;
      default:
        throw new Error(`${d.row.name} is for the step tier`);
    }
    if (atEnd) this.#loopEnd(d, pc);
    if (this.#restInstructions === 1) this.#goto(pc + d.bytes, true);
  }

  #expression(text: string, d: Operands, pc: number): void {
    const { operands } = this.#parts;
    operands.d = d;
    operands.pc = pc;
    emitValue(parseExpression(text), operands, this.#code);
  }

  /** Puts a register's content on the stack. */
  #read(register: number): void {
    if (register === 0) this.#code.int(0);
    else this.#code.get(this.#parts.registers.local(register));
  }

  #write(register: number): void {
    this.#code.set(this.#parts.registers.target(register));
  }

  #spend(cycles: number): void {
    if (cycles !== 0) this.#code.get(LOCAL.left).int(cycles).op(OP.sub).set(LOCAL.left);
  }

  /** Leaves the region for `pc`, whose instruction is not of it or has no fuel. */
  #leaveIf(next: number, condition: () => void): void {
    this.#code.int(next).set(LOCAL.next);
    condition();
    this.#code.brIf(this.#parts.exitDepth() + this.#inner);
  }

  #leave(next: number): void {
    this.#code
      .int(next)
      .set(LOCAL.next)
      .br(this.#parts.exitDepth() + this.#inner);
  }

  /** Gives up before the instruction at `pc` where a condition holds: an odd number says which of `bails` it is. */
  #bailIf(pc: number, condition: () => void): void {
    const { bails } = this.#parts;
    if (bails.at(-1)?.pc !== pc || bails.at(-1)?.cycles !== this.#restCycles)
      bails.push({ pc, cycles: this.#restCycles, instructions: this.#restInstructions });
    this.#leaveIf(2 * (bails.length - 1) + 1, condition);
  }

  #value(d: Operands, pc: number): void {
    const { stack } = this.#parts.options;
    const { effect, timing, name } = d.row;
    if (effect.kind !== 'value') return;
    if (timing === 'divide') this.#divideSteps(d.rs2, name === 'div' || name === 'rem');
    if (d.rd === 0) return;
    if (stack !== undefined && movesStack(d))
      this.#bailIf(pc, () => {
        this.#expression(effect.expr, d, pc);
        this.#code.int(stack.low).op(OP.ltU);
      });
    const { code } = this.#parts;
    const start = code.length;
    try {
      this.#expression(effect.expr, d, pc);
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      code.cut(start);
      for (const operand of OPERANDS)
        if (operand === 'pc') code.int(pc);
        else if (operand === 'imm' || operand === 'imm2') code.int(d[operand]);
        else this.#read(d[operand]);
      code.call(this.#parts.imports.number(valueFunction(d.row), OPERANDS.length));
    }
    this.#write(d.rd);
  }

  #divideSteps(divisor: number, signed: boolean): void {
    const { code } = this.#parts;
    code.get(LOCAL.left);
    this.#read(divisor);
    if (signed) {
      // Of a negative divisor, its complement's leading zeros less one.
      this.#read(divisor);
      code.int(31).op(OP.shrS).op(OP.xor).op(OP.clz);
      this.#read(divisor);
      code.int(31).op(OP.shrU).op(OP.sub);
    } else code.op(OP.clz);
    code.op(OP.sub).set(LOCAL.left);
  }

  /** Leaves the offset in L2 in its local, or bails: for an access elsewhere or one that is not aligned. */
  #offset(d: Operands, pc: number, { address, bytes }: MemoryEffect, also: () => void = () => {}): void {
    const { code } = this.#parts;
    const { ramBase, linear } = this.#parts.options;
    const size = linear.ram.length;
    this.#bailIf(pc, () => {
      if (address === 'rs1 + imm') {
        this.#read(d.rs1);
        code.int(d.imm - ramBase).op(OP.add);
      } else {
        this.#expression(address, d, pc);
        code.int(ramBase).op(OP.sub);
      }
      code.tee(LOCAL.offset);
      // Rotated, an offset that is not aligned is far too large: one comparison looks at both.
      const shift = Math.log2(bytes);
      if (shift > 0) code.int(shift).op(OP.rotr);
      code.int(Math.floor(size / bytes)).op(OP.geU);
    });
    also();
  }

  /** What a post-increment adds to its base, which is not the address of this access. */
  #post(d: Operands, pc: number, { post }: MemoryEffect): void {
    if (post === undefined || d.rs1 === 0) return;
    this.#expression(post, d, pc);
    this.#write(d.rs1);
  }

  #load(d: Operands, pc: number, effect: MemoryEffect): void {
    this.#offset(d, pc, effect);
    // The base is written before the data: where both are one register, the data wins.
    this.#post(d, pc, effect);
    if (d.rd === 0) return;
    this.#code.get(LOCAL.offset).memory(LOADS[`${effect.bytes}${effect.signed === true}`]!, 0);
    this.#write(d.rd);
  }

  #store(d: Operands, pc: number, effect: MemoryEffect): void {
    const { code } = this.#parts;
    const { linear } = this.#parts.options;
    this.#offset(d, pc, effect, () =>
      this.#bailIf(pc, () => {
        code.get(LOCAL.offset).int(2).op(OP.shrU).memory(OP.load8U, linear.at.code);
      }),
    );
    code.get(LOCAL.offset);
    this.#read(d.rs2);
    code.memory(STORES[effect.bytes]!, 0);
    this.#post(d, pc, effect);
  }

  /** Start and count of a hardware loop; ends are for the step tier, which tells the core of them. */
  #loop(d: Operands, pc: number, effect: LoopEffect): void {
    const { linear } = this.#parts.options;
    const put = (slot: number, expr: string | undefined): void => {
      if (expr === undefined) return;
      this.#code.int(0);
      this.#expression(expr, d, pc);
      this.#code.memory(OP.store32, linear.at.loops + 4 * (3 * d.l + slot));
    };
    put(0, effect.start);
    put(1, effect.end);
    put(2, effect.count);
  }

  #branch(d: Operands, pc: number, when: string): void {
    const target = pc + d.imm;
    this.#expression(when, d, pc);
    this.#code.open(OP.if);
    this.#inner++;
    this.#spend(STALLS.branchTaken.cycles - d.stall + this.#targetStall(target));
    this.#branched(pc, target);
    this.#goto(target);
    this.#inner--;
    this.#code.end();
  }

  #jump(d: Operands, pc: number, target: number): void {
    const back = pc + d.bytes;
    if (d.rd !== 0) {
      this.#code.int(back);
      this.#write(d.rd);
    }
    this.#spend(this.#targetStall(target));
    if (isLink(d.rd)) this.#called(pc, () => this.#code.int(target), back);
    else this.#branched(pc, target);
    const to = jumpBlock(this.#block);
    if (to === undefined) this.#leave(target);
    else this.#go(to.number, this.#inner, true);
  }

  /** Calls a function of the watcher with the numbers that `put` leaves on the stack. */
  #tell(f: Imported, arity: number, put: () => void): void {
    const { code, imports, options, registers } = this.#parts;
    registers.spill(code, options.linear.at);
    put();
    code.call(imports.number(f, arity)).op(OP.drop);
  }

  /** A jump to a known place. */
  #branched(pc: number, target: number): void {
    const { watcher } = this.#parts.options;
    if (watcher?.sameFunction(pc, target) === false)
      this.#tell(watcher.branched, 2, () => this.#code.int(pc).int(target));
  }

  /** Notes a call for the call stack of a fault, as `CallList.called`. */
  #called(pc: number, target: () => void, back: number): void {
    const { code } = this.#parts;
    const { linear, watcher } = this.#parts.options;
    if (watcher !== undefined) {
      this.#tell(watcher.called, 3, () => {
        code.int(pc);
        target();
        code.int(back);
      });
      return;
    }
    const { at } = linear;
    code.int(0).int(0).memory(OP.load32, at.depth).int(1).op(OP.add).tee(LOCAL.offset);
    code.memory(OP.store32, at.depth);
    code
      .get(LOCAL.offset)
      .int(KEPT_CALLS - 1)
      .op(OP.and)
      .int(2)
      .op(OP.shl);
    code.int(back).memory(OP.store32, at.returns);
  }

  #jumpRegister(d: Operands, pc: number): void {
    const { code } = this.#parts;
    const { oddJumps } = this.#parts.options;
    const back = pc + d.bytes;
    this.#read(d.rs1);
    code.int(d.imm).op(OP.add).set(LOCAL.target);
    if (oddJumps === 'error') this.#bailIf(pc, () => code.get(LOCAL.target).int(1).op(OP.and));
    else code.get(LOCAL.target).int(-2).op(OP.and).set(LOCAL.target);
    if (isReturn(d) && this.#parts.options.watcher === undefined) this.#returned(pc);
    if (d.rd !== 0) {
      code.int(back);
      this.#write(d.rd);
    }
    const after = isReturn(d) ? returnBlock(this.#block) : undefined;
    if (after !== undefined) {
      code.get(LOCAL.target).int(after.pc).op(OP.eq).open(OP.if);
      this.#inner++;
      this.#spend(this.#targetStall(after.pc));
      this.#noteJump(d, pc);
      this.#go(after.number, this.#inner);
      this.#inner--;
      code.end();
    }
    this.#spendTargetStall();
    this.#noteJump(d, pc);
    code
      .get(LOCAL.target)
      .set(LOCAL.next)
      .br(this.#parts.exitDepth() + this.#inner);
  }

  /** Tells of the jump to the address in `LOCAL.target`, its cycles paid. */
  #noteJump(d: Operands, pc: number): void {
    const { code } = this.#parts;
    const { watcher } = this.#parts.options;
    const target = (): Code => code.get(LOCAL.target);
    if (isLink(d.rd)) this.#called(pc, target, pc + d.bytes);
    else if (watcher === undefined) return;
    else if (isReturn(d)) this.#tell(watcher.returned, 1, target);
    else
      this.#tell(watcher.branched, 2, () => {
        code.int(pc);
        target();
      });
  }

  /** Takes the innermost call off the call stack; one that does not return there is for the step tier. */
  #returned(pc: number): void {
    const { code } = this.#parts;
    const { at } = this.#parts.options.linear;
    const depth = (): Code => code.int(0).memory(OP.load32, at.depth).tee(LOCAL.offset);
    this.#bailIf(pc, () => depth().int(0).op(OP.leS));
    this.#bailIf(pc, () => {
      code
        .get(LOCAL.offset)
        .int(KEPT_CALLS - 1)
        .op(OP.and)
        .int(2)
        .op(OP.shl)
        .memory(OP.load32, at.returns);
      code.get(LOCAL.target).op(OP.ne);
    });
    code.int(0).get(LOCAL.offset).int(1).op(OP.sub).memory(OP.store32, at.depth);
  }

  /** The stall of a jump to the address in `LOCAL.target`: as `Control.targetStall`. */
  #spendTargetStall(): void {
    const { code } = this.#parts;
    const { ramBase, linear } = this.#parts.options;
    code.get(LOCAL.target).int(2).op(OP.and).open(OP.if);
    code.get(LOCAL.target).int(ramBase).op(OP.sub).tee(LOCAL.offset);
    code.int(linear.ram.length).op(OP.ltU).open(OP.if);
    code.get(LOCAL.offset).memory(OP.load16U, 0).int(3).op(OP.and).int(3).op(OP.eq).open(OP.if);
    this.#spend(STALLS.misalignedTarget.cycles);
    code.end().end().end();
  }

  /** Bails where a hardware loop ends here whose start the translation does not know. */
  #requireKnownStarts(pc: number): void {
    const { code } = this.#parts;
    const at = this.#parts.options.linear.at.loops;
    const starts = [...(this.#parts.cache.loopStarts.get(pc) ?? [])];
    for (const base of [0, 12])
      this.#bailIf(pc, () => {
        code
          .int(0)
          .memory(OP.load32, at + base + 4)
          .int(pc)
          .op(OP.eq);
        for (const start of starts)
          code
            .int(0)
            .memory(OP.load32, at + base)
            .int(start)
            .op(OP.ne)
            .op(OP.and);
      });
  }

  /** After the instruction at `pc`: a loop that ends here and has passes left goes back to its start. */
  #loopEnd(d: Operands, pc: number): void {
    const { code } = this.#parts;
    const { cache } = this.#parts;
    const at = this.#parts.options.linear.at.loops;
    const word = (offset: number): Code => code.int(0).memory(OP.load32, at + offset);
    for (const base of [0, 12]) {
      word(base + 4)
        .int(pc)
        .op(OP.eq);
      word(base + 8)
        .int(1)
        .op(OP.gtU)
        .op(OP.and)
        .open(OP.if);
      this.#inner++;
      code.int(0);
      word(base + 8)
        .int(1)
        .op(OP.sub)
        .memory(OP.store32, at + base + 8);
      for (const start of cache.loopStarts.get(pc) ?? []) {
        word(base).int(start).op(OP.eq).open(OP.if);
        this.#inner++;
        this.#spend(stallBetween(d, cache.at(start)) - (fallsThrough(d) ? d.stall : 0));
        this.#goto(start);
        this.#inner--;
        code.end();
      }
      this.#inner--;
      code.end();
    }
  }

  #targetStall(target: number): number {
    const { cache } = this.#parts;
    if ((target & 2) === 0 || !cache.contains(target)) return 0;
    return cache.at(target).bytes === 4 ? STALLS.misalignedTarget.cycles : 0;
  }

  /** Goes on at `target`: inside the region where it has a block there, otherwise back to the run loop. */
  #goto(target: number, last = false): void {
    const block = this.#block.within.blocks.get(target);
    if (block === undefined) this.#leave(target);
    else this.#go(block.number, this.#inner, last);
  }
}
