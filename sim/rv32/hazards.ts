import type { Decoded } from './decode.js';
import { readsRegister, resultRegister } from './operands.js';
import { CLASS_CYCLES, STALLS, type WaitStates } from './timing.js';

/** Cycles that `next` waits because `first` runs right before it. */
export function stallBetween(first: Decoded, next: Decoded): number {
  const isLoad = first.row.effect.kind === 'load';
  const result = resultRegister(first);
  if (result === 0) return 0;
  if (next.row.effect.kind === 'jumpRegister' && next.rs1 === result)
    return isLoad ? STALLS.jumpAfterLoad.cycles : STALLS.jumpAfterAlu.cycles;
  if (!isLoad) return 0;
  const overwrites = next.row.effect.kind === 'value' && next.rd === result;
  return readsRegister(next, result) || overwrites ? STALLS.loadUse.cycles : 0;
}

/** Whether control can pass from an instruction to the one after it in memory. */
export function fallsThrough(d: Decoded): boolean {
  const { kind } = d.row.effect;
  return (
    kind === 'value' ||
    kind === 'load' ||
    kind === 'store' ||
    kind === 'branch' ||
    kind === 'loop' ||
    kind === 'csr'
  );
}

/**
 * Cycles of an instruction whose successor in memory is `next`: its class, its memories' wait states and the stall of the
 * successor, which is charged here because only here it is known. A taken branch takes the stall back.
 */
export function staticCycles(d: Decoded, next: Decoded | undefined, waits: WaitStates): number {
  const { kind } = d.row.effect;
  const memory = kind === 'load' || kind === 'store' ? waits.data : 0;
  const stall = next === undefined || !fallsThrough(d) ? 0 : stallBetween(d, next);
  return CLASS_CYCLES[d.row.timing].cycles + waits.fetch + memory + stall;
}
