import { fallsThrough, stallBetween } from '../hazards.js';
import type { Operands } from '../step-tier.js';
import type { LoopEffect } from '../table/types.js';
import { type Code, OP } from './binary.js';
import type { BlockCode } from './block-code.js';

/** Start and count of a hardware loop; ends are for the step tier, which tells the core of them. */
export function writeLoopSetup(b: BlockCode, d: Operands, pc: number, effect: LoopEffect): void {
  const { linear } = b.parts.options;
  const put = (slot: number, expr: string | undefined): void => {
    if (expr === undefined) return;
    b.code.int(0);
    b.expression(expr, d, pc);
    b.code.memory(OP.store32, linear.at.loops + 4 * (3 * d.l + slot));
  };
  put(0, effect.start);
  put(1, effect.end);
  put(2, effect.count);
}

/** Bails where a hardware loop ends here whose start the translation does not know. */
export function requireKnownStarts(b: BlockCode, pc: number): void {
  const { code } = b.parts;
  const at = b.parts.options.linear.at.loops;
  const starts = [...(b.parts.cache.loopStarts.get(pc) ?? [])];
  for (const base of [0, 12])
    b.bailIf(pc, () => {
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
export function writeLoopEnd(b: BlockCode, d: Operands, pc: number): void {
  const { code } = b.parts;
  const { cache } = b.parts;
  const at = b.parts.options.linear.at.loops;
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
    b.inner++;
    code.int(0);
    word(base + 8)
      .int(1)
      .op(OP.sub)
      .memory(OP.store32, at + base + 8);
    for (const start of cache.loopStarts.get(pc) ?? []) {
      word(base).int(start).op(OP.eq).open(OP.if);
      b.inner++;
      b.spend(stallBetween(d, cache.at(start)) - (fallsThrough(d) ? d.stall : 0));
      b.goto(start);
      b.inner--;
      code.end();
    }
    b.inner--;
    code.end();
  }
}
