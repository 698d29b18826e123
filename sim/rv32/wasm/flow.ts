import { isLink } from '../calls.js';
import type { CodeCache } from '../code-cache.js';
import type { Operands } from '../step-tier.js';
import type { Block, Plan } from './plan.js';

/** Whether an instruction is a return by the calling convention. */
export const isReturn = (d: Operands): boolean =>
  d.row.effect.kind === 'jumpRegister' && !isLink(d.rd) && isLink(d.rs1);

/** The blocks of the plan that control can go to from a block's end. */
export function successors(block: Block, plan: Plan, cache: CodeCache): Block[] {
  const { within, instructions } = block;
  const { pc, d } = instructions.at(-1)!;
  const next = pc + d.bytes;
  const to = (...targets: readonly number[]): (Block | undefined)[] =>
    targets.map((target) => plan.find(within, target));
  const all = (): (Block | undefined)[] => {
    const { kind } = d.row.effect;
    if (kind === 'jump') {
      const call = plan.callOf(block);
      if (call !== undefined) return [plan.find(call, call.target)];
      return isLink(d.rd) ? [] : to(pc + d.imm);
    }
    if (kind === 'jumpRegister')
      return isReturn(d) && within !== undefined ? [plan.find(within.caller, within.back)] : [];
    const starts = cache.ends[cache.half(pc)] === 0 ? [] : (cache.loopStarts.get(pc) ?? []);
    return to(...starts, next, ...(kind === 'branch' ? [pc + d.imm] : []));
  };
  return [...new Set(all())].filter((b) => b !== undefined);
}
