import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import type { Call, Expr, Var } from '../../src/ir/expr.js';
import { postOrder } from '../../src/ir/visit.js';
import { runOnHost, soleInput } from './host-run.js';
import { dianaNetwork, nemoNetwork } from './onnx-models.js';
import { compareWithOracle, load, noExternal } from './onnx-run.js';
import { encodeOnnx, floats, type ModelSpec, type NodeSpec } from './onnx-writer.js';

const calls = (e: Expr): Call[] => postOrder(e).filter((x) => x.kind === 'call');

describe('the integer networks of quantization libraries', () => {
  it('diana-quantlib: conv, bias, shift, clip and cast, as the accelerator wants them', () => {
    const { main, params } = load(dianaNetwork());
    expect(calls(main.body).map((c) => c.op)).toEqual([
      ...['nn.conv2d', 'nn.bias_add', 'right_shift', 'clip', 'cast'],
      ...[
        'cast',
        'nn.conv2d',
        'nn.bias_add',
        'right_shift',
        'clip',
        'cast',
        'cast',
        'add',
        'right_shift',
        'clip',
        'cast',
        'clip',
      ],
      ...['cast', 'sum', 'reshape', 'right_shift', 'clip', 'cast'],
      ...['nn.dense', 'nn.bias_add', 'right_shift', 'clip', 'cast'],
    ]);
    expect(main.params[0]!.type).toEqual({ kind: 'tensor', shape: [1, 4, 8, 8], dtype: 'int8' });
    expect(params.get('conv1.weight')!.dtype).toBe('int8');
    expect(params.get('conv1.bias')!.dtype).toBe('int32');
    const [shift] = calls(main.body).filter((c) => c.op === 'right_shift');
    expect(shift!.args[1]).toMatchObject({
      kind: 'constant',
      value: { data: Int32Array.of(6), dtype: 'int32' },
    });
    const clips = calls(main.body).filter((c) => c.op === 'clip');
    expect(clips.map((c) => [c.attrs.a_min, c.attrs.a_max])).toEqual([
      [0, 127],
      [-128, 127],
      [-128, 127],
      [0, 127],
      [-128, 127],
      [-128, 127],
    ]);
  });

  it.each([
    ['diana-quantlib', dianaNetwork, 8],
    ['nemo', nemoNetwork, 11],
  ] as const)(
    '%s: every integer tensor equals a literal float64 evaluation of the file',
    (_, make, least) => {
      for (let i = 0; i < 5; i++)
        expect(compareWithOracle(make(`weights ${i}`), `input ${i}`)).toBeGreaterThanOrEqual(least);
    },
  );

  it('nemo: unsigned activations; int64 only where the intervals pass int32', () => {
    const { main } = load(nemoNetwork());
    expect(main.params[0]).toMatchObject({ name: 'input_0', type: { dtype: 'uint8' } });
    const dtypes = calls(main.body)
      .filter((c) => c.op === 'multiply')
      .map((c) => (c.type.kind === 'tensor' ? c.type.dtype : ''));
    expect(dtypes).toEqual(['int32', 'int64', 'int32', 'int32', 'int32', 'float32']);
  });

  it('a layer without bias gets one before its shift', () => {
    const { main, params } = load({
      opset: 9,
      inputs: { x: [1, 4] },
      outputs: ['y'],
      initializers: { w: floats([4, 4], [1, -2, 3]), d: floats([], [4]) },
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['s'] },
        { op: 'Div', inputs: ['s', 'd'], outputs: ['q'] },
        { op: 'Floor', inputs: ['q'], outputs: ['f'] },
        { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: 0 }, max: { f: 127 } } },
      ],
    });
    const [, biased, shifted] = calls(main.body);
    expect(calls(main.body).map((c) => c.op)).toEqual([
      'nn.dense',
      'nn.bias_add',
      'right_shift',
      'clip',
      'cast',
    ]);
    const bias = biased!.args[1] as Var;
    expect(params.get(bias.name)).toMatchObject({ shape: [4], data: new Int32Array(4) });
    expect(shifted!.args[1]).toMatchObject({ value: { data: Int32Array.of(2) } });
  });

  it('a layer without bias or divisor still gets the bias and the shift of the accelerator`s pattern', () => {
    const { main } = load({
      opset: 9,
      inputs: { x: [1, 4] },
      outputs: ['y'],
      initializers: { w: floats([4, 4], [1, -2, 3]) },
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['s'] },
        { op: 'Floor', inputs: ['s'], outputs: ['f'] },
        { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: -128 }, max: { f: 127 } } },
      ],
    });
    expect(calls(main.body).map((c) => c.op)).toEqual([
      'nn.dense',
      'nn.bias_add',
      'right_shift',
      'clip',
      'cast',
    ]);
  });
});

