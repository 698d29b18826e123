import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../../sim/isa/parameters.js';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { add, biasAdd, cast, clip, conv2d, rightShift } from '../../src/builder/operators.js';
import { constant, scalar, variable } from '../../src/ir/build.js';
import type { Call, Expr, Func, FunctionCall, Model, Var } from '../../src/ir/expr.js';
import { tensorType } from '../../src/ir/types.js';
import { postOrder } from '../../src/ir/visit.js';
import { bindParameters } from '../../src/passes/bind.js';
import { transformOps } from '../../src/passes/kernels.js';
import { insertLayoutTransforms } from '../../src/passes/layout.js';
import { partition } from '../../src/passes/partition.js';

const ACCELERATOR = { chip: DEFAULT_PARAMETERS.chip, analog: true };

const image = (name: string): Var => variable(name, tensorType([1, 8, 6, 6], 'int8'));
const weights = constant(tensor([8, 8, 3, 3], 'int8'), 'w');
const bias = constant(tensor([8], 'int32'), 'b');
const conv = (x: Expr, layer = 'conv'): Expr =>
  conv2d(x, weights, { padding: [1, 1, 1, 1], outDtype: 'int32' }, { layer });
const requantized = (sum: Expr): Expr => cast(clip(rightShift(sum, scalar(4)), -128, 127), 'int8');
const convLayer = (x: Expr, layer?: string): Expr => requantized(biasAdd(conv(x, layer), bias, 1));

const mainOf = (params: readonly Var[], body: Expr): Func => ({ name: 'main', params, body, attrs: {} });
const parted = (params: readonly Var[], body: Expr) => partition(mainOf(params, body), ACCELERATOR);
const calls = (body: Expr): FunctionCall[] =>
  postOrder(body).filter((e): e is FunctionCall => e.kind === 'function_call');

describe('functions of the accelerator', () => {
  const [x, y] = [image('x'), image('y')];

  it('are two levels as in TVM: a global function around a composite', () => {
    const { main, layers, warnings } = parted([x], convLayer(x));
    const [found] = calls(main.body);
    const { callee } = found!;
    expect(warnings).toEqual([]);
    expect([...layers.keys()]).toEqual([callee]);
    expect(callee.name).toBe('tvmgen_default_soma_dory_main_0');
    expect(callee.attrs).toEqual({
      Inline: 1,
      Compiler: 'soma_dory',
      global_symbol: 'tvmgen_default_soma_dory_main_0',
      Primitive: 1,
    });
    expect(callee.params.map((p) => [p.name, p.type])).toEqual([['soma_dory_0_i0', x.type]]);
    const inner = callee.body as FunctionCall;
    expect(inner.args).toEqual(callee.params);
    expect(inner.callee.attrs).toEqual({
      PartitionedFromPattern: 'nn.conv2d_nn.bias_add_right_shift_clip_cast_',
      Composite: 'soma_dory.conv2d',
    });
    expect(inner.callee.params.map((p) => [p.name, p.type])).toEqual([['FunctionVar_0_0', x.type]]);
    expect(found!.args).toEqual([x]);
    expect(found!.label.layer).toBe('conv');
  });

  it('are numbered in the order of the graph, each with the inputs that it takes', () => {
    const sum = requantized(add(cast(convLayer(x, 'a'), 'int32'), cast(convLayer(y, 'b'), 'int32')));
    const { main, layers } = parted([x, y], sum);
    const found = calls(main.body);
    expect(found.map((f) => [f.callee.name.at(-1), f.args.length])).toEqual([
      ['0', 1],
      ['1', 1],
      ['2', 2],
    ]);
    expect([...layers.values()].map((l) => l.kind)).toEqual(['conv', 'conv', 'sum']);
    const [a, b, both] = found;
    expect(both!.args).toEqual([a, b]);
    expect(both!.callee.params.map((p) => p.name)).toEqual(['soma_dory_2_i0', 'soma_dory_2_i1']);
  });

  it('have no layer where no operator has one', () => {
    const bare = conv2d(x, weights, { padding: [1, 1, 1, 1], outDtype: 'int32' });
    const [found] = calls(parted([x], requantized(biasAdd(bare, bias, 1))).main.body);
    expect(found!.label).toStrictEqual({});
  });

  it('a value added to itself comes in once, through one cast', () => {
    const wide = cast(x, 'int32');
    const { main } = parted([x], requantized(add(wide, wide)));
    const [found] = calls(main.body);
    expect(found!.args).toEqual([x]);
    expect((found!.callee.body as FunctionCall).callee.attrs.PartitionedFromPattern).toBe(
      'cast_add_right_shift_clip_cast_',
    );
  });

  it('a bias may be the first operand of an add', () => {
    const ones = constant(tensor([8, 1, 1], 'int32', new Array(8).fill(1)));
    const { layers } = parted([x], requantized(add(ones, conv(x))));
    expect([...layers.values()].map((l) => l.kind)).toEqual(['conv']);
  });
});

