import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, openBackend } from '../../golden/index.js';
import { tensor } from '../../src/base/tensor.js';
import { windowCounts } from '../../src/frontends/onnx/integer/average.js';
import { commonMultiple } from '../../src/frontends/onnx/integer/fractions.js';
import type { Call, Expr } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { differing, runOnHost, soleInput } from './host-run.js';
import { dianaNetwork } from './onnx-models.js';
import { compareWithOracle, load } from './onnx-run.js';
import { floats, type ModelSpec, type NodeSpec } from './onnx-writer.js';
import { randomOf } from './random.js';

const calls = (e: Expr): Call[] => postOrder(e).filter((x) => x.kind === 'call');

/** x (int8, two channels of 5x4) through a 1x1 conv to two channels, c, then `nodes`, which make y. */
const behindConv = (
  nodes: readonly NodeSpec[],
  initializers: ModelSpec['initializers'] = {},
  rest: Partial<ModelSpec> = {},
): ModelSpec => ({
  opset: 9,
  inputs: { x: [1, 2, 5, 4] },
  outputs: ['y'],
  initializers: { w: floats([2, 2, 1, 1], [3, -5, 7, 2]), ...initializers },
  nodes: [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
    // Makes the file's activations signed.
    { op: 'Clip', inputs: ['c'], outputs: ['s'], attributes: { min: { f: -900 }, max: { f: 127 } } },
    ...nodes,
  ],
  ...rest,
});

const floor: NodeSpec = { op: 'Floor', inputs: ['q'], outputs: ['y'] };
const div: NodeSpec = { op: 'Div', inputs: ['s', 'd'], outputs: ['q'] };

/** All integer tensors equal the literal evaluation, host kernels equal the reference, and nothing is said. */
async function expectExact(spec: ModelSpec, seed: string): Promise<void> {
  const model = load(spec);
  expect(model.warnings).toEqual([]);
  expect(compareWithOracle(spec, seed)).toBeGreaterThanOrEqual(3);
  const { name, type } = soleInput(model);
  const count = type.shape.reduce((a, b) => a * b, 1);
  const value = tensor(type.shape, type.dtype, randomOf(seed).integers(0, 127, count));
  const reference = evaluate(model.main, new Map([[name, value]]), model.params, await openBackend('cpu'));
  expect(differing(runOnHost(model, { [name]: value }), reference.tensors)).toEqual([]);
}

