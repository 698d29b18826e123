import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { NodeContext } from '../../src/frontends/onnx/context.js';
import { INTEGER_OPS } from '../../src/frontends/onnx/integer/handlers.js';
import {
  carrierOf,
  dividedBy,
  type IntegerValue,
  integerValue,
  plain,
  type Value,
} from '../../src/frontends/onnx/integer/value.js';
import type { OnnxAttribute } from '../../src/frontends/onnx/proto.js';
import { constant, variable } from '../../src/ir/build.js';

const SHAPE = [1, 2, 2, 3] as const;
const value = (lo: number, hi: number, rest: Partial<IntegerValue> = {}): IntegerValue => ({
  ...integerValue(variable('x', { kind: 'tensor', shape: SHAPE, dtype: carrierOf(lo, hi) }), lo, hi, {}),
  ...rest,
});
const float = plain(variable('f', { kind: 'tensor', shape: SHAPE, dtype: 'float32' }));
const given = (values: readonly number[], shape: readonly number[] = []): Value =>
  plain(constant(tensor(shape, 'float32', values)));

type Attribute = Partial<OnnxAttribute>;
function run(op: string, values: readonly (Value | undefined)[], attributes: Record<string, Attribute> = {}) {
  const node = {
    name: op,
    op,
    domain: '',
    inputs: values.map((_, i) => `i${i}`),
    outputs: ['o'],
    attributes: Object.entries(attributes).map(([name, a]) => ({
      name,
      floats: [],
      ints: [],
      other: false,
      ...a,
    })),
  };
  const exprs = values.map((v) => (v?.kind === 'plain' ? v.expr : undefined));
  const context = new NodeContext(node, 13, { layer: 'node' }, exprs, () => tensor([], 'float32'));
  return INTEGER_OPS[op]!.run(context, values);
}
const outcome = (made: readonly Value[] | undefined) =>
  made?.map((v) => (v.kind === 'integer' ? [v.lo, v.hi, v.factor, v.denominator] : v.kind));

const a = value(-3, 10);
const b = value(2, 7);
const quarter = dividedBy(a, 4);
const held = value(-3, 10, { denominator: 4, limits: [0, 2] });
const window = { kernel_shape: { ints: [2, 2] } };
const annotations = (signed: Record<string, Attribute> = {}): Record<string, Attribute> => ({
  ...Object.fromEntries(
    ['in1', 'in2', 'out'].flatMap((p) => [
      [`${p}_mul`, { i: 1 }],
      [`${p}_add`, { i: 0 }],
      [`${p}_shift`, { i: 0 }],
      [`${p}_n_levels`, { i: 256 }],
    ]),
  ),
  ...signed,
});

describe('integer operators of ONNX', () => {
  it.each<[string, readonly (Value | undefined)[], Record<string, Attribute>, readonly unknown[]]>([
    ['MaxPool', [a], window, [[-3, 10, 1, 1]]],
    ['MaxPool', [quarter], window, [[-3, 10, 1, 4]]],
    // Four elements a window: their sum over 4.
    ['AveragePool', [a], window, [[-12, 40, 1, 4]]],
    ['AveragePool', [quarter], window, [[-12, 40, 1, 16]]],
    // 2 x 3 elements.
    ['GlobalAveragePool', [a], {}, [[-18, 60, 1, 6]]],
    ['GlobalAveragePool', [quarter], {}, [[-18, 60, 1, 24]]],
    ['ReduceMean', [a], { axes: { ints: [3] } }, [[-9, 30, 1, 3]]],
    ['ReduceMean', [a], {}, [[-36, 120, 1, 12]]],
    ['Relu', [a], {}, [[0, 10, 1, 1]]],
    ['Max', [a, given([2])], {}, [[2, 10, 1, 1]]],
    ['Min', [a, given([2])], {}, [[-3, 2, 1, 1]]],
    ['Max', [a, given([-5])], {}, [[-3, 10, 1, 1]]],
    ['Floor', [quarter], {}, [[-1, 2, 1, 1]]],
    ['Floor', [float], {}, ['plain']],
    ['Concat', [a, b], { axis: { i: 1 } }, [[-3, 10, 1, 1]]],
    ['Add', [a, b], {}, [[-1, 17, 1, 1]]],
    ['Identity', [quarter], {}, [[-3, 10, 1, 4]]],
  ])('%s (case %#)', (op, values, attributes, expected) =>
    expect(outcome(run(op, values, attributes))).toEqual(expected),
  );

  // Weights of the layers, a constant of the others.
  const second: Readonly<Record<string, Value>> = {
    Conv: given([1, 1, 1, 1], [2, 2, 1, 1]),
    MatMul: given([1, 2, 3], [3, 1]),
    Gemm: given([1, 2, 3], [3, 1]),
    Add: given([1]),
    Sub: given([1]),
    Mul: given([2]),
    Div: given([2]),
    Max: given([1]),
    Min: given([1]),
  };
  const attributesOf: Readonly<Record<string, Record<string, Attribute>>> = {
    MaxPool: window,
    AveragePool: window,
    Cast: { to: { i: 6 } },
    Clip: { min: { f: 0 }, max: { f: 5 } },
  };
  const operands = (op: string, first: Value | undefined) =>
    second[op] === undefined ? [first] : [first, second[op]];

  it.each(Object.keys(INTEGER_OPS))('%s takes no operand that is float32 or missing for an integer', (op) => {
    if (op !== 'Floor') expect(run(op, operands(op, float), attributesOf[op])).toBeUndefined();
    if (!['Floor', 'Concat'].includes(op))
      expect(run(op, operands(op, undefined), attributesOf[op])).toBeUndefined();
  });

  it.each(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'Add', 'Sub', 'Mul', 'Div', 'Pad', 'Concat'])(
    '%s takes no fraction whose limits wait for the rounding',
    (op) => expect(run(op, operands(op, held), attributesOf[op])).toBeUndefined(),
  );

  it.each<[string, readonly (Value | undefined)[]]>([
    ['nothing first', [undefined, b]],
    ['nothing second', [b, undefined]],
    ['a fraction first', [quarter, b]],
    ['a fraction second', [b, quarter]],
    ['float32 first', [float, b]],
    ['float32 second', [b, float]],
  ])('an annotated Add takes integers alone: %s', (_, values) =>
    expect(run('Add', values, annotations())).toBeUndefined(),
  );

  it('an annotated Add limits its operands and its sum to their levels', () => {
    // in1 is signed by its values, in2 is not; the sum is, as one of the two is.
    expect(outcome(run('Add', [value(-300, 300), value(0, 300)], annotations()))).toEqual([
      [-128, 127, 1, 1],
    ]);
    expect(outcome(run('Add', [value(0, 300), value(0, 300)], annotations()))).toEqual([[0, 255, 1, 1]]);
    expect(
      outcome(run('Add', [value(0, 300), value(0, 300)], annotations({ out_signed: { i: 1 } }))),
    ).toEqual([[0, 127, 1, 1]]);
    expect(
      outcome(run('Add', [value(-5, 300), value(0, 300)], annotations({ out_signed: { i: 0 } }))),
    ).toEqual([[0, 255, 1, 1]]);
  });

  it('fractions, floats and several elements are no limits of Max and Min', () => {
    expect(run('Max', [a, given([1, 2], [2, 1, 1])])).toBeUndefined();
    expect(run('Max', [a])).toBeUndefined();
    expect(run('Min', [a, float])).toBeUndefined();
  });
});
