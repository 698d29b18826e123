import type { Decoded } from '../rv32/decode.js';
import { canonical } from './load.js';
import type { Soc } from './soc.js';

/** The memory that one instruction reads or writes. */
export interface MemoryTouch {
  readonly kind: 'read' | 'write';
  readonly address: number;
  readonly bytes: number;
}

const TERMS = ['rs1', 'rs2', 'rs3', 'imm'] as const;

/** Adds up the terms of an address of the table: "rs1 + imm". */
function addressOf(d: Decoded, expr: string, x: Int32Array): number {
  let sum = 0;
  for (const term of expr.split(' + ')) {
    const name = TERMS.find((t) => t === term);
    if (name === undefined) throw new Error(`address "${expr}" of ${d.row.name} is not a sum of operands`);
    sum += name === 'imm' ? d.imm : x[d[name]]!;
  }
  return sum >>> 0;
}

/** What the instruction at `pc` is about to touch, or undefined. */
export function memoryTouch(soc: Soc, pc: number): MemoryTouch | undefined {
  const { core } = soc;
  if (!core.cache.contains(pc) || !soc.bus.executable(pc)) return undefined;
  const d = core.cache.at(pc);
  const { effect } = d.row;
  if (effect.kind !== 'load' && effect.kind !== 'store') return undefined;
  return {
    kind: effect.kind === 'load' ? 'read' : 'write',
    address: addressOf(d, effect.address, core.x),
    bytes: effect.bytes,
  };
}

/** Bytes of L2 as a debugger reads them; undefined outside, where reading could change a device. */
export function peekBytes(soc: Soc, address: number, bytes: number): Uint8Array | undefined {
  const at = canonical(address, soc.l2.base) - soc.l2.base;
  if (at < 0 || at + bytes > soc.l2.size) return undefined;
  return soc.l2.raw().slice(at, at + bytes);
}

/** Writes bytes of L2 as a debugger does. Returns false outside. */
export function pokeBytes(soc: Soc, address: number, data: Uint8Array): boolean {
  const at = canonical(address, soc.l2.base) - soc.l2.base;
  if (at < 0 || at + data.length > soc.l2.size) return false;
  soc.l2.raw().set(data, at);
  soc.l2.markWritten(soc.l2.base + at, data.length, -1);
  soc.watcher?.poked(soc.l2.base + at, data.length);
  soc.core.cache.memoryChanged(at, data.length);
  return true;
}
