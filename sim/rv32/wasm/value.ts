import { type Code, OP } from './binary.js';
import { constant } from './constant.js';
import type { Expression } from './expression.js';

/**
 * What the i32 on WebAssembly's stack says about JavaScript's number: the signed or the unsigned reading of its bits, or
 * (`wide`) only its residue modulo 2^32. Sums may leave 32 bits; whoever asks for their size must not be answered from the bits.
 */
type Reading = 'signed' | 'unsigned' | 'wide';

/** Thrown for an expression that has no translation here; the caller keeps its JavaScript. */
export class Untranslatable extends Error {}

/** Where the names of an expression live: numbers known at translation time, or locals. */
export interface Names {
  readonly known: (name: string) => number | undefined;
  readonly local: (name: string) => number;
}

const BITWISE: Readonly<Record<string, number>> = {
  '|': OP.or,
  '^': OP.xor,
  '&': OP.and,
  '<<': OP.shl,
  '>>': OP.shrS,
};
const SUMS: Readonly<Record<string, number>> = { '+': OP.add, '-': OP.sub };
const EQUALITIES: Readonly<Record<string, number>> = { '===': OP.eq, '!==': OP.ne };
const COMPARISONS: Readonly<Record<string, { readonly signed: number; readonly unsigned: number }>> = {
  '<': { signed: OP.ltS, unsigned: OP.ltU },
  '<=': { signed: OP.leS, unsigned: OP.leU },
  '>': { signed: OP.gtS, unsigned: OP.gtU },
  '>=': { signed: OP.geS, unsigned: OP.geU },
};

/** Emits an expression of the table: one i32, the expression's value modulo 2^32. Throws `Untranslatable`. */
export function emitExpression(e: Expression, names: Names, code: Code): Reading {
  const value = constant(e, names.known);
  if (value !== undefined) {
    code.int(value);
    if (value === (value | 0)) return 'signed';
    return value === value >>> 0 ? 'unsigned' : 'wide';
  }
  switch (e.kind) {
    case 'name':
      code.get(names.local(e.name));
      return 'signed';
    case 'unary':
      code.int(e.operator === '-' ? 0 : -1);
      emitExpression(e.a, names, code);
      code.op(e.operator === '-' ? OP.sub : OP.xor);
      return e.operator === '-' ? 'wide' : 'signed';
    case 'binary':
      return emitBinary(e.operator, e.a, e.b, names, code);
    case 'choice': {
      const yes = emitExpression(e.yes, names, code);
      const no = emitExpression(e.no, names, code);
      emitExpression(e.when, names, code);
      code.op(OP.select);
      return yes === no ? yes : 'wide';
    }
    case 'call':
      return emitCall(e.name, e.args, names, code);
    default:
      throw new Untranslatable();
  }
}

function emitBinary(operator: string, a: Expression, b: Expression, names: Names, code: Code): Reading {
  const sum = SUMS[operator];
  if (sum !== undefined) {
    if (operator === '+' && constant(a, names.known) === 0) return emitExpression(b, names, code);
    const left = emitExpression(a, names, code);
    if (constant(b, names.known) === 0) return left;
    emitExpression(b, names, code);
    code.op(sum);
    return 'wide';
  }
  const left = emitExpression(a, names, code);
  if (operator === '>>>') {
    const by = constant(b, names.known);
    if (by !== 0) {
      emitExpression(b, names, code);
      code.op(OP.shrU);
    }
    return by !== undefined && (by & 31) !== 0 ? 'signed' : 'unsigned';
  }
  const right = emitExpression(b, names, code);
  const bitwise = BITWISE[operator];
  if (bitwise !== undefined) {
    code.op(bitwise);
    return 'signed';
  }
  const reading = commonReading(left, right, a, b, names);
  const opcode = EQUALITIES[operator] ?? COMPARISONS[operator]?.[reading];
  if (opcode === undefined) throw new Untranslatable();
  code.op(opcode);
  return 'signed';
}

