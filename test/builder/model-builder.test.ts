import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { samePadding } from '../../src/builder/layers.js';
import { ModelBuilder } from '../../src/builder/model-builder.js';
import * as op from '../../src/builder/operators.js';
import { type Expr, tensorTypeOf } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { printModule } from '../../src/relay/print.js';

const int8 = (...shape: number[]) => tensor(shape, 'int8');
const int32 = (...shape: number[]) => tensor(shape, 'int32');

describe('layers', () => {
  it.each([
    [
      [3, 3],
      [1, 1],
    ],
    [
      [1, 1],
      [0, 0],
    ],
    [
      [7, 5],
      [3, 2],
    ],
  ])('a kernel of %j is padded by %j', (kernel, padding) => expect(samePadding(kernel)).toEqual(padding));

  it('a dense layer prints its tail as the conv does', () => {
    const m = new ModelBuilder('d');
    const main = m.build(
      m.dense(m.input('x', [1, 8], 'int8'), 'fc', int8(4, 8), int32(4), { shift: 3, relu: true }),
    ).main;
    expect(printModule(main, { types: false })).toBe(
      `def @main(%x: Tensor[(1, 8), int8], %fc.weights: Tensor[(4, 8), int8], %fc.bias: Tensor[(4), int32]) {
  %0 = nn.dense(%x, %fc.weights, units=None, out_dtype="int32");
  %1 = nn.bias_add(%0, %fc.bias);
  %2 = right_shift(%1, 3);
  %3 = clip(%2, a_min=-128f, a_max=127f);
  %4 = cast(%3, dtype="int8");
  clip(%4, a_min=0f, a_max=127f)
}
`,
    );
  });

  it('a sum casts both operands to int32 first', () => {
    const m = new ModelBuilder('a');
    const [a, b] = [m.input('a', [1, 4], 'int8'), m.input('b', [1, 4], 'int8')];
    expect(printModule(m.build(m.add(a, b, 'sum', { shift: 1 })).main, { types: false })).toBe(
      `def @main(%a: Tensor[(1, 4), int8], %b: Tensor[(1, 4), int8]) {
  %0 = cast(%a, dtype="int32");
  %1 = cast(%b, dtype="int32");
  %2 = add(%0, %1);
  %3 = right_shift(%2, 1);
  %4 = clip(%3, a_min=-128f, a_max=127f);
  cast(%4, dtype="int8")
}
`,
    );
  });

  it('every call of a layer carries its name, and every tensor its number', () => {
    const m = new ModelBuilder('c');
    const x = m.input('x', [1, 2, 8, 8], 'int8');
    const y = m.conv2d(x, 'conv1', int8(2, 1, 3, 3), int32(2), { strides: 2, groups: 2 });
    const { main } = m.build(m.add(y, y, 'sum'));
    const calls = postOrder(main.body).filter((e) => e.kind === 'call');
    expect(calls.map((e) => `${e.label.tensor} ${e.label.layer} ${e.op}`)).toEqual([
      '%0 conv1 qnn.conv2d',
      '%1 conv1 nn.bias_add',
      '%2 conv1 right_shift',
      '%3 conv1 clip',
      '%4 conv1 cast',
      '%5 sum cast',
      '%6 sum cast',
      '%7 sum add',
      '%8 sum right_shift',
      '%9 sum clip',
      'output sum cast',
    ]);
    expect(tensorTypeOf(main.body).shape).toEqual([1, 2, 4, 4]);
  });
});

describe('ModelBuilder', () => {
  it('orders parameters by their first use and keeps their values', () => {
    const m = new ModelBuilder('m');
    const bias = m.parameter('late', int32(3));
    const x = m.input('x', [1, 3], 'int32');
    const model = m.build(op.biasAdd(x, bias));
    expect(model.main.params.map((p) => p.name)).toEqual(['x', 'late']);
    expect([...model.params.keys()]).toEqual(['late']);
  });

  it('refuses a name taken twice', () => {
    const m = new ModelBuilder('m');
    m.input('x', [1], 'int8');
    expect(() => m.parameter('x', int8(1))).toThrow('model m has two variables named x.');
  });

  it("refuses another builder's variable", () => {
    const foreign = new ModelBuilder('other').input('x', [1], 'int8');
    expect(() => new ModelBuilder('m').build(op.clip(foreign, 0, 1))).toThrow('model m uses %x');
  });

  it('refuses a variable that nothing uses', () => {
    const m = new ModelBuilder('m');
    const x = m.input('x', [1], 'int8');
    m.input('y', [1], 'int8');
    expect(() => m.build(op.clip(x, 0, 1))).toThrow('model m never uses %y.');
  });
});