describe('a Div of one divisor a channel', () => {
  it('powers of two: one right shift by a constant of the host, without a product', async () => {
    const spec = behindConv([div, floor], { d: floats([1, 2, 1, 1], [2, 16]) });
    const last = calls(load(spec).main.body).at(-1)!;
    expect(calls(load(spec).main.body).map((c) => c.op)).toEqual(['nn.conv2d', 'clip', 'right_shift']);
    const { params } = load(spec);
    const shift = last.args[1]!;
    const value =
      shift.kind === 'constant' ? shift.value : params.get(shift.kind === 'var' ? shift.name : '')!;
    expect([value.shape, [...value.data]]).toEqual([
      [1, 2, 1, 1],
      [1, 4],
    ]);
    await expectExact(spec, 'powers');
  });

  it.each([
    ['any integers', [3, 7], [1, 2, 1, 1]],
    ['without the batch axis', [12, 5], [2, 1, 1]],
    ['one a column', [1, 2, 3, 4], [4]],
    ['far apart', [1, 2 ** 30], [1, 2, 1, 1]],
  ] as const)('%s', (name, divisors, shape) =>
    expectExact(behindConv([div, floor], { d: floats(shape, divisors) }), name),
  );

  it('random divisors, with a product before and a clip after, equal the literal evaluation', () => {
    const divisor = fc.oneof(
      fc.integer({ min: 0, max: 14 }).map((p) => 2 ** p),
      fc.integer({ min: 1, max: 500 }),
    );
    fc.assert(
      fc.property(
        fc.array(divisor, { minLength: 2, maxLength: 2 }),
        fc.constantFrom([1, 1], [5, 300], [4, 64]),
        fc.string(),
        (divisors, factors, seed) => {
          const nodes: NodeSpec[] = [
            { op: 'Mul', inputs: ['s', 'k'], outputs: ['m'] },
            { ...div, inputs: ['m', 'd'] },
            { ...floor, outputs: ['f'] },
            { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: -128 }, max: { f: 127 } } },
          ];
          const constants = { k: floats([1, 2, 1, 1], factors), d: floats([1, 2, 1, 1], divisors) };
          expect(compareWithOracle(behindConv(nodes, constants), seed)).toBeGreaterThanOrEqual(4);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('of integers by type rounds down at once', () =>
    expectExact(
      behindConv(
        [
          { op: 'Cast', inputs: ['s'], outputs: ['i'], attributes: { to: { i: 6 } } },
          { op: 'Div', inputs: ['i', 'd'], outputs: ['y'] },
        ],
        { d: { ...floats([1, 2, 1, 1], [8, 32]), dtype: 'int32', data: Int32Array.of(8, 32) } },
      ),
      'typed',
    ));

  it('whose products could pass 2^53 becomes float32 and says so', () => {
    const large = [8388593, 8388587, 8388581, 1];
    expect(load(behindConv([div, floor], { d: floats([4], large) })).warnings).toEqual([
      'node Div_q (Div) is not exact: input 1 (d) is [8388593, 8388587, 8388581, 1]; supported: divisors whose least common multiple ' +
        'times the dividend stays below 2^53. Its values are float32 from here on.',
    ]);
  });
});

describe('an AveragePool whose windows padding cuts', () => {
  const pool = (attributes: NodeSpec['attributes']): NodeSpec => ({
    op: 'AveragePool',
    inputs: ['s'],
    outputs: ['q'],
    attributes: attributes!,
  });
  it.each([
    ['3x3, padding 1', { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] } }],
    ['3x2, uneven', { kernel_shape: { ints: [3, 2] }, pads: { ints: [0, 1, 2, 0] } }],
    ['stride 2', { kernel_shape: { ints: [3, 3] }, pads: { ints: [1, 1, 1, 1] }, strides: { ints: [2, 2] } }],
    ['not cut', { kernel_shape: { ints: [2, 2] } }],
  ] as const)('%s: the sum over the elements of the image alone, exactly', (name, attributes) =>
    expectExact(behindConv([pool(attributes), floor]), name),
  );

  it('ceil_mode: the last window overhangs the image, and its sum is over what lies inside', () => {
    const spec = behindConv([
      pool({ kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] }, ceil_mode: { i: 1 } }),
      floor,
    ]);
    const model = load(spec);
    expect(model.warnings).toEqual([]);
    const x = tensor(
      [1, 2, 5, 4],
      'int8',
      Array.from({ length: 40 }, (_, i) => (i < 20 ? i : 0)),
    );
    const y = runOnHost(model, { x }).get('output')!;
    expect(y.shape).toEqual([1, 2, 3, 2]);
    // Channel 0 is 3x: rows 0 and 1 give 3 * mean(0, 1, 4, 5) = 7.5; the last row alone 3 * mean(16, 17) = 49.5.
    expect([...y.data.slice(0, 6)]).toEqual([7, 13, 31, 37, 49, 55]);
  });

  it('counts: 5 elements, kernel 3, padding 1', () => {
    const axis = { extent: 5, before: 1, after: 1, kernel: 3, stride: 1, dilation: 1, outputs: 5 };
    expect(windowCounts(axis, false)).toEqual([2, 3, 3, 3, 2]);
    expect(windowCounts(axis, true)).toEqual([3, 3, 3, 3, 3]);
    expect(commonMultiple([4, 6, 9])).toBe(36);
    expect(commonMultiple([2 ** 40, 3 ** 20])).toBeUndefined();
  });
});

