import { isLink } from '../calls.js';
import type { Operands } from '../step-tier.js';
import { STALLS } from '../timing.js';
import { OP } from './binary.js';
import type { BlockCode } from './block-code.js';
import { noteBranch, noteCall, noteJump, noteReturn } from './call-code.js';
import { isReturn, jumpBlock, returnBlock } from './flow.js';
import { LOCAL } from './registers.js';

/** A branch that pays for itself where it is taken. */
export function writeBranch(b: BlockCode, d: Operands, pc: number, when: string): void {
  const target = pc + d.imm;
  b.expression(when, d, pc);
  b.code.open(OP.if);
  b.inner++;
  b.spend(STALLS.branchTaken.cycles - d.stall + b.targetStall(target));
  noteBranch(b, pc, target);
  b.goto(target);
  b.inner--;
  b.code.end();
}

/** A jump or call to a known place. */
export function writeJump(b: BlockCode, d: Operands, pc: number, target: number): void {
  const back = pc + d.bytes;
  if (d.rd !== 0) {
    b.code.int(back);
    b.write(d.rd);
  }
  b.spend(b.targetStall(target));
  if (isLink(d.rd)) noteCall(b, pc, () => b.code.int(target), back);
  else noteBranch(b, pc, target);
  const to = jumpBlock(b.block);
  if (to === undefined) b.leave(target);
  else b.go(to.number, b.inner, true);
}

/** A return, or a jump or call through a register. */
export function writeJumpRegister(b: BlockCode, d: Operands, pc: number): void {
  const { code } = b.parts;
  const { oddJumps } = b.parts.options;
  const back = pc + d.bytes;
  b.read(d.rs1);
  code.int(d.imm).op(OP.add).set(LOCAL.target);
  if (oddJumps === 'error') b.bailIf(pc, () => code.get(LOCAL.target).int(1).op(OP.and));
  else code.get(LOCAL.target).int(-2).op(OP.and).set(LOCAL.target);
  if (isReturn(d) && b.parts.options.watcher === undefined) noteReturn(b, pc);
  if (d.rd !== 0) {
    code.int(back);
    b.write(d.rd);
  }
  const after = isReturn(d) ? returnBlock(b.block) : undefined;
  if (after !== undefined) {
    code.get(LOCAL.target).int(after.pc).op(OP.eq).open(OP.if);
    b.inner++;
    b.spend(b.targetStall(after.pc));
    noteJump(b, d, pc);
    b.go(after.number, b.inner);
    b.inner--;
    code.end();
  }
  spendTargetStall(b);
  noteJump(b, d, pc);
  code
    .get(LOCAL.target)
    .set(LOCAL.next)
    .br(b.parts.exitDepth() + b.inner);
}

/** The stall of a jump to the address in `LOCAL.target`: as `Control.targetStall`. */
function spendTargetStall(b: BlockCode): void {
  const { code } = b.parts;
  const { ramBase, linear } = b.parts.options;
  code.get(LOCAL.target).int(2).op(OP.and).open(OP.if);
  code.get(LOCAL.target).int(ramBase).op(OP.sub).tee(LOCAL.offset);
  code.int(linear.ram.length).op(OP.ltU).open(OP.if);
  code.get(LOCAL.offset).memory(OP.load16U, 0).int(3).op(OP.and).int(3).op(OP.eq).open(OP.if);
  b.spend(STALLS.misalignedTarget.cycles);
  code.end().end().end();
}