describe('what stays is said once', () => {
  const x = image('x');
  const wide = variable('z', tensorType([1, 8, 6, 6], 'int32'));
  const said = (params: readonly Var[], body: Expr) =>
    parted(params, body).warnings.map((w) => [w.operator, w.attribute, w.value]);
  const PATTERN = 'add of int32 operands without a cast of both to int32';

  it.each<readonly [string, readonly Var[], Expr, readonly (readonly string[])[]]>([
    [
      'the end behind the bias',
      [x],
      biasAdd(conv(x), bias, 1),
      [['nn.conv2d', 'pattern', 'followed by the end of the function']],
    ],
    ['no bias', [x], requantized(conv(x)), [['nn.conv2d', 'pattern', 'followed by right_shift']]],
    [
      'a clip where the shift should be',
      [x],
      cast(clip(biasAdd(conv(x), bias, 1), -128, 127), 'int8'),
      [['nn.conv2d', 'pattern', 'followed by clip']],
    ],
    [
      'a sum that is a shift amount',
      [x],
      cast(clip(rightShift(scalar(64), biasAdd(conv(x), bias, 1)), -128, 127), 'int8'),
      [['nn.conv2d', 'pattern', 'used as a shift amount']],
    ],
    [
      'a sum with one cast: the cast belongs to it',
      [x, wide],
      requantized(add(cast(x, 'int32'), wide)),
      [['add', 'pattern', PATTERN]],
    ],
    [
      'a sum with a constant first',
      [x],
      requantized(add(constant(tensor([1, 8, 6, 6], 'int32')), cast(x, 'int32'))),
      [['add', 'operand', 'a constant']],
    ],
    [
      'a sum with a constant behind the first cast',
      [x],
      requantized(add(cast(constant(tensor([1, 8, 6, 6], 'int8')), 'int32'), cast(x, 'int32'))),
      [['add', 'operand', 'a constant']],
    ],
    [
      'a bias for another batch',
      [x],
      requantized(add(conv(x), constant(tensor([2, 8, 1, 1], 'int32')))),
      [['nn.conv2d', 'bias shape', '(2, 8, 1, 1)']],
    ],
  ])('%s', (_, params, body, warnings) => expect(said(params, body)).toEqual(warnings));

  it('a cast that something else reads is no part of a sum', () => {
    const shared = cast(x, 'int32');
    const sum = requantized(add(shared, cast(image('y'), 'int32')));
    const body = add(sum, cast(clip(shared, 0, 9), 'int8'));
    const { layers, warnings } = parted([x], body);
    expect([...layers.values()]).toEqual([]);
    expect(warnings[0]).toMatchObject({ operator: 'add', attribute: 'pattern', value: PATTERN });
  });

  it('what has two readers, or another operand made at run time, is not the tail of what stays', () => {
    const stays = conv2d(x, weights, { padding: [0, 0, 0, 0], outDtype: 'int32' });
    const z = variable('z', tensorType([1, 8, 4, 4], 'int32'));
    expect(said([x, z], clip(add(stays, z), 0, 9))).toEqual([
      ['nn.conv2d', 'padding', '[0, 0, 0, 0]'],
      ['add', 'pattern', PATTERN],
    ]);
    const biased = biasAdd(stays, bias, 1);
    expect(said([x], add(clip(biased, 0, 9), clip(biased, -9, 0)))).toEqual([
      ['nn.conv2d', 'padding', '[0, 0, 0, 0]'],
      ['clip', 'operator', 'clip'],
      ['clip', 'operator', 'clip'],
      ['add', 'pattern', PATTERN],
    ]);
  });

  it("a cast in front of a conv is none of a sum's", () =>
    expect(
      said([wide], conv2d(cast(wide, 'int8'), weights, { padding: [0, 0, 0, 0], outDtype: 'int32' })),
    ).toEqual([
      ['cast', 'operator', 'cast'],
      ['nn.conv2d', 'padding', '[0, 0, 0, 0]'],
    ]));

  it('by operator, and by layer and tensor where they have names', () => {
    const supported = 'conv2d, dense and element-wise add, each requantized to int8';
    const refused = { operator: 'clip', attribute: 'operator', value: 'clip', supported };
    const of = (label: Call['label']) => parted([x], { ...(clip(x, 0, 9) as Call), label }).warnings;
    expect(of({})).toStrictEqual([refused]);
    expect(of({ layer: 'l' })).toStrictEqual([{ ...refused, layer: 'l' }]);
    expect(of({ tensor: 't' })).toStrictEqual([{ ...refused, tensor: 't' }]);
    expect(of({ layer: 'l', tensor: 't' })).toStrictEqual([{ ...refused, layer: 'l', tensor: 't' }]);
  });
});