describe('weights', () => {
  it('of 16 bits are exact, on the host', () =>
    expectExact(
      behindConv(
        [
          { op: 'Constant', inputs: [], outputs: ['d'], attributes: { value: { t: floats([], [256]) } } },
          div,
          floor,
        ],
        { w: floats([2, 2, 1, 1], [300, -32768, 32767, 2]) },
      ),
      'wide',
    ));

  it.each([
    ['a fraction', 0.5, 'weights conv1.weight is 0.5 (element 2); supported: integers in -32768..32767'],
    [
      'beyond 16 bits',
      40000,
      'weights conv1.weight is 40000 (element 2); supported: integers in -32768..32767',
    ],
  ])('%s in one layer of several makes the file a float one, and a line says so', (_, value, why) => {
    const spec = dianaNetwork();
    const w = spec.initializers!['conv1.weight']!;
    const changed = { ...w, data: w.data.map((v, i) => (i === 2 ? value : v)) };
    const { warnings } = load({ ...spec, initializers: { ...spec.initializers, 'conv1.weight': changed } });
    expect(warnings).toEqual([
      `node Conv_c1 (Conv) is not exact: ${why}. So the file counts as no integer network: its values are float32 from its inputs on.`,
    ]);
  });

  it('a bias that is no integer, and weights computed at run time', () => {
    const spec = dianaNetwork();
    const bias = spec.initializers!['fc.bias']!;
    const fraction = { ...bias, data: bias.data.map((v) => v + 0.25) };
    expect(
      load({ ...spec, initializers: { ...spec.initializers, 'fc.bias': fraction } }).warnings[0],
    ).toMatch(
      /^node Gemm_fc \(Gemm\) is not exact: bias fc\.bias is -?[\d.]+ \(element 0\); supported: integers\. So/,
    );
    const { 'conv2.weight': _, ...others } = spec.initializers!;
    const given = load({
      ...spec,
      inputs: { ...spec.inputs, 'conv2.weight': [16, 16, 3, 3] },
      initializers: others,
    });
    expect(given.warnings[0]).toMatch(
      /^node Conv_c2 \(Conv\) is not exact: weights conv2\.weight is computed at run time; supported: a constant\. So/,
    );
  });
});

describe('what is not exact is never silent', () => {
  const scalarOf = (value: number) => ({ k: floats([], [value]) });
  it.each([
    [
      'Mul by a fraction',
      { op: 'Mul', inputs: ['s', 'k'], outputs: ['y'] },
      scalarOf(0.5),
      'input 1 (k) is 0.5; supported: integers',
    ],
    [
      'Add of a fraction',
      { op: 'Add', inputs: ['s', 'k'], outputs: ['y'] },
      scalarOf(1.25),
      'input 1 (k) is 1.25; supported: integers',
    ],
    [
      'Div by a negative',
      { op: 'Div', inputs: ['s', 'k'], outputs: ['y'] },
      scalarOf(-2),
      'input 1 (k) is -2; supported: positive integers',
    ],
    [
      'Div of a constant',
      { op: 'Div', inputs: ['k', 's'], outputs: ['y'] },
      scalarOf(2),
      'input 0 (k) is a constant; supported: a value computed at run time',
    ],
    [
      'a float operator',
      { op: 'Tanh', inputs: ['s'], outputs: ['y'] },
      {},
      'operator is Tanh; supported: the integer operators of docs/formats-onnx.md',
    ],
  ] as const)('%s', (_, node, initializers, why) => {
    const { warnings } = load(
      behindConv([node, { op: 'Floor', inputs: ['c'], outputs: ['unused'] }], initializers),
    );
    expect(warnings).toEqual([
      `node ${node.op}_y (${node.op}) is not exact: ${why}. Its values are float32 from here on.`,
    ]);
  });

  it('a layer on a fraction, and a layer on the floats that follow', () => {
    const { warnings } = load(
      behindConv(
        [
          div,
          { op: 'Conv', inputs: ['q', 'w'], outputs: ['r'] },
          { op: 'Conv', inputs: ['r', 'w'], outputs: ['t'] },
          { op: 'Floor', inputs: ['t'], outputs: ['y'] },
        ],
        { d: floats([], [64]) },
      ),
    );
    expect(warnings).toEqual([
      'node Conv_r (Conv) is not exact: input 0 (q) is 1/64 of an integer; supported: integers: round with Floor or Cast before. ' +
        'Its values are float32 from here on.',
      'node Conv_t (Conv) is not exact: input 0 (r) is float32; supported: integers. Its values are float32 from here on.',
    ]);
  });

  it('an output that is not rounded', () => {
    const unused: NodeSpec = { op: 'Floor', inputs: ['c'], outputs: ['unused'] };
    const spec = behindConv([div, unused], { d: floats([], [64]) }, { outputs: ['q'] });
    expect(load(spec).warnings).toEqual([
      'output q is not rounded: it is 1/64 of an integer; supported: integers. Its values are float32.',
    ]);
  });

  it('a float network has nothing to say', () => {
    const spec = behindConv([floor], { w: floats([2, 2, 1, 1], [0.3, -0.5, 0.7, 0.2]) });
    expect(
      load({ ...spec, nodes: [...spec.nodes.slice(0, 2), { ...floor, inputs: ['s'] }] }).warnings,
    ).toEqual([]);
  });
});
