import { BASE } from './base.js';
import { COMPRESSED } from './compressed.js';
import type { Compressed, Instruction } from './types.js';
import { XPULP_ALU } from './xpulp-alu.js';
import { XPULP_LOOP, XPULP_MEMORY } from './xpulp-memory.js';
import { XPULP_SIMD } from './xpulp-simd.js';

export type { Compressed, Effect, Extension, Instruction, MemoryEffect, TimingClass } from './types.js';
export { COMPRESSED };

/** Every 32-bit instruction of the host core, one row each. */
export const INSTRUCTIONS: readonly Instruction[] = [
  ...BASE,
  ...XPULP_ALU,
  ...XPULP_MEMORY,
  ...XPULP_LOOP,
  ...XPULP_SIMD,
];

/** The row that a 16-bit instruction expands to. */
export function expansionOf(row: Compressed): Instruction {
  const found = BASE.find((r) => r.name === row.expands);
  if (found === undefined) throw new Error(`${row.name} expands to ${row.expands}, which has no row`);
  return found;
}