describe('1-D layers of integer networks are exact', () => {
  const line = (node: NodeSpec, rest: Partial<ModelSpec> = {}): ModelSpec => ({
    opset: 9,
    inputs: { x: [1, 1, 5] },
    outputs: ['y'],
    initializers: {
      w: floats([2, 1, 3], [1, 2, 3, -1, 0, 1]),
      b: floats([2], [10, 20]),
      one: floats([1, 1, 1], [1]),
    },
    nodes: [
      node,
      { op: 'Floor', inputs: ['c'], outputs: ['f'] },
      { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: -1000 }, max: { f: 127 } } },
    ],
    ...rest,
  });
  const first: NodeSpec = { op: 'Conv', inputs: ['x', 'one'], outputs: ['i'] };
  const pool = (op: string): NodeSpec[] => [
    first,
    {
      op,
      inputs: ['i'],
      outputs: ['c'],
      attributes: { kernel_shape: { ints: [2] }, strides: { ints: [2] } },
    },
    ...line(first).nodes.slice(1),
  ];
  const X = [1, -2, 3, -4, 5];

  it.each<[string, ModelSpec, readonly number[]]>([
    [
      'Conv with pads and dilation',
      line({
        op: 'Conv',
        inputs: ['x', 'w', 'b'],
        outputs: ['c'],
        attributes: { pads: { ints: [2, 0] }, dilations: { ints: [2] }, strides: { ints: [2] } },
      }),
      // x[-2] + 2 x[0] + 3 x[2] + 10, ...; x[2] - x[-2] + 20, ...
      [21, 32, 23, 24],
    ],
    ['MaxPool', line(first, { nodes: pool('MaxPool') }), [1, 3]],
    ['AveragePool, rounded down', line(first, { nodes: pool('AveragePool') }), [-1, -1]],
  ])('%s', (_, spec, expected) => {
    const model = load(spec);
    expect(model.warnings).toEqual([]);
    const { name, type } = soleInput(model);
    const y = runOnHost(model, { [name]: tensor(type.shape, type.dtype, X) }).get('output')!;
    expect(y.dtype).not.toBe('float32');
    expect([...y.data]).toEqual(expected);
    expect(y.shape.length).toBe(3);
  });
});

describe('rounding', () => {
  /** x (int8) through `nodes`, which make y. */
  const tail = (nodes: readonly NodeSpec[], initializers: ModelSpec['initializers'] = {}): ModelSpec => ({
    opset: 9,
    inputs: { x: [1, 2, 2, 2] },
    outputs: ['y'],
    initializers: { w: floats([2, 2, 1, 1], [3, -5, 7, 2]), ...initializers },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
      { op: 'Clip', inputs: ['c'], outputs: ['signed'], attributes: { min: { f: -500 }, max: { f: 127 } } },
      ...nodes,
    ],
  });
  const run = (spec: ModelSpec, values: readonly number[]): number[] => {
    const model = load(spec);
    const v = soleInput(model);
    return [
      ...runOnHost(model, { [v.name]: tensor(v.type.shape, v.type.dtype, values) }).get('output')!.data,
    ];
  };
  const divide = (d: number, then: NodeSpec[]): NodeSpec[] => [
    { op: 'Constant', inputs: [], outputs: ['d'], attributes: { value: { t: floats([], [d]) } } },
    { op: 'Div', inputs: ['signed', 'd'], outputs: ['q'] },
    ...then,
  ];
  const floor: NodeSpec = { op: 'Floor', inputs: ['q'], outputs: ['y'] };
  // channel 0 is 3a - 5b, channel 1 is 7a + 2b: a = 1, 0, -1, 5; b = 1, 1, 0, -20 -> -2 -5 -3 115 | 9 2 -7 -5
  const values = [1, 0, -1, 5, 1, 1, 0, -20];

  it.each([
    ['Floor after Div by 4', divide(4, [floor]), [-1, -2, -1, 28, 2, 0, -2, -2]],
    ['Floor after Div by 3, no power of two', divide(3, [floor]), [-1, -2, -1, 38, 3, 0, -3, -2]],
    [
      'Cast to an integer rounds down, too',
      divide(4, [{ op: 'Cast', inputs: ['q'], outputs: ['y'], attributes: { to: { i: 6 } } }]),
      [-1, -2, -1, 28, 2, 0, -2, -2],
    ],
    [
      'a Clip between Div and Floor',
      divide(4, [
        { op: 'Clip', inputs: ['q'], outputs: ['k'], attributes: { min: { f: -1 }, max: { f: 20 } } },
        { op: 'Floor', inputs: ['k'], outputs: ['y'] },
      ]),
      [-1, -1, -1, 20, 2, 0, -1, -1],
    ],
    [
      'ReLU before Div and Floor',
      [
        { op: 'Relu', inputs: ['signed'], outputs: ['r'] },
        ...divide(4, [floor]).map((n) => (n.op === 'Div' ? { ...n, inputs: ['r', 'd'] } : n)),
      ],
      [0, 0, 0, 28, 2, 0, 0, 0],
    ],
  ] as const)('%s', (_, nodes, expected) => expect(run(tail(nodes), values)).toEqual(expected));

  it('a factor before the Div is kept exactly: floor(x * 5 / 8)', () => {
    const nodes: NodeSpec[] = [
      { op: 'Constant', inputs: [], outputs: ['five'], attributes: { value: { t: floats([], [5]) } } },
      { op: 'Mul', inputs: ['signed', 'five'], outputs: ['m'] },
      ...divide(8, [floor]).map((n) => (n.op === 'Div' ? { ...n, inputs: ['m', 'd'] } : n)),
    ];
    expect(run(tail(nodes), values)).toEqual([-2, -4, -2, 71, 5, 1, -5, -4]);
  });

  it('random Mul, Add, Div and Clip chains equal the oracle', () => {
    fc.assert(
      fc.property(
        fc.record({
          factor: fc.integer({ min: 1, max: 4000 }),
          term: fc.integer({ min: -1_000_000, max: 1_000_000 }),
          divisor: fc.oneof(fc.constantFrom(2, 64, 2 ** 20), fc.integer({ min: 1, max: 1000 })),
          lo: fc.constantFrom(-128, 0, -7),
          seed: fc.string(),
        }),
        ({ factor, term, divisor, lo, seed }) => {
          const nodes: NodeSpec[] = [
            { op: 'Mul', inputs: ['signed', 'kappa'], outputs: ['m'] },
            { op: 'Add', inputs: ['m', 'lambda'], outputs: ['a'] },
            { op: 'Div', inputs: ['a', 'divisor'], outputs: ['q'] },
            { op: 'Floor', inputs: ['q'], outputs: ['f'] },
            { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: lo }, max: { f: 127 } } },
          ];
          const spec = tail(nodes, {
            kappa: floats([1, 2, 1, 1], [factor, 4001 - factor]),
            lambda: floats([1, 2, 1, 1], [term, -term]),
            divisor: floats([], [divisor]),
          });
          expect(compareWithOracle(spec, seed)).toBeGreaterThanOrEqual(5);
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });
});

