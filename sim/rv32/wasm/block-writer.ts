import { movesStack } from '../stack-guard.js';
import type { Operands } from '../step-tier.js';
import { MAX_DIVIDE_STEPS } from '../timing.js';
import { valueFunction } from '../value-function.js';
import { OP } from './binary.js';
import { BlockCode } from './block-code.js';
import { writeBranch, writeJump, writeJumpRegister } from './jump-code.js';
import { requireKnownStarts, writeLoopEnd, writeLoopSetup } from './loop-code.js';
import { writeLoad, writeStore } from './memory-code.js';
import type { Block } from './plan.js';
import { Untranslatable } from './reading.js';
import type { RegionParts } from './region-parts.js';
import { LOCAL } from './registers.js';
import type { Go } from './structure.js';

/** The parameters of an imported function, in their order. */
const OPERANDS = ['rd', 'rs1', 'rs2', 'rs3', 'imm', 'imm2', 'pc'] as const;

/**
 * Writes the code of one block: looks at the fuel, pays for the whole block, runs it, goes on. Whatever is rare leaves the region before
 * the instruction that needs it.
 */
export function writeBlock(parts: RegionParts, block: Block, go: Go): void {
  const b = new BlockCode(parts, block, go);
  const { instructions, pc } = b.block;
  b.restCycles = instructions.reduce((sum, { d }) => sum + d.cycles, 0);
  b.restInstructions = instructions.length;
  const divisions = instructions.filter(({ d }) => d.row.timing === 'divide').length;
  b.leaveIf(pc, () =>
    b.code
      .get(LOCAL.left)
      .int(b.restCycles + divisions * MAX_DIVIDE_STEPS)
      .op(OP.ltS),
  );
  b.spend(b.restCycles);
  b.code.get(LOCAL.retired).int(b.restInstructions).op(OP.add).set(LOCAL.retired);
  for (const { d, pc: at } of instructions) {
    writeInstruction(b, d, at);
    b.restCycles -= d.cycles;
    b.restInstructions--;
  }
}

function writeInstruction(b: BlockCode, d: Operands, pc: number): void {
  const atEnd = b.parts.cache.ends[b.parts.cache.half(pc)] !== 0;
  if (atEnd) requireKnownStarts(b, pc);
  const { effect } = d.row;
  switch (effect.kind) {
    case 'value':
      writeValue(b, d, pc);
      break;
    case 'load':
      writeLoad(b, d, pc, effect);
      break;
    case 'store':
      writeStore(b, d, pc, effect);
      break;
    case 'loop':
      writeLoopSetup(b, d, pc, effect);
      break;
    case 'branch':
      writeBranch(b, d, pc, effect.when);
      break;
    case 'jump':
      writeJump(b, d, pc, pc + d.imm);
      return;
    case 'jumpRegister':
      writeJumpRegister(b, d, pc);
      return;
    default:
      throw new Error(`${d.row.name} is for the step tier`);
  }
  if (atEnd) writeLoopEnd(b, d, pc);
  if (b.restInstructions === 1) b.goto(pc + d.bytes, true);
}

function writeValue(b: BlockCode, d: Operands, pc: number): void {
  const { stack } = b.parts.options;
  const { effect, timing, name } = d.row;
  if (effect.kind !== 'value') return;
  if (timing === 'divide') writeDivideSteps(b, d.rs2, name === 'div' || name === 'rem');
  if (d.rd === 0) return;
  if (stack !== undefined && movesStack(d))
    b.bailIf(pc, () => {
      b.expression(effect.expr, d, pc);
      b.code.int(stack.low).op(OP.ltU);
    });
  const { code } = b.parts;
  const start = code.length;
  try {
    b.expression(effect.expr, d, pc);
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    code.cut(start);
    for (const operand of OPERANDS)
      if (operand === 'pc') code.int(pc);
      else if (operand === 'imm' || operand === 'imm2') code.int(d[operand]);
      else b.read(d[operand]);
    code.call(b.parts.imports.number(valueFunction(d.row), OPERANDS.length));
  }
  b.write(d.rd);
}

function writeDivideSteps(b: BlockCode, divisor: number, signed: boolean): void {
  const { code } = b.parts;
  code.get(LOCAL.left);
  b.read(divisor);
  if (signed) {
    // Of a negative divisor, its complement's leading zeros less one.
    b.read(divisor);
    code.int(31).op(OP.shrS).op(OP.xor).op(OP.clz);
    b.read(divisor);
    code.int(31).op(OP.shrU).op(OP.sub);
  } else code.op(OP.clz);
  code.op(OP.sub).set(LOCAL.left);
}
