import * as arithmetic from './arithmetic.js';
import type { Instruction } from './table/index.js';

/** The value of a row from its operands' contents: `rd, rs1, rs2, rs3, imm, imm2, pc`. */
export type ValueFunction = (...operands: readonly number[]) => number;

const built = new Map<Instruction, ValueFunction>();

/** A row's expression as a function of JavaScript. */
export function valueFunction(row: Instruction): ValueFunction {
  let known = built.get(row);
  if (known === undefined) {
    if (row.effect.kind !== 'value') throw new Error(`${row.name} computes no value`);
    const names = Object.keys(arithmetic);
    const build = new Function(
      ...names,
      `'use strict'; return (rd, rs1, rs2, rs3, imm, imm2, pc) => (${row.effect.expr}) | 0;`,
    ) as (...values: unknown[]) => ValueFunction;
    known = build(...Object.values(arithmetic));
    built.set(row, known);
  }
  return known;
}