describe('parameters', () => {
  const x = image('x');
  const p = variable('p', tensorType([2, 4], 'int8'));
  const model = (value: Tensor): Model => ({
    name: 'm',
    main: mainOf([x, p], clip(p, 0, 9)),
    params: new Map([['p', value]]),
  });
  it('become constants of their name; inputs stay', () => {
    const { params, body } = bindParameters(model(tensor([2, 4], 'int8', [1, 2, 3, 4, 5, 6, 7, 8])));
    expect(params).toEqual([x]);
    const [bound] = (body as Call).args;
    expect(bound).toMatchObject({ kind: 'constant', name: 'p', type: p.type });
  });
  it.each([
    [tensor([4, 2], 'int8'), '(4, 2) int8'],
    [tensor([2, 4], 'int32'), '(2, 4) int32'],
  ])('of another shape or dtype are refused', (value, is) =>
    expect(() => bindParameters(model(value))).toThrow(
      `parameter p is ${is}; must be (2, 4) int8 as %p is declared.`,
    ),
  );
});

describe('transforms between two cores', () => {
  it('are one reshape, which stands for planes to pixels; to and from the host they reverse words', () => {
    const x = image('x');
    const { main } = parted([x], convLayer(convLayer(x, 'a'), 'b'));
    const [first, second] = calls(main.body).map((c) => c.callee);
    const laidOut = insertLayoutTransforms(main, {
      makerOf: (callee) => ({ kind: 'fixed', layout: callee === second ? 'analog' : 'core' }),
      transform: () => 1,
    });
    expect(first).not.toBe(second);
    const made = [...laidOut.transforms].map(([to, from]) => ({
      ops: transformOps(to, from),
      layout: laidOut.layouts.get(to),
      label: (to as Call).label,
      newshape: (to as Call).attrs.newshape,
    }));
    expect(made).toEqual([
      {
        ops: ['reshape', 'reverse', 'reshape'],
        layout: 'core',
        label: { tensor: 'x', layer: 'x' },
        newshape: [1, 8, 6, 6],
      },
      { ops: ['reshape'], layout: 'analog', label: { layer: 'a' }, newshape: [1, 8, 6, 6] },
      {
        ops: ['reshape', 'reverse', 'reshape'],
        layout: 'dense',
        label: { layer: 'b' },
        newshape: [1, 8, 6, 6],
      },
    ]);
    // Words of four elements.
    const [words] = (postOrder(laidOut.main.body) as Call[]).filter((e) => e.op === 'reverse');
    expect((words!.args[0] as Call).attrs.newshape).toEqual([72, 4]);
  });
});