describe('operators', () => {
  const x = new ModelBuilder('m').input('x', [1, 2, 8, 8], 'int8');
  it.each([
    [2, [2, 2, 2, 2]],
    [[1], [1, 1, 1, 1]],
    [
      [1, 2],
      [1, 2, 1, 2],
    ],
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
  ])('padding %j is %j', (given, full) => expect(op.fullPadding(given)).toEqual(full));

  it('refuses three numbers of padding', () =>
    expect(() => op.fullPadding([1, 2, 3])).toThrow('padding is [1, 2, 3]; must have 1, 2 or 4 numbers.'));

  const f = new ModelBuilder('m').input('f', [1, 2, 8, 8], 'float32');
  const w = new ModelBuilder('m').input('w', [6, 2, 3, 3], 'int8');
  it.each<[string, Expr, number[], string]>([
    ['nn.conv2d', op.conv2d(x, w, { padding: 1, outDtype: 'int32' }), [1, 6, 8, 8], 'int32'],
    ['qnn.conv2d', op.qnnConv2d(x, w, { strides: [2, 1], dilation: 2 }), [1, 6, 2, 4], 'int32'],
    ['add', op.add(x, x), [1, 2, 8, 8], 'int8'],
    ['subtract', op.subtract(x, x), [1, 2, 8, 8], 'int8'],
    ['multiply', op.multiply(x, x), [1, 2, 8, 8], 'int8'],
    ['divide', op.divide(x, x), [1, 2, 8, 8], 'int8'],
    ['maximum', op.maximum(x, x), [1, 2, 8, 8], 'int8'],
    ['minimum', op.minimum(x, x), [1, 2, 8, 8], 'int8'],
    ['right_shift', op.rightShift(op.cast(x, 'int32'), 3), [1, 2, 8, 8], 'int32'],
    ['left_shift', op.leftShift(op.cast(x, 'int32'), 3), [1, 2, 8, 8], 'int32'],
    ['clip', op.clip(x, 0, 6), [1, 2, 8, 8], 'int8'],
    ['cast', op.cast(x, 'int16'), [1, 2, 8, 8], 'int16'],
    ['negative', op.negative(x), [1, 2, 8, 8], 'int8'],
    ['abs', op.abs(x), [1, 2, 8, 8], 'int8'],
    ['floor', op.floor(f), [1, 2, 8, 8], 'float32'],
    ['round', op.round(f), [1, 2, 8, 8], 'float32'],
    ['exp', op.exp(f), [1, 2, 8, 8], 'float32'],
    ['sqrt', op.sqrt(f), [1, 2, 8, 8], 'float32'],
    ['tanh', op.tanh(f), [1, 2, 8, 8], 'float32'],
    ['sigmoid', op.sigmoid(f), [1, 2, 8, 8], 'float32'],
    ['nn.relu', op.relu(x), [1, 2, 8, 8], 'int8'],
    ['nn.leaky_relu', op.leakyRelu(f, 0.1), [1, 2, 8, 8], 'float32'],
    ['nn.avg_pool2d', op.avgPool2d(x, { poolSize: 2, strides: 2 }), [1, 2, 4, 4], 'int8'],
    ['nn.max_pool2d', op.maxPool2d(x, { poolSize: [3, 3], padding: 1 }), [1, 2, 8, 8], 'int8'],
    ['nn.global_avg_pool2d', op.globalAvgPool2d(x), [1, 2, 1, 1], 'int8'],
    ['nn.global_max_pool2d', op.globalMaxPool2d(x), [1, 2, 1, 1], 'int8'],
    ['nn.adaptive_avg_pool2d', op.adaptiveAvgPool2d(x, [2, 3]), [1, 2, 2, 3], 'int8'],
    ['sum', op.sum(x, { axis: [2, 3] }), [1, 2], 'int8'],
    ['mean', op.mean(x, { axis: 1, keepdims: true }), [1, 1, 8, 8], 'int8'],
    ['nn.softmax', op.softmax(f, 1), [1, 2, 8, 8], 'float32'],
    ['reshape', op.reshape(x, [-1, 4]), [32, 4], 'int8'],
    ['nn.batch_flatten', op.batchFlatten(x), [1, 128], 'int8'],
    ['squeeze', op.squeeze(x), [2, 8, 8], 'int8'],
    ['expand_dims', op.expandDims(x, 1, 2), [1, 1, 1, 2, 8, 8], 'int8'],
    ['transpose', op.transpose(x, [0, 2, 3, 1]), [1, 8, 8, 2], 'int8'],
    ['reverse', op.reverse(x, 1), [1, 2, 8, 8], 'int8'],
    ['concatenate', op.concatenate([x, x, x], 1), [1, 6, 8, 8], 'int8'],
    [
      'strided_slice',
      op.stridedSlice(x, { begin: [2], end: [7], strides: [2], axes: [3] }),
      [1, 2, 8, 3],
      'int8',
    ],
    [
      'nn.pad',
      op.pad(x, [
        [0, 0],
        [0, 0],
        [1, 2],
        [3, 4],
      ]),
      [1, 2, 11, 15],
      'int8',
    ],
  ])('%s infers its type', (name, made, shape, dtype) => {
    expect(made.kind === 'call' && made.op).toBe(name);
    expect(tensorTypeOf(made)).toEqual({ kind: 'tensor', shape, dtype });
  });

  it('split gives its parts', () => {
    expect(op.split(x, [3, 5], 2).map((part) => part.type.shape)).toEqual([
      [1, 2, 3, 8],
      [1, 2, 2, 8],
      [1, 2, 3, 8],
    ]);
    expect(op.split(x, 4, 3).map((part) => [part.index, part.type.shape.at(-1)])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });
});
