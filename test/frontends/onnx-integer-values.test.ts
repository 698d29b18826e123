import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DType } from '../../src/base/dtype.js';
import { tensor } from '../../src/base/tensor.js';
import type { NodeContext } from '../../src/frontends/onnx/context.js';
import {
  integerAdd,
  integerDiv,
  integerMul,
  integerSub,
} from '../../src/frontends/onnx/integer/arithmetic.js';
import { clipped } from '../../src/frontends/onnx/integer/rounding.js';
import {
  carrierOf,
  dividedBy,
  floored,
  type IntegerValue,
  integerValue,
  limited,
  plain,
  type Value,
} from '../../src/frontends/onnx/integer/value.js';
import { constant, variable } from '../../src/ir/build.js';
import { type Expr, type Func, tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { evaluateOnHost } from '../../src/library/host-evaluator.js';

const NODE = { label: { layer: 'node' } } as NodeContext;
const SHAPE = [1, 2, 1, 3] as const;

/** An integer tensor of the file with elements in lo..hi. */
const value = (name: string, lo: number, hi: number, rest: Partial<IntegerValue> = {}): IntegerValue => ({
  ...integerValue(variable(name, { kind: 'tensor', shape: SHAPE, dtype: carrierOf(lo, hi) }), lo, hi, {}),
  ...rest,
});
const given = (values: readonly number[], shape: readonly number[] = []): Value =>
  plain(constant(tensor(shape, 'float32', values)));
const ops = (e: Expr): string[] => postOrder(e).flatMap((x) => (x.kind === 'call' ? [x.op] : []));
const interval = (v: Value | undefined) => {
  if (v?.kind !== 'integer') return v;
  return [v.lo, v.hi, v.factor, v.denominator];
};

describe('intervals of integer arithmetic', () => {
  const a = value('a', -3, 10);
  const b = value('b', 2, 7);
  const third = given([4, -2], [2, 1, 1]);
  // The interval of the expression, and the fraction that it is multiplied with.
  it.each<[string, Value | undefined, readonly number[]]>([
    ['a + b', integerAdd(NODE, [a, b]), [-1, 17, 1, 1]],
    ['a - b', integerSub(NODE, [a, b]), [-10, 8, 1, 1]],
    ['a * b', integerMul(NODE, [a, b]), [-21, 70, 1, 1]],
    ['a * a', integerMul(NODE, [a, a]), [-30, 100, 1, 1]],
    ['a + 5', integerAdd(NODE, [a, given([5])]), [2, 15, 1, 1]],
    ['5 + a', integerAdd(NODE, [given([5]), a]), [2, 15, 1, 1]],
    ['a - 5', integerSub(NODE, [a, given([5])]), [-8, 5, 1, 1]],
    ['a + (4, -2)', integerAdd(NODE, [a, third]), [-5, 14, 1, 1]],
    ['a - (4, -2)', integerSub(NODE, [a, third]), [-7, 12, 1, 1]],
    ['a * (4, -2)', integerMul(NODE, [a, third]), [-20, 40, 1, 1]],
    ['a * 6', integerMul(NODE, [a, given([6])]), [-3, 10, 6, 1]],
    ['a / 4', integerDiv(NODE, [a, given([4])]), [-3, 10, 1, 4]],
    ['6 a / 4', integerDiv(NODE, [value('a', -3, 10, { factor: 6 }), given([4])]), [-3, 10, 3, 2]],
    ['a / 4 + 0.5', integerAdd(NODE, [dividedBy(a, 4), given([0.5])]), [-1, 12, 1, 4]],
    ['a / 4 - 0.5', integerSub(NODE, [dividedBy(a, 4), given([0.5])]), [-5, 8, 1, 4]],
    ['floor(a / 4)', floored(dividedBy(a, 4)), [-1, 2, 1, 1]],
    ['floor(a / 3)', floored(dividedBy(a, 3)), [-1, 3, 1, 1]],
    ['clip(a, 0, 5)', clipped(a, 0, 5), [0, 5, 1, 1]],
  ])('%s', (_, made, expected) => expect(interval(made)).toEqual(expected));

  it.each<[string, Value | undefined]>([
    ['5 - a: what the core has no form of', integerSub(NODE, [given([5]), a])],
    ['a + 0.5: no integer', integerAdd(NODE, [a, given([0.5])])],
    ['a / 4 + 0.3: no quarter', integerAdd(NODE, [dividedBy(a, 4), given([0.3])])],
    ['a / 4 + b: a fraction and an integer', integerAdd(NODE, [dividedBy(a, 4), b])],
    ['b + a / 4', integerAdd(NODE, [b, dividedBy(a, 4)])],
    ['a * 0', integerMul(NODE, [a, given([0])])],
    ['a * 0.5', integerMul(NODE, [a, given([0.5])])],
    ['a / 0', integerDiv(NODE, [a, given([0])])],
    ['a / -2', integerDiv(NODE, [a, given([-2])])],
    ['4 / a', integerDiv(NODE, [given([4]), a])],
    ['clip(a / 4, 0.5, 3): limits of a fraction must be integers', clipped(dividedBy(a, 4), 0.5, 3)],
    ['of a limited fraction', integerMul(NODE, [value('a', -3, 10, { limits: [0, 4] }), given([2])])],
  ])('undefined: %s', (_, made) => expect(made).toBeUndefined());

  it.each([
    ['-9..-5, then 0..4', [-9, -5], 0],
    ['5..9, then 0..4', [5, 9], 4],
  ] as const)(
    'limits of a fraction that do not overlap leave the nearer end of the later ones: %s',
    (_, [lo, hi], left) => {
      const twice = clipped(clipped(dividedBy(a, 4), lo, hi)!, 0, 4)!;
      expect(interval(floored(twice))).toEqual([left, left, 1, 1]);
    },
  );

  it('an integer by type rounds at the division, another waits', () => {
    expect(interval(integerDiv(NODE, [value('a', -3, 10, { integerTyped: true }), given([4])]))).toEqual([
      -1, 2, 1, 1,
    ]);
    expect(interval(integerDiv(NODE, [a, given([4])]))).toEqual([-3, 10, 1, 4]);
  });

  it('the sum of two is an integer by type where both are', () => {
    const typed = (on: boolean) => value('t', 0, 1, { integerTyped: on });
    const of = (x: boolean, y: boolean) =>
      (integerAdd(NODE, [typed(x), typed(y)]) as IntegerValue).integerTyped;
    expect([of(true, true), of(true, false), of(false, true), of(false, false)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

it('a factor that is multiplied in leaves an integer one by type', () => {
  const typed = value('t', 0, 1, { integerTyped: true, factor: 2 });
  expect(integerAdd(NODE, [typed, value('u', 0, 1, { integerTyped: true })])).toMatchObject({
    lo: 0,
    hi: 3,
    integerTyped: true,
  });
});

describe('the expression', () => {
  it.each<[string, IntegerValue, DType, readonly string[]]>([
    [
      'a power of two is a shift',
      floored(dividedBy(value('a', -300, 300), 8)),
      'int32',
      ['cast', 'right_shift'],
    ],
    ['others divide, above zero', floored(dividedBy(value('a', 0, 300), 3)), 'int32', ['cast', 'divide']],
    [
      'below zero the range moves up first',
      floored(dividedBy(value('a', -300, 300), 3)),
      'int32',
      ['cast', 'add', 'divide', 'subtract'],
    ],
    [
      'a product beyond int32 takes int64',
      floored(value('a', -(2 ** 20), 2 ** 20, { factor: 5000 })),
      'int64',
      ['cast', 'multiply'],
    ],
    ['two clips are one', limited(limited(value('a', -300, 300), -100, 90), 0, 200), 'int16', ['clip']],
    [
      'clips that do not overlap stay two',
      limited(limited(value('a', -300, 300), -100, -90), 0, 200),
      'int16',
      ['clip', 'clip'],
    ],
  ])('%s', (_, { base }, dtype, expected) => {
    expect(ops(base)).toEqual(expected);
    expect(tensorTypeOf(base).dtype).toBe(dtype);
  });

  const integers = fc.integer({ min: -40, max: 40 });
  const bounds = fc.tuple(integers, integers).map(([x, y]) => (x < y ? [x, y] : [y, x]) as [number, number]);
  type Step = readonly [
    name: string,
    of: (v: IntegerValue) => Value | undefined,
    plainly: (x: number, c: number) => number,
  ];
  const step: fc.Arbitrary<Step> = fc.oneof(
    integers.map((n): Step => [`+ ${n}`, (v) => integerAdd(NODE, [v, given([n])]), (x) => x + n]),
    integers.map((n): Step => [`- ${n}`, (v) => integerSub(NODE, [v, given([n])]), (x) => x - n]),
    integers
      .filter((n) => n !== 0)
      .map((n): Step => [`* ${n}`, (v) => integerMul(NODE, [v, given([n])]), (x) => x * n]),
    fc
      .tuple(integers, integers)
      .map((n): Step => [`* (${n})`, (v) => integerMul(NODE, [v, given(n, [2, 1, 1])]), (x, c) => x * n[c]!]),
    fc
      .integer({ min: 1, max: 40 })
      .map((n): Step => [`/ ${n}`, (v) => integerDiv(NODE, [v, given([n])]), (x) => x / n]),
    bounds.map(
      ([lo, hi]): Step => [
        `clip ${lo}..${hi}`,
        (v) => clipped(v, lo, hi),
        (x) => Math.min(Math.max(x, lo), hi),
      ],
    ),
  );

  it('rounded down is what real arithmetic gives, within its interval', () => {
    fc.assert(
      fc.property(bounds, fc.array(step, { minLength: 1, maxLength: 5 }), ([lo, hi], steps) => {
        let v: IntegerValue = value('x', lo, hi);
        const taken: Step[] = [];
        for (const s of steps) {
          const next = s[1](v);
          if (next?.kind !== 'integer') continue;
          v = next;
          taken.push(s);
        }
        const end = floored(v);
        const inputs = Array.from({ length: 6 }, (_, i) => Math.round(lo + ((hi - lo) * i) / 5));
        const x = tensor(SHAPE, tensorTypeOf(value('x', lo, hi).base).dtype, inputs);
        const main: Func = { name: 'main', params: [], body: end.base, attrs: {} };
        const made = [...evaluateOnHost(main, new Map([['x', x]])).get('output')!.data];
        // Fractions of small integers, a clip before the rounding: exact in float64 but for thirds, which a hair keeps from falling below.
        const real = inputs.map((n, i) => taken.reduce((y, s) => s[2](y, Math.floor(i / 3)), n));
        expect(made).toEqual(real.map((y) => Math.floor(y + 1e-6) + 0));
        for (const y of made) expect(y >= end.lo && y <= end.hi).toBe(true);
      }),
      { numRuns: 300, seed: 17 },
    );
  });
});
