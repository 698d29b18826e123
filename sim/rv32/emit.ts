import type { Decoded } from './decode.js';
import type { MemoryEffect } from './table/index.js';

/**
 * Writes the JavaScript of one instruction. The same text of the table becomes a function of the step tier, whose operands
 * are read from a decoded instruction at run time, or a part of a translated region, whose operands are constants; a
 * `Binding` says which.
 *
 * Names in scope of generated code: `x` registers, `L` hardware loops (start, end, count, twice), `F` fuel, `A` attention,
 * `m8 s8 m16 s16 m32` views of L2, `code` words of L2 that hold decoded code, and the core's parts `memory`, `control`,
 * `calls`, `loops` and `stack`.
 */
export interface Binding {
  /** Text of a register's content. */
  readonly read: (field: 'rd' | 'rs1' | 'rs2' | 'rs3') => string;
  /** Statement that writes a register. */
  readonly write: (field: 'rd' | 'rs1', value: string) => string;
  readonly imm: (field: 'imm' | 'imm2') => string;
  readonly loop: string;
  readonly pc: string;
  /** Cycles and instructions of the block that come after this one: `, 3, 2`, given back when the block is left. */
  readonly rest: string;
  /** Statement after an access that may have asked for attention. */
  readonly leave: string;
}

/** What generated code must know of the memory. */
export interface MemoryShape {
  readonly base: number;
  readonly bytes: number;
  /** Loads take the slow path, which looks for bytes never written. */
  readonly checkedLoads: boolean;
}

const NAME = /\b(rd|rs1|rs2|rs3|imm2|imm|pc)\b/g;

/** An expression of the table with its operands put in. */
export const substitute = (expr: string, b: Binding): string =>
  expr.replace(NAME, (name) => {
    if (name === 'pc') return b.pc;
    return name === 'imm' || name === 'imm2' ? b.imm(name) : b.read(name as 'rd' | 'rs1' | 'rs2' | 'rs3');
  });

const ALIGNED: Readonly<Record<number, string>> = {
  1: '',
  2: ' && (o & 1) === 0',
  4: ' && (o & 3) === 0',
};
const VIEW: Readonly<Record<string, string>> = {
  '1true': 's8[o]',
  '1false': 'm8[o]',
  '2true': 's16[o >>> 1]',
  '2false': 'm16[o >>> 1]',
  '4true': 'm32[o >>> 2]',
};

/** `a` the address and `o` its offset in L2, then the condition that the fast path may take it. */
function addressText(effect: MemoryEffect, b: Binding, memory: MemoryShape): string {
  return `const a = (${substitute(effect.address, b)}) | 0, o = (a - ${memory.base}) | 0;`;
}

const inside = (bytes: number, limit: number): string => `(o >>> 0) <= ${limit - bytes}${ALIGNED[bytes]}`;

/**
 * A load. The base of a post-increment is written before the data: where both are one register, the data wins. Only the
 * slow path can ask for attention.
 */
export function emitLoad(d: Pick<Decoded, 'row'>, b: Binding, memory: MemoryShape): string {
  const effect = d.row.effect as MemoryEffect;
  const post = effect.post === undefined ? '' : `const p = (${substitute(effect.post, b)}) | 0;`;
  const base = effect.post === undefined ? '' : b.write('rs1', 'p');
  const finish = (value: string): string => `${base} ${b.write('rd', value)}`;
  const slow = `const v = memory.load(a, ${effect.bytes}, ${effect.signed === true}, ${b.pc}${b.rest}); ${finish('v')} ${afterSlow(b)}`;
  const fast = VIEW[`${effect.bytes}${effect.signed === true}`] ?? '';
  const body = memory.checkedLoads
    ? slow
    : `if (${inside(effect.bytes, memory.bytes)}) { ${finish(fast)} } else { ${slow} }`;
  return `{ ${addressText(effect, b, memory)} ${post} ${body} }`;
}

const afterSlow = (b: Binding): string => (b.leave === '' ? '' : `if (A[0] !== 0) { ${b.leave} }`);

export function emitStore(d: Pick<Decoded, 'row'>, b: Binding, memory: MemoryShape): string {
  const effect = d.row.effect as MemoryEffect;
  const post = effect.post === undefined ? '' : b.write('rs1', `(${substitute(effect.post, b)}) | 0`);
  const fast = { 1: 'm8[o] = v', 2: 'm16[o >>> 1] = v', 4: 'm32[o >>> 2] = v' }[effect.bytes];
  const condition = `${inside(effect.bytes, memory.bytes)} && code[o >>> 2] === 0`;
  const slow = `memory.store(a, ${effect.bytes}, v, ${b.pc}${b.rest}); ${afterSlow(b)}`;
  return `{ ${addressText(effect, b, memory)} const v = ${b.read('rs2')}; ${post} if (${condition}) ${fast}; else { ${slow} } }`;
}

/** A computed result, with the divider's extra steps. */
export function emitValue(d: Pick<Decoded, 'row'>, b: Binding): string {
  const { effect, timing, name } = d.row;
  if (effect.kind !== 'value') throw new Error(`${name} computes no value`);
  const steps =
    timing === 'divide' ? `F[0] -= divideSteps(${b.read('rs2')}, ${name === 'div' || name === 'rem'});` : '';
  return `${steps} ${b.write('rd', `(${substitute(effect.expr, b)}) | 0`)}`;
}

/** A write of a hardware loop's registers. The core learns of a new end, so that code which passes it looks. */
export function emitLoop(d: Pick<Decoded, 'row'>, b: Binding): string {
  const { effect } = d.row;
  if (effect.kind !== 'loop') throw new Error(`${d.row.name} writes no hardware loop`);
  const put = (slot: number, expr: string | undefined): string =>
    expr === undefined ? '' : `L[${b.loop} * 3 + ${slot}] = ${substitute(expr, b)};`;
  // Expressions are evaluated in order; none reads what another writes.
  const end =
    effect.end === undefined ? '' : `loops.endsAt(${substitute(effect.end, b)}${b.rest}); ${afterSlow(b)}`;
  return `${put(0, effect.start)} ${put(2, effect.count)} ${put(1, effect.end)} ${end}`;
}
