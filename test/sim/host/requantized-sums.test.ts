import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executeHostOp } from '../../../sim/host/execute.js';
import { requantizedSums } from '../../../sim/host/requantized-sums.js';
import type { Attrs } from '../../../src/base/attr-value.js';
import { elementCount, type Tensor, tensor } from '../../../src/base/tensor.js';
import { productSum } from '../../../src/program/product-sums.js';
import type { HostOp, Operand } from '../../../src/program/types.js';
import { hostOp } from './run.js';

interface Chain {
  readonly op: 'nn.conv2d' | 'qnn.conv2d' | 'nn.dense';
  readonly attrs?: Attrs;
  readonly data: Tensor;
  readonly weights: Tensor;
  readonly bias?: Tensor;
  readonly shift?: number;
  readonly zeroPoint?: number;
  /** Limits of the clip before the cast to int8, and of the one behind it. */
  readonly limits?: readonly [number, number];
  readonly activation?: readonly [number, number];
}

/** A kernel as the compiler gives it to the host, its operators' results one after another, and what wrapped in them. */
function kernelOf(c: Chain) {
  const operands: Tensor[] = [];
  const ops: HostOp[] = [];
  const values: Tensor[] = [];
  let wrapped = 0;
  const put = (t: Tensor): Operand => ({ buffer: operands.push(t) - 1 });
  const typeOf = (o: Operand): Tensor => ('buffer' in o ? operands[o.buffer]! : values[o.result]!);
  const then = (op: string, args: readonly Operand[], attrs: Attrs = {}): Operand => {
    const own = { ...hostOp(op, args.map(typeOf), attrs), args };
    const [made] = executeHostOp(own, args.map(typeOf), {
      onOverflow: (n) => {
        wrapped += n;
      },
    });
    ops.push(own);
    return { result: values.push(made!) - 1 };
  };
  const zero = tensor([], 'int32', [c.zeroPoint ?? 0]);
  const scale = tensor([], 'float32', [1]);
  const more = c.op === 'qnn.conv2d' ? [zero, zero, scale, scale] : [];
  const args = [c.data, c.weights, ...more].map(put);
  let at = then(c.op, args, { ...c.attrs, out_dtype: 'int32' });
  const bias = c.bias && put(c.bias);
  if (bias !== undefined) at = then('nn.bias_add', [at, bias], { axis: 1 });
  const shift = c.shift === undefined ? undefined : tensor([], 'int32', [c.shift]);
  if (shift !== undefined) at = then('right_shift', [at, put(shift)]);
  const [low, high] = c.limits ?? [-128, 127];
  at = then('clip', [at], { a_min: low, a_max: high });
  at = then('cast', [at], { dtype: 'int8' });
  if (c.activation !== undefined) at = then('clip', [at], { a_min: c.activation[0], a_max: c.activation[1] });
  const step = { ops, stores: [{ from: at, buffer: 99 }] };
  const sum = productSum(step, typeOf, (o) => 'buffer' in o);
  return { ops, sum, args: args.map(typeOf), bias: c.bias, shift, want: values.at(-1)!, wrapped };
}

function inOneGo(c: Chain, change: (ops: HostOp[]) => HostOp[] = (ops) => ops) {
  const { ops, sum, args, bias, shift, want, wrapped } = kernelOf(c);
  if (sum === null || sum.requantized === null) throw new Error('not a requantized sum');
  return { got: requantizedSums({ ops: change(ops), sum, args, bias, shift }), want, wrapped };
}

const int8 = (shape: readonly number[]) =>
  fc
    .array(fc.integer({ min: -128, max: 127 }), {
      minLength: elementCount(shape),
      maxLength: elementCount(shape),
    })
    .map((values) => tensor(shape, 'int8', values));

