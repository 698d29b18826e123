import type { Operands } from '../step-tier.js';
import { STALLS } from '../timing.js';
import type { Code } from './binary.js';
import { OP } from './binary.js';
import { parseExpression } from './expression.js';
import type { Block } from './plan.js';
import type { RegionParts } from './region-parts.js';
import { LOCAL } from './registers.js';
import type { Go } from './structure.js';
import { emitValue } from './value.js';

/** The code of one block while it is written, and the steps that all kinds of instructions are made of. */
export class BlockCode {
  readonly parts: RegionParts;
  readonly code: Code;
  readonly block: Block;
  readonly go: Go;
  /** Blocks that this code has open. */
  inner = 0;
  /** Cycles and instructions of the block from the one at hand on. */
  restCycles = 0;
  restInstructions = 0;

  constructor(parts: RegionParts, block: Block, go: Go) {
    this.parts = parts;
    this.code = parts.code;
    this.block = block;
    this.go = go;
  }

  expression(text: string, d: Operands, pc: number): void {
    const { operands } = this.parts;
    operands.d = d;
    operands.pc = pc;
    emitValue(parseExpression(text), operands, this.code);
  }

  /** Puts a register's content on the stack. */
  read(register: number): void {
    if (register === 0) this.code.int(0);
    else this.code.get(this.parts.registers.local(register));
  }

  write(register: number): void {
    this.code.set(this.parts.registers.target(register));
  }

  spend(cycles: number): void {
    if (cycles !== 0) this.code.get(LOCAL.left).int(cycles).op(OP.sub).set(LOCAL.left);
  }

  /** Leaves the region for `pc`, whose instruction is not of it or has no fuel. */
  leaveIf(next: number, condition: () => void): void {
    this.code.int(next).set(LOCAL.next);
    condition();
    this.code.brIf(this.parts.exitDepth() + this.inner);
  }

  leave(next: number): void {
    this.code
      .int(next)
      .set(LOCAL.next)
      .br(this.parts.exitDepth() + this.inner);
  }

  /** Gives up before the instruction at `pc` where a condition holds: an odd number says which of `bails` it is. */
  bailIf(pc: number, condition: () => void): void {
    const { bails } = this.parts;
    if (bails.at(-1)?.pc !== pc || bails.at(-1)?.cycles !== this.restCycles)
      bails.push({ pc, cycles: this.restCycles, instructions: this.restInstructions });
    this.leaveIf(2 * (bails.length - 1) + 1, condition);
  }

  targetStall(target: number): number {
    const { cache } = this.parts;
    if ((target & 2) === 0 || !cache.contains(target)) return 0;
    return cache.at(target).bytes === 4 ? STALLS.misalignedTarget.cycles : 0;
  }

  /** Goes on at `target`: inside the region where it has a block there, otherwise back to the run loop. */
  goto(target: number, last = false): void {
    const block = this.block.within.blocks.get(target);
    if (block === undefined) this.leave(target);
    else this.go(block.number, this.inner, last);
  }
}