describe('what counts as an integer network', () => {
  it('one weight that is no integer makes it a float network', () => {
    const spec = dianaNetwork();
    const weights = spec.initializers!['conv1.weight']!;
    const changed = {
      ...spec.initializers,
      'conv1.weight': { ...weights, data: weights.data.map((v, i) => (i === 0 ? 0.5 : v)) },
    };
    const { main } = load({ ...spec, initializers: changed });
    expect(main.params[0]!.type.dtype).toBe('float32');
    expect(calls(main.body).map((c) => c.op)).toContain('divide');
  });

  it('a network that quantizes its input keeps a float input and is integer from its clip on', () => {
    const spec = dianaNetwork();
    const quantizer: NodeSpec[] = [
      { op: 'Constant', inputs: [], outputs: ['s'], attributes: { value: { t: floats([], [0.25]) } } },
      { op: 'Div', inputs: ['raw', 's'], outputs: ['scaled'] },
      { op: 'Floor', inputs: ['scaled'], outputs: ['rounded'] },
      { op: 'Clip', inputs: ['rounded', 'clip.-128', 'clip.127'], outputs: ['input'] },
    ];
    const { main } = load({ ...spec, inputs: { raw: [1, 4, 8, 8] }, nodes: [...quantizer, ...spec.nodes] });
    expect(main.params[0]!.type.dtype).toBe('float32');
    expect(
      calls(main.body)
        .slice(0, 6)
        .map((c) => c.op),
    ).toEqual(['divide', 'floor', 'clip', 'cast', 'nn.conv2d', 'nn.bias_add']);
  });

  it('inputRange overrules the rule for the input', () => {
    const model = importOnnx(encodeOnnx(dianaNetwork()), {
      name: 'net',
      external: noExternal,
      inputRange: [0, 255],
    });
    expect(soleInput(model).type.dtype).toBe('uint8');
  });

  it('a sum that could leave int32 is refused, not wrapped', () => {
    const spec: ModelSpec = {
      opset: 9,
      inputs: { x: [1, 140000] },
      outputs: ['y'],
      initializers: { w: floats([140000, 1], [127]) },
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['s'] },
        { op: 'Floor', inputs: ['s'], outputs: ['f'] },
        { op: 'Clip', inputs: ['f'], outputs: ['y'], attributes: { min: { f: -128 }, max: { f: 127 } } },
      ],
    };
    expect(() => load(spec)).toThrow(/MatMul.*the largest magnitude.*2275840000; must be an int32/);
  });
});
