import { describe, expect, it } from 'vitest';
import { constant } from '../../sim/rv32/wasm/constant.js';
import { parseExpression } from '../../sim/rv32/wasm/expression.js';

/** a is 12; nothing is known of b. */
const value = (text: string): number | undefined =>
  constant(parseExpression(text), (name) => (name === 'a' ? 12 : undefined));

describe('expressions of the table whose operands are known', () => {
  it.each([
    ['0x1f', 31],
    ['-a', -12],
    ['~a', -13],
    ['~-a', 11],
    ['6 | 9', 15],
    ['6 ^ 3', 5],
    ['6 & 3', 2],
    ['5 === 5', 1],
    ['5 === 4', 0],
    ['5 !== 4', 1],
    ['5 !== 5', 0],
    ['2 < 3', 1],
    ['3 < 3', 0],
    ['3 <= 3', 1],
    ['4 <= 3', 0],
    ['4 > 3', 1],
    ['3 > 3', 0],
    ['3 >= 3', 1],
    ['2 >= 3', 0],
    ['3 << 4', 48],
    ['-16 >> 2', -4],
    ['-16 >>> 28', 15],
    ['9 + 4', 13],
    ['9 - 4', 5],
    ['a ? 1 : 2', 1],
    ['a - 12 ? 1 : 2', 2],
    ['0 ? 1 : 0 ? 2 : 3', 3],
    ['Math.imul(3, -5)', -15],
    ['div(-7, 2)', -3],
    ['mulhu(-1, a)', 11],
  ])('%s is %i', (text, expected) => expect(value(text)).toBe(expected));

  // Each differs from what the operators give in the other order.
  it.each([
    ['1 | 1 ^ 1', 1],
    ['1 ^ 1 & 0', 1],
    ['6 & 2 === 2', 0],
    ['3 !== 4 > 3', 1],
    ['4 > 1 << 1', 1],
    ['1 + 2 << 3', 24],
    ['(1 | 2) + 3', 6],
    ['7 - 2 - 1', 4],
    ['16 >> 2 >> 1', 2],
    ['1 ? 2 : 3 + 10', 2],
  ])('%s binds as in JavaScript: %i', (text, expected) => expect(value(text)).toBe(expected));

  it.each(['b', '-b', 'a + b', 'b + a', 'b ? 1 : 2', 'a ? b : 1', 'rounding(b)', 'Math.imul(a, b)'])(
    '%s is not known without b',
    (text) => expect(value(text)).toBeUndefined(),
  );
  it.each([
    ['a ? 1 : b', 1],
    ['0 ? b : 4', 4],
  ])('%s does not need b', (text, expected) => expect(value(text)).toBe(expected));
  it('a function that arithmetic does not have is not known', () =>
    expect(value('nothing(1)')).toBeUndefined());
});

describe('what is no expression', () => {
  it.each([
    ['', '"its end" has no place here'],
    ['1 +', '"its end" has no place here'],
    ['a ? 1', '"its end" has no place here'],
    ['(1 + 2', '"its end" has no place here'],
    ['f(1', '"its end" has no place here'],
    ['1 2', '"2" has no place here'],
    ['a : 1', '":" has no place here'],
    ['* 3', 'no meaning for "* 3"'],
    ['a $', 'no meaning for " $"'],
    ['f()', '")" has no place here'],
  ])('"%s": %s', (text, message) =>
    expect(() => parseExpression(text)).toThrow(`expression "${text}": ${message}`),
  );
  it('blanks around it do not matter', () => expect(value('  7  ')).toBe(7));
});