/** The reading by which two values can be compared; a small constant has both. */
function commonReading(
  left: Reading,
  right: Reading,
  a: Expression,
  b: Expression,
  names: Names,
): 'signed' | 'unsigned' {
  if (left === right && left !== 'wide') return left;
  const fitsBoth = (e: Expression): boolean => {
    const value = constant(e, names.known);
    return value !== undefined && value >= 0 && value === (value | 0);
  };
  if (left !== 'wide' && fitsBoth(b)) return left;
  if (right !== 'wide' && fitsBoth(a)) return right;
  throw new Untranslatable();
}

function emitCall(name: string, args: readonly Expression[], names: Names, code: Code): Reading {
  const put = (i: number): Reading => emitExpression(args[i]!, names, code);
  const high = (extendA: number, extendB: number, shift: number): Reading => {
    put(0);
    code.op(extendA);
    put(1);
    code.op(extendB, OP.mul64, OP.const64, 32, shift, OP.wrap64);
    return 'signed';
  };
  switch (name) {
    case 'Math.imul':
      put(0);
      put(1);
      code.op(OP.mul);
      return 'signed';
    case 'mulh':
      return high(OP.extendS64, OP.extendS64, OP.shrS64);
    case 'mulhsu':
      return high(OP.extendS64, OP.extendU64, OP.shrS64);
    case 'mulhu':
      high(OP.extendU64, OP.extendU64, OP.shrU64);
      return 'unsigned';
    case 'div':
    case 'divu':
    case 'rem':
    case 'remu':
      return emitDivision(name, args, names, code);
    case 'firstOne':
      put(0);
      code.op(OP.ctz);
      return 'signed';
    case 'populationCount':
      put(0);
      code.op(OP.popcnt);
      return 'signed';
    case 'extractField':
      return emitExtract(args, names, code);
    case 'clip': {
      const bound = constant(args[1]!, names.known);
      if (bound === undefined) throw new Untranslatable();
      clamp(args[0]!, ~bound, bound, names, code);
      return 'signed';
    }
    case 'clipUnsigned': {
      const bound = constant(args[1]!, names.known);
      if (bound === undefined) throw new Untranslatable();
      clamp(args[0]!, 0, bound, names, code);
      return 'signed';
    }
    default:
      throw new Untranslatable();
  }
}

/** WebAssembly traps where RISC-V has a result: division by zero, and -2^31 by -1. */
function emitDivision(
  name: 'div' | 'divu' | 'rem' | 'remu',
  args: readonly Expression[],
  names: Names,
  code: Code,
): Reading {
  const put = (i: number): Reading => emitExpression(args[i]!, names, code);
  const rest = name.startsWith('rem');
  put(1);
  code.op(OP.eqz).ifInt();
  if (rest) put(0);
  else code.int(-1);
  code.op(OP.else);
  if (name === 'div') {
    put(1);
    code.int(-1).op(OP.eq).ifInt().int(0);
    put(0);
    code.op(OP.sub, OP.else);
  }
  put(0);
  put(1);
  code.op({ div: OP.divS, divu: OP.divU, rem: OP.remS, remu: OP.remU }[name]);
  if (name === 'div') code.op(OP.end);
  code.op(OP.end);
  return 'wide';
}

function emitExtract(args: readonly Expression[], names: Names, code: Code): Reading {
  const [w, p] = [constant(args[1]!, names.known), constant(args[2]!, names.known)];
  if (w === undefined || p === undefined) throw new Untranslatable();
  const top = Math.min(31, w + p);
  emitExpression(args[0]!, names, code);
  code
    .int(31 - top)
    .op(OP.shl)
    .int(31 - top + p)
    .op(OP.shrS);
  return 'signed';
}

/** `bound` where `a` is above it, `low` where it is below that, else `a`; low <= bound. */
function clamp(a: Expression, low: number, bound: number, names: Names, code: Code): void {
  const value = (): void => {
    if (emitExpression(a, names, code) !== 'signed') throw new Untranslatable();
  };
  code.int(bound);
  value();
  code.int(low);
  value();
  code.int(low).op(OP.gtS, OP.select);
  value();
  code.int(bound).op(OP.gtS, OP.select);
}
