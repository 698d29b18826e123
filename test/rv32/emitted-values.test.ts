import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WIDE } from '../../sim/rv32/decode.js';
import { Code, encodeModule } from '../../sim/rv32/wasm/binary.js';
import { parseExpression } from '../../sim/rv32/wasm/expression.js';
import { Untranslatable } from '../../sim/rv32/wasm/reading.js';
import { emitValue, type Names } from '../../sim/rv32/wasm/value.js';
import { createMemory, instantiateBytes } from '../../src/base/webassembly.js';

/** a and b in locals; k is known to be 5. */
const NAMES: Names = {
  known: (name) => (name === 'k' ? 5 : undefined),
  local: (name) => ({ a: 1, b: 2 })[name]!,
};

function emitted(text: string): Code {
  const code = new Code();
  emitValue(parseExpression(text), NAMES, code);
  return code;
}

/** What the WebAssembly of an expression computes. */
function computed(text: string, a: number, b: number): number {
  const body = new Code().int(a).set(1).int(b).set(2).append(emitted(text).bytes);
  const bytes = encodeModule({ body, locals: 2, imports: [], pages: 1 });
  const { run } = instantiateBytes(bytes, { env: { memory: createMemory(1) } }) as {
    run(select: number): number;
  };
  return run(0);
}

const LEAST = -0x80000000;

describe('an expression in WebAssembly', () => {
  it.each([
    ['a + b', 0x7fffffff, 1, LEAST],
    ['a - b', 3, 5, -2],
    ['-a', 7, 0, -7],
    ['~a', 7, 0, -8],
    ['a | b', 6, 9, 15],
    ['a ^ b', 6, 3, 5],
    ['a & b', 6, 3, 2],
    ['a << b', 3, 4, 48],
    ['a >> b', -16, 2, -4],
    ['a >>> b', -16, 28, 15],
    ['a << k', 1, 0, 32],
    ['k - a', 7, 0, -2],
    ['a === b', 5, 5, 1],
    ['a !== b', 5, 5, 0],
    ['a < b', -1, 1, 1],
    ['a <= b', 1, 1, 1],
    ['a > b', -1, 1, 0],
    ['a >= b', -1, 1, 0],
    ['(a >>> 0) < (b >>> 0)', -1, 1, 0],
    ['(a >>> 0) <= (b >>> 0)', -1, 1, 0],
    ['(a >>> 0) > (b >>> 0)', -1, 1, 1],
    ['(a >>> 0) >= (b >>> 0)', -1, 1, 1],
    ['a < 5', -1, 0, 1],
    ['(a >>> 0) < 5', -1, 0, 0],
    ['5 < (a >>> 0)', -1, 0, 1],
    ['5 < a', -1, 0, 0],
    ['0 <= a', -1, 0, 0],
    ['a ? b : k', 0, 3, 5],
    ['a ? b : k', -1, 3, 3],
    ['k ? a : b', 6, 3, 6],
    ['k - 5 ? a : b', 6, 3, 3],
    ['a < b ? a : b', -4, 3, -4],
    ['k + 6', 0, 0, 11],
    ['4294967295', 0, 0, -1],
    ['Math.imul(a, b)', 0x10001, 0x10001, 0x20001],
    ['mulh(a, b)', -1, 3, -1],
    ['mulhsu(a, b)', -1, -1, -1],
    ['mulhu(a, b)', -1, -1, -2],
    ['mulhu(a, b)', 0x10000, 0x30000, 3],
    // By zero: -1 and the dividend; -2^31 by -1 overflows to the dividend, with no remainder.
    ['div(a, b)', -7, 2, -3],
    ['div(a, b)', 7, 0, -1],
    ['div(a, b)', LEAST, -1, LEAST],
    ['div(a, b)', 7, -1, -7],
    ['divu(a, b)', -1, 2, 0x7fffffff],
    ['divu(a, b)', 7, 0, -1],
    ['rem(a, b)', -7, 2, -1],
    ['rem(a, b)', 7, 0, 7],
    ['rem(a, b)', LEAST, -1, 0],
    ['remu(a, b)', -1, 10, 5],
    ['remu(a, b)', 7, 0, 7],
    ['firstOne(a)', 40, 0, 3],
    ['firstOne(a)', 0, 0, 32],
    ['populationCount(a)', -1, 0, 32],
    ['extractField(a, 3, 4)', 0x0f0, 0, -1],
    ['extractField(a, 3, 4)', 0xf70f, 0, 0],
    ['extractField(a, 3, 4)', 0xf7f, 0, 7],
    ['extractField(a, 31, 30)', LEAST, 0, -2],
    ['clip(a, 127)', 200, 0, 127],
    ['clip(a, 127)', 127, 0, 127],
    ['clip(a, 127)', -200, 0, -128],
    ['clip(a, 127)', -3, 0, -3],
    ['clip(a, 0)', -3, 0, -1],
    ['clipUnsigned(a, 127)', -5, 0, 0],
    ['clipUnsigned(a, 127)', 200, 0, 127],
    ['clipUnsigned(a, 127)', 3, 0, 3],
    ['rounding(k) + a', 1, 0, 17],
  ])('%s of %i and %i is %i', (text, a, b, expected) => expect(computed(text, a, b)).toBe(expected));

  it.each(['a + 0', 'a - 0', '0 + a', 'a >>> 0', 'a + (k - 5)'])('%s costs what a costs', (text) =>
    expect([...emitted(text).bytes]).toEqual([...emitted('a').bytes]),
  );
  it.each([
    ['k << 2', '20'],
    ['k ? 3 : a', '3'],
    ['rounding(k)', '16'],
    ['-k + 6', '1'],
  ])('%s is the number %s', (text, number) =>
    expect([...emitted(text).bytes]).toEqual([...emitted(number).bytes]),
  );
  it('what adds nothing leaves the sign known', () => expect(computed('a + 0 < 3', -1, 0)).toBe(1));

  // The bits do not say which of two numbers 2^32 apart is meant.
  it.each([
    'a + b < 3',
    '-a < 3',
    '3 < a - b',
    '(a >>> 0) < b',
    'a < (b >>> 0)',
    '-1 < (a >>> 0)',
    '3000000000 > a',
    '(a ? b >>> 0 : b) < 3',
    'div(a, b) < 3',
    'clip(a + b, 7)',
    'clip(a >>> 0, 7)',
    'clip(a, 0 - 5)',
    'clip(a, b)',
    'extractField(a, b, 2)',
    'lastOne(a)',
    'nothing(a)',
  ])('%s has no translation', (text) => expect(() => emitted(text)).toThrow(Untranslatable));

  const trees = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('a', 'b', 'k', '0', '1', '3', '31', '0xff', '0x80000000'),
      fc.tuple(fc.constantFrom('-', '~'), tie('tree')).map(([op, e]) => `${op}(${e})`),
      fc
        .tuple(tie('tree'), fc.constantFrom('|', '^', '&', '<<', '>>', '>>>', '+', '-'), tie('tree'))
        .map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc
        .tuple(tie('tree'), fc.constantFrom('<', '<=', '>', '>=', '===', '!=='), tie('tree'), tie('tree'))
        .map(([x, op, y, z]) => `(${x} ${op} ${y} ? ${z} : ${x})`),
      fc.tuple(tie('tree'), tie('tree')).map(([x, y]) => `Math.imul(${x}, ${y})`),
    ),
  })).tree;
  it('is what JavaScript computes, wherever it has a translation', () =>
    fc.assert(
      fc.property(trees, fc.integer(), fc.integer(), (text, a, b) => {
        let result: number;
        try {
          result = computed(text, a, b);
        } catch (error) {
          if (error instanceof Untranslatable) return;
          throw error;
        }
        const expected = new Function('a', 'b', 'k', `return (${text}) | 0;`)(a, b, 5) as number;
        expect(result).toBe(expected);
      }),
      { numRuns: 300, seed: 7 },
    ));
});

