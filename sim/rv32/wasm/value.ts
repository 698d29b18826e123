import { type Code, OP } from './binary.js';
import { BINARY, constant } from './constant.js';
import type { Expression } from './expression.js';
import { emitIntrinsic } from './intrinsics.js';
import { type Reading, Untranslatable } from './reading.js';

/** Where the names of an expression live: numbers known at translation time, or locals. */
export interface Names {
  known(name: string): number | undefined;
  local(name: string): number;
}

const BITWISE: Readonly<Record<string, number>> = {
  '|': OP.or,
  '^': OP.xor,
  '&': OP.and,
  '<<': OP.shl,
  '>>': OP.shrS,
};
const EQUALITIES: Readonly<Record<string, number>> = { '===': OP.eq, '!==': OP.ne };
const COMPARISONS: Readonly<Record<string, { readonly signed: number; readonly unsigned: number }>> = {
  '<': { signed: OP.ltS, unsigned: OP.ltU },
  '<=': { signed: OP.leS, unsigned: OP.leU },
  '>': { signed: OP.gtS, unsigned: OP.gtU },
  '>=': { signed: OP.geS, unsigned: OP.geU },
};

/** Emits an expression of the table: one i32, the expression's value modulo 2^32. Throws `Untranslatable`. */
export function emitValue(e: Expression, names: Names, code: Code): Reading {
  return put(emit(e, names, code), code);
}

/** Emits what `emit` left to its caller. */
function put(result: Reading | number, code: Code): Reading {
  if (typeof result !== 'number') return result;
  code.int(result);
  return readingOf(result);
}

function readingOf(value: number): Reading {
  if (value === (value | 0)) return 'signed';
  return value === value >>> 0 ? 'unsigned' : 'wide';
}

/** Emits an expression, or emits nothing and returns its value where that is known. */
function emit(e: Expression, names: Names, code: Code): Reading | number {
  switch (e.kind) {
    case 'number':
      return e.value;
    case 'name': {
      const value = names.known(e.name);
      if (value !== undefined) return value;
      code.get(names.local(e.name));
      return 'signed';
    }
    case 'unary': {
      const value = constant(e, (name) => names.known(name));
      if (value !== undefined) return value;
      code.int(e.operator === '-' ? 0 : -1);
      emitValue(e.a, names, code);
      code.op(e.operator === '-' ? OP.sub : OP.xor);
      return e.operator === '-' ? 'wide' : 'signed';
    }
    case 'binary':
      return emitBinary(e.operator, e.a, e.b, names, code);
    case 'choice': {
      const start = code.length;
      const yes = emitValue(e.yes, names, code);
      const no = emitValue(e.no, names, code);
      const when = emit(e.when, names, code);
      if (typeof when === 'number') {
        code.cut(start);
        return emit(when === 0 ? e.no : e.yes, names, code);
      }
      code.op(OP.select);
      return yes === no ? yes : 'wide';
    }
    default: {
      const known = (arg: Expression): number | undefined => constant(arg, (name) => names.known(name));
      const args = e.args.map((arg) => ({ put: () => emitValue(arg, names, code), known: known(arg) }));
      return known(e) ?? emitIntrinsic(e.name, args, code);
    }
  }
}

function emitBinary(
  operator: string,
  a: Expression,
  b: Expression,
  names: Names,
  code: Code,
): Reading | number {
  const start = code.length;
  const left = emit(a, names, code);
  if (typeof left === 'number') code.int(left);
  const right = emit(b, names, code);
  if (typeof right === 'number') {
    if (typeof left === 'number') {
      code.cut(start);
      return BINARY[operator]!(left, right);
    }
    if (right === 0 && (operator === '+' || operator === '-')) return left;
    if (right === 0 && operator === '>>>') return 'unsigned';
    code.int(right);
  } else if (left === 0 && operator === '+') {
    // Of 0 + b, written as a move: b alone.
    code.cut(start);
    return emit(b, names, code);
  }
  return emitOperator(operator, left, right, code);
}

function emitOperator(
  operator: string,
  left: Reading | number,
  right: Reading | number,
  code: Code,
): Reading {
  if (operator === '+' || operator === '-') {
    code.op(operator === '+' ? OP.add : OP.sub);
    return 'wide';
  }
  if (operator === '>>>') {
    code.op(OP.shrU);
    return typeof right === 'number' && (right & 31) !== 0 ? 'signed' : 'unsigned';
  }
  const bitwise = BITWISE[operator];
  if (bitwise !== undefined) {
    code.op(bitwise);
    return 'signed';
  }
  const reading = commonReading(left, right);
  code.op(EQUALITIES[operator] ?? COMPARISONS[operator]![reading]);
  return 'signed';
}

/** The reading by which two values can be compared; a small constant has both. */
function commonReading(left: Reading | number, right: Reading | number): 'signed' | 'unsigned' {
  const fitsBoth = (value: Reading | number): boolean =>
    typeof value === 'number' && value >= 0 && value === (value | 0);
  const a = typeof left === 'number' ? readingOf(left) : left;
  const b = typeof right === 'number' ? readingOf(right) : right;
  if (a !== 'wide' && (a === b || fitsBoth(right))) return a;
  if (b !== 'wide' && fitsBoth(left)) return b;
  throw new Untranslatable();
}
