import * as arithmetic from '../arithmetic.js';
import type { Expression } from './expression.js';

type Function = (...args: readonly number[]) => number;

const FUNCTIONS: Readonly<Record<string, Function>> = {
  ...(arithmetic as unknown as Record<string, Function>),
  'Math.imul': (a = 0, b = 0) => Math.imul(a, b),
};

export const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '===': (a, b) => Number(a === b),
  '!==': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
};

/** The value of an expression as JavaScript has it where `known` gives all the names it needs; undefined otherwise. */
export function constant(e: Expression, known: (name: string) => number | undefined): number | undefined {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'name':
      return known(e.name);
    case 'unary': {
      const a = constant(e.a, known);
      if (a === undefined) return undefined;
      return e.operator === '-' ? -a : ~a;
    }
    case 'binary': {
      const a = constant(e.a, known);
      const b = a === undefined ? undefined : constant(e.b, known);
      return a === undefined || b === undefined ? undefined : BINARY[e.operator]?.(a, b);
    }
    case 'choice': {
      const when = constant(e.when, known);
      return when === undefined ? undefined : constant(when === 0 ? e.no : e.yes, known);
    }
    default: {
      const args: number[] = [];
      for (const arg of e.args) {
        const value = constant(arg, known);
        if (value === undefined) return undefined;
        args.push(value);
      }
      return FUNCTIONS[e.name]?.(...args);
    }
  }
}
