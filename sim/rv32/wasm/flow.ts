import { isLink } from '../calls.js';
import type { CodeCache } from '../code-cache.js';
import type { Operands } from '../step-tier.js';
import type { Block } from './plan.js';

/** Whether an instruction is a return by the calling convention. */
export const isReturn = (d: Operands): boolean =>
  d.row.effect.kind === 'jumpRegister' && !isLink(d.rd) && isLink(d.rs1);

/** The block after the call of the function that a block lies in, where the region has taken in the call. */
export const returnBlock = ({ within }: Block): Block | undefined => within.caller?.blocks.get(within.back);

/** The block that a jump at the end of a block goes to: also that of a function taken in. */
export function jumpBlock(block: Block): Block | undefined {
  const { pc, d } = block.instructions.at(-1)!;
  const call = block.within.calls.get(pc);
  if (call !== undefined) return call.blocks.get(call.start);
  return isLink(d.rd) ? undefined : block.within.blocks.get(pc + d.imm);
}

/** The blocks of the region that control can go to from a block's end. */
export function successors(block: Block, cache: CodeCache): Block[] {
  const { within, instructions } = block;
  const { pc, d } = instructions.at(-1)!;
  const { kind } = d.row.effect;
  const all = (): (Block | undefined)[] => {
    if (kind === 'jump') return [jumpBlock(block)];
    if (kind === 'jumpRegister') return [isReturn(d) ? returnBlock(block) : undefined];
    const starts = cache.ends[cache.half(pc)] === 0 ? [] : (cache.loopStarts.get(pc) ?? []);
    const targets = [...starts, pc + d.bytes, ...(kind === 'branch' ? [pc + d.imm] : [])];
    return targets.map((target) => within.blocks.get(target));
  };
  return [...new Set(all())].filter((b) => b !== undefined);
}
