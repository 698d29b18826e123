import type { Operands } from '../step-tier.js';
import type { MemoryEffect } from '../table/types.js';
import { OP } from './binary.js';
import type { BlockCode } from './block-code.js';
import { LOCAL } from './registers.js';

const LOADS: Readonly<Record<string, number>> = {
  '1true': OP.load8S,
  '1false': OP.load8U,
  '2true': OP.load16S,
  '2false': OP.load16U,
  '4true': OP.load32,
};
const STORES: Readonly<Record<number, number>> = { 1: OP.store8, 2: OP.store16, 4: OP.store32 };

/** Leaves the offset in L2 in its local, or bails: for an access elsewhere or one that is not aligned. */
function putOffset(b: BlockCode, d: Operands, pc: number, { address, bytes }: MemoryEffect): void {
  const { code } = b.parts;
  const { ramBase, linear } = b.parts.options;
  const size = linear.ram.length;
  b.bailIf(pc, () => {
    if (address === 'rs1 + imm') {
      b.read(d.rs1);
      code.int(d.imm - ramBase).op(OP.add);
    } else {
      b.expression(address, d, pc);
      code.int(ramBase).op(OP.sub);
    }
    code.tee(LOCAL.offset);
    // Rotated, an offset that is not aligned is far too large: one comparison looks at both.
    const shift = Math.log2(bytes);
    if (shift > 0) code.int(shift).op(OP.rotr);
    code.int(Math.floor(size / bytes)).op(OP.geU);
  });
}

/** What a post-increment adds to its base, which is not the address of this access. */
function postIncrement(b: BlockCode, d: Operands, pc: number, { post }: MemoryEffect): void {
  if (post === undefined || d.rs1 === 0) return;
  b.expression(post, d, pc);
  b.write(d.rs1);
}

/** A load from L2. */
export function writeLoad(b: BlockCode, d: Operands, pc: number, effect: MemoryEffect): void {
  putOffset(b, d, pc, effect);
  // The base is written before the data: where both are one register, the data wins.
  postIncrement(b, d, pc, effect);
  if (d.rd === 0) return;
  b.code.get(LOCAL.offset).memory(LOADS[`${effect.bytes}${effect.signed === true}`]!, 0);
  b.write(d.rd);
}

/** A store to L2. */
export function writeStore(b: BlockCode, d: Operands, pc: number, effect: MemoryEffect): void {
  const { code } = b.parts;
  const { linear } = b.parts.options;
  putOffset(b, d, pc, effect);
  // A store over code is for the step tier.
  b.bailIf(pc, () => {
    code.get(LOCAL.offset).int(2).op(OP.shrU).memory(OP.load8U, linear.at.code);
  });
  code.get(LOCAL.offset);
  b.read(d.rs2);
  code.memory(STORES[effect.bytes]!, 0);
  postIncrement(b, d, pc, effect);
}
