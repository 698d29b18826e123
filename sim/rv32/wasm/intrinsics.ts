import { type Code, OP } from './binary.js';
import { type Reading, Untranslatable } from './reading.js';

/** An argument of a call: emits it, as often as it is asked to; its value where that is known. */
export interface Argument {
  readonly put: () => Reading;
  readonly known: number | undefined;
}

/** Emits a call of a function of `arithmetic.ts` or of `Math` as WebAssembly's own instructions. Throws `Untranslatable`. */
export function emitIntrinsic(name: string, args: readonly Argument[], code: Code): Reading {
  const put = (i: number): Reading => args[i]!.put();
  const known = (i: number): number => {
    const value = args[i]!.known;
    if (value === undefined) throw new Untranslatable();
    return value;
  };
  const high = (extendA: number, extendB: number, shift: number): void => {
    put(0);
    code.op(extendA);
    put(1);
    code.op(extendB).op(OP.mul64).op(OP.const64).op(32).op(shift).op(OP.wrap64);
  };
  switch (name) {
    case 'Math.imul':
      put(0);
      put(1);
      code.op(OP.mul);
      return 'signed';
    case 'mulh':
      high(OP.extendS64, OP.extendS64, OP.shrS64);
      return 'signed';
    case 'mulhsu':
      high(OP.extendS64, OP.extendU64, OP.shrS64);
      return 'signed';
    case 'mulhu':
      high(OP.extendU64, OP.extendU64, OP.shrU64);
      return 'unsigned';
    case 'div':
    case 'divu':
    case 'rem':
    case 'remu':
      emitDivision(name, args, code);
      return 'wide';
    case 'firstOne':
      put(0);
      code.op(OP.ctz);
      return 'signed';
    case 'populationCount':
      put(0);
      code.op(OP.popcnt);
      return 'signed';
    case 'extractField': {
      const top = Math.min(31, known(1) + known(2));
      put(0);
      code
        .int(31 - top)
        .op(OP.shl)
        .int(31 - top + known(2))
        .op(OP.shrS);
      return 'signed';
    }
    case 'clip':
      clamp(args[0]!, ~known(1), known(1), code);
      return 'signed';
    case 'clipUnsigned':
      clamp(args[0]!, 0, known(1), code);
      return 'signed';
    default:
      throw new Untranslatable();
  }
}

/** WebAssembly traps where RISC-V has a result: division by zero, and -2^31 by -1. */
function emitDivision(name: 'div' | 'divu' | 'rem' | 'remu', args: readonly Argument[], code: Code): void {
  const a = (): Reading => args[0]!.put();
  const b = (): Reading => args[1]!.put();
  b();
  code.op(OP.eqz).ifInt();
  if (name.startsWith('rem')) a();
  else code.int(-1);
  code.op(OP.else);
  if (name === 'div') {
    b();
    code.int(-1).op(OP.eq).ifInt().int(0);
    a();
    code.op(OP.sub).op(OP.else);
  }
  a();
  b();
  code.op({ div: OP.divS, divu: OP.divU, rem: OP.remS, remu: OP.remU }[name]);
  if (name === 'div') code.end();
  code.end();
}

/** `bound` where `a` is above it, `low` where it is below that, else `a`; low <= bound. */
function clamp(a: Argument, low: number, bound: number, code: Code): void {
  const value = (): void => {
    if (a.put() !== 'signed') throw new Untranslatable();
  };
  if (low > bound) throw new Untranslatable();
  code.int(bound);
  value();
  code.int(low);
  value();
  code.int(low).op(OP.gtS).op(OP.select);
  value();
  code.int(bound).op(OP.gtS).op(OP.select);
}