const size = (max: number) => fc.integer({ min: 1, max });
const limits = fc
  .tuple(fc.integer({ min: -128, max: 127 }), fc.integer({ min: -128, max: 127 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const requantization = fc.record({
  shift: fc.option(fc.integer({ min: 0, max: 31 }), { nil: undefined }),
  activation: fc.option(limits, { nil: undefined }),
});
const biases = (channels: number) =>
  fc.option(
    fc
      .array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), { minLength: channels, maxLength: channels })
      .map((values) => tensor([channels], 'int32', values)),
    { nil: undefined },
  );
const defined = <T extends object>(of: T): T =>
  Object.fromEntries(Object.entries(of).filter(([, v]) => v !== undefined)) as T;

describe('a product sum that ends in int8, in one go', () => {
  const conv = fc
    .record({ n: size(2), groups: size(2), ci: size(3), kg: size(5), h: size(4), w: size(19), k: size(3) })
    .chain(({ n, groups, ci, kg, h, w, k }) =>
      fc
        .tuple(
          int8([n, groups * ci, h, w]),
          int8([groups * kg, ci, k, k]),
          biases(groups * kg),
          size(2),
          requantization,
        )
        .map(([data, weights, bias, stride, rest]): Chain => {
          const attrs = {
            groups,
            strides: [stride, stride],
            padding: [k - 1, k - 1, k - 1, k - 1],
            dilation: [1, 1],
          };
          return defined({ op: 'nn.conv2d', attrs, data, weights, bias, ...rest } as Chain);
        }),
    );

  it('is what its operators give one after another: convolutions', () =>
    fc.assert(
      fc.property(conv, (c) => {
        const { got, want } = inOneGo(c);
        expect(got).toEqual(want);
      }),
      { numRuns: 100, seed: 1 },
    ));

  it('and dense layers', () =>
    fc.assert(
      fc.property(
        fc
          .tuple(size(3), size(40), size(9))
          .chain(([n, taps, rows]) =>
            fc
              .tuple(int8([n, taps]), int8([rows, taps]), biases(rows), requantization)
              .map(
                ([data, weights, bias, rest]): Chain =>
                  defined({ op: 'nn.dense', data, weights, bias, ...rest } as Chain),
              ),
          ),
        (c) => {
          const { got, want } = inOneGo(c);
          expect(got).toEqual(want);
        },
      ),
      { numRuns: 60, seed: 1 },
    ));

  const one = (values: Partial<Chain>): Chain => ({
    op: 'qnn.conv2d',
    data: tensor([1, 1, 1, 1], 'int8', [-128]),
    weights: tensor([1, 1, 1, 1], 'int8', [-128]),
    ...values,
  });

  it('by hand: (128 * 128 - 100) >> 7 = 127, limited to 100', () => {
    const bias = tensor([1], 'int32', [-100]);
    const { got } = inOneGo(one({ bias, shift: 7, activation: [0, 100] }));
    expect([...got!.data]).toEqual([100]);
  });

  // 2^31 - 1 - 16384 is the largest bias that no sum of one product of int8 can carry over the edge.
  it.each([
    [2 ** 31 - 1 - 16384, 0],
    [2 ** 31 - 16384, 1],
  ])('a bias of %d wraps %d sums, and those that may wrap are left to the operators', (bias, wraps) => {
    const { got, wrapped } = inOneGo(one({ bias: tensor([1], 'int32', [bias]) }));
    expect([got === undefined, wrapped]).toEqual([wraps > 0, wraps]);
  });

  it('a result that the program declares in another shape is left to the operators, which refuse it', () => {
    const other = ([first, ...rest]: HostOp[]): HostOp[] => [
      first!,
      { ...rest[0]!, results: [{ shape: [1, 1, 1, 2], dtype: 'int32' }] },
      ...rest.slice(1),
    ];
    expect(inOneGo(one({}), other).got).toBeUndefined();
  });

  it.each([
    ['a zero point other than 0', { args: [3, tensor([], 'int32', [1])] as const }],
    ['a bias of another length', { bias: tensor([2], 'int32', [0, 0]) }],
    ['a shift of 32 bits', { shift: tensor([], 'int32', [32]) }],
    ['a shift of -1 bits', { shift: tensor([], 'int32', [-1]) }],
  ])('%s is left to the operators', (_, change) => {
    const { ops, sum, args, bias, shift } = kernelOf(one({ shift: 1, bias: tensor([1], 'int32', [0]) }));
    const with1 = 'args' in change ? args.with(change.args[0], change.args[1]) : args;
    const kernel = { ops, sum: sum!, args: with1, bias, shift, ...('args' in change ? {} : change) };
    expect(requantizedSums({ ops, sum: sum!, args, bias, shift })).toBeDefined();
    expect(requantizedSums(kernel)).toBeUndefined();
  });
});