describe('the table', () => {
  // Widths, positions and bounds in a register, and counts from the top, are left to JavaScript.
  const LEFT_OUT = new Set(
    'p.fl1 p.clb p.clipr p.clipur p.extract p.extractu p.insert p.bclr p.bset p.addRNr p.adduRNr p.subRNr p.subuRNr'.split(
      ' ',
    ),
  );
  const translates = (text: string, imm: number, imm2: number): boolean => {
    const known: Readonly<Record<string, number>> = { imm, imm2, pc: 0x1c000000 };
    try {
      emitValue(parseExpression(text), { known: (name) => known[name], local: () => 6 }, new Code());
      return true;
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      return false;
    }
  };
  const computing = WIDE.flatMap(({ row }) =>
    row.effect.kind === 'value' ? [[row.name, row.effect.expr] as const] : [],
  );
  it.each(computing)('%s becomes WebAssembly unless it is left out', (name, text) => {
    for (const imm of [0, 1, 5])
      for (const imm2 of [0, 3]) expect(translates(text, imm, imm2)).toBe(!LEFT_OUT.has(name));
  });
  it.each(
    WIDE.flatMap(({ row }) => (row.effect.kind === 'branch' ? [[row.name, row.effect.when] as const] : [])),
  )('%s becomes WebAssembly', (_, text) => expect(translates(text, 0, 3)).toBe(true));
});
