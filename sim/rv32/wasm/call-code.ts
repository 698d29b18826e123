import { isLink } from '../calls.js';
import { KEPT_CALLS } from '../linear-memory.js';
import type { Operands } from '../step-tier.js';
import { type Code, OP } from './binary.js';
import type { BlockCode } from './block-code.js';
import { isReturn } from './flow.js';
import type { Imported } from './imports.js';
import { LOCAL } from './registers.js';

/** Calls a function of the watcher with the numbers that `put` leaves on the stack. */
function tell(b: BlockCode, f: Imported, arity: number, put: () => void): void {
  const { code, imports, options, registers } = b.parts;
  registers.spill(code, options.linear.at);
  put();
  code.call(imports.number(f, arity)).op(OP.drop);
}

/** A jump to a known place. */
export function noteBranch(b: BlockCode, pc: number, target: number): void {
  const { watcher } = b.parts.options;
  if (watcher?.sameFunction(pc, target) === false)
    tell(b, watcher.branched, 2, () => b.code.int(pc).int(target));
}

/** Notes a call for the call stack of a fault, as `CallList.called`. */
export function noteCall(b: BlockCode, pc: number, target: () => void, back: number): void {
  const { code } = b.parts;
  const { linear, watcher } = b.parts.options;
  if (watcher !== undefined) {
    tell(b, watcher.called, 3, () => {
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

/** Tells of the jump to the address in `LOCAL.target`, its cycles paid. */
export function noteJump(b: BlockCode, d: Operands, pc: number): void {
  const { code } = b.parts;
  const { watcher } = b.parts.options;
  const target = (): Code => code.get(LOCAL.target);
  if (isLink(d.rd)) noteCall(b, pc, target, pc + d.bytes);
  else if (watcher === undefined) return;
  else if (isReturn(d)) tell(b, watcher.returned, 1, target);
  else
    tell(b, watcher.branched, 2, () => {
      code.int(pc);
      target();
    });
}

/** Takes the innermost call off the call stack; one that does not return there is for the step tier. */
export function noteReturn(b: BlockCode, pc: number): void {
  const { code } = b.parts;
  const { at } = b.parts.options.linear;
  const depth = (): Code => code.int(0).memory(OP.load32, at.depth).tee(LOCAL.offset);
  b.bailIf(pc, () => depth().int(0).op(OP.leS));
  b.bailIf(pc, () => {
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
