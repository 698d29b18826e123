import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { importOnnx } from '../../src/frontends/onnx/importer.js';
import { supportedOperators } from '../../src/frontends/onnx/supported.js';
import { halfToNumber } from '../../src/frontends/onnx/tensors.js';
import { externalDataIn } from '../../src/node/onnx-external-data.js';
import { runOnHost, soleInput } from './host-run.js';
import { plainNetwork } from './onnx-models.js';
import { evaluateOnnx } from './onnx-oracle.js';
import {
  type AttributeValue,
  encodeOnnx,
  floats,
  int64s,
  type ModelSpec,
  type NodeSpec,
  rawData,
} from './onnx-writer.js';
import { randomOf } from './random.js';

const noExternal = () => {
  throw new Error('no external data here');
};
const load = (spec: ModelSpec) => importOnnx(encodeOnnx(spec), { name: 'net', external: noExternal });

/** The output of a one-input network over x, as shape and values. */
function run(spec: ModelSpec, x: Tensor): { shape: readonly number[]; values: number[] } {
  const model = load(spec);
  const out = runOnHost(model, { [soleInput(model).name]: x }).get('output')!;
  return { shape: out.shape, values: [...out.data] };
}

/** One node over x (constants beside it), of operator set `opset`. */
function one(
  op: string,
  x: Tensor,
  attributes: Record<string, AttributeValue> = {},
  constants: readonly Tensor[] = [],
  opset = 13,
) {
  const names = constants.map((_, i) => `k${i}`);
  return run(
    {
      opset,
      inputs: { x: x.shape },
      outputs: ['y'],
      initializers: Object.fromEntries(constants.map((t, i) => [names[i], t])),
      nodes: [{ op, inputs: ['x', ...names], outputs: ['y'], attributes }],
    },
    x,
  );
}

const ramp = (shape: readonly number[]): Tensor =>
  tensor(
    shape,
    'float32',
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i),
  );

describe('plain ONNX operators', () => {
  it.each([9, 11, 12, 13, 18, 21])('a network of opset %i equals a literal evaluation', (opset) => {
    const spec = plainNetwork(opset);
    const x = floats([1, 3, 8, 8], randomOf('x').reals(-1, 1, 192));
    const { shape, values } = run(spec, x);
    const expected = evaluateOnnx(
      // the oracle knows neither shape arithmetic nor auto_pad
      {
        ...spec,
        nodes: spec.nodes
          .filter((n) => !['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Constant'].includes(n.op))
          .map((n): NodeSpec => {
            if (n.op === 'Reshape') return { ...n, op: 'Flatten' };
            return n.attributes?.auto_pad === undefined
              ? n
              : { ...n, attributes: { pads: { ints: [1, 1, 1, 1] } } };
          }),
      },
      { image: x },
    ).get('probabilities')!;
    expect(shape).toEqual([1, 4]);
    for (const [i, v] of values.entries()) expect(v).toBeCloseTo(expected.data[i]!, 5);
    expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  // expected values by hand from ONNX's operator descriptions
  it.each([
    ['Transpose', ramp([1, 2, 3]), { perm: { ints: [0, 2, 1] } }, [], [1, 3, 2], [0, 3, 1, 4, 2, 5]],
    ['Flatten', ramp([2, 1, 3]), { axis: { i: 2 } }, [], [2, 3], [0, 1, 2, 3, 4, 5]],
    ['Squeeze', ramp([1, 2, 1]), {}, [int64s([2])], [1, 2], [0, 1]],
    ['Unsqueeze', ramp([2]), {}, [int64s([0, 2])], [1, 2, 1], [0, 1]],
    [
      'Slice',
      ramp([1, 6]),
      {},
      [int64s([1]), int64s([2 ** 40]), int64s([1]), int64s([2])],
      [1, 3],
      [1, 3, 5],
    ],
    ['Slice', ramp([1, 6]), {}, [int64s([-1]), int64s([-7]), int64s([1]), int64s([-2])], [1, 3], [5, 3, 1]],
    ['Gather', ramp([1, 4]), { axis: { i: 1 } }, [int64s([-1], [])], [1], [3]],
    ['Pad', ramp([1, 2]), {}, [int64s([0, 1, 0, 2]), floats([], [9])], [1, 5], [9, 0, 1, 9, 9]],
    ['Concat', ramp([1, 2]), { axis: { i: -1 } }, [floats([1, 1], [7])], [1, 3], [0, 1, 7]],
    ['Clip', ramp([1, 4]), {}, [floats([], [1]), floats([], [2])], [1, 4], [1, 1, 2, 2]],
    ['Max', ramp([1, 3]), {}, [floats([], [1])], [1, 3], [1, 1, 2]],
    ['Sub', ramp([1, 3]), {}, [floats([3], [1])], [1, 3], [-1, 0, 1]],
    ['ReduceMean', ramp([1, 1, 2, 2]), { axes: { ints: [2, 3] }, keepdims: { i: 0 } }, [], [1, 1], [1.5]],
    ['GlobalMaxPool', ramp([1, 2, 1, 2]), {}, [], [1, 2, 1, 1], [1, 3]],
    [
      'AveragePool',
      ramp([1, 1, 2, 2]),
      { kernel_shape: { ints: [2, 2] }, pads: { ints: [1, 1, 0, 0] }, count_include_pad: { i: 1 } },
      [],
      [1, 1, 2, 2],
      [0, 0.25, 0.5, 1.5],
    ],
    ['LeakyRelu', tensor([2], 'float32', [-2, 3]), { alpha: { f: 0.5 } }, [], [2], [-1, 3]],
    ['Dropout', ramp([2]), {}, [], [2], [0, 1]],
  ] as const)('%s', (op, x, attributes, constants, shape, values) => {
    const out = one(op, x, attributes, constants);
    expect(out).toEqual({ shape: [...shape], values: [...values] });
  });

  it('Split, Slice and ReduceMean take attributes in old operator sets', () => {
    const spec: ModelSpec = {
      opset: 9,
      inputs: { x: [1, 4] },
      outputs: ['y'],
      nodes: [
        {
          op: 'Split',
          inputs: ['x'],
          outputs: ['a', 'b'],
          attributes: { axis: { i: 1 }, split: { ints: [1, 3] } },
        },
        {
          op: 'Slice',
          inputs: ['b'],
          outputs: ['y'],
          attributes: { axes: { ints: [1] }, starts: { ints: [1] }, ends: { ints: [3] } },
        },
      ],
    };
    expect(run(spec, ramp([1, 4]))).toEqual({ shape: [1, 2], values: [2, 3] });
  });

  it('Softmax before opset 13 counts the axes from `axis` on as one', () => {
    const x = tensor([1, 2, 2], 'float32', [0, 0, 0, 0]);
    expect(one('Softmax', x, {}, [], 11).values).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(one('Softmax', x, {}, [], 13).values).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  it('auto_pad SAME_UPPER puts the odd column at the end, SAME_LOWER at the beginning', () => {
    const kernel = floats([1, 1, 1, 2], [1, 10]);
    const conv = (mode: string) =>
      one('Conv', ramp([1, 1, 1, 3]), { auto_pad: { s: mode } }, [kernel]).values;
    expect(conv('SAME_UPPER')).toEqual([10, 21, 2]);
    expect(conv('SAME_LOWER')).toEqual([0, 10, 21]);
    expect(conv('VALID')).toEqual([10, 21]);
  });

  it('float16 values', () => {
    // from IEEE 754: 1, -2, largest, smallest subnormal, infinity
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00].map(halfToNumber)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      Infinity,
    ]);
  });
});

describe('what is not supported is one line that names the node', () => {
  const spec = (nodes: readonly NodeSpec[], more: Partial<ModelSpec> = {}): ModelSpec => ({
    opset: 13,
    inputs: { x: [1, 2, 4, 4] },
    outputs: ['y'],
    nodes,
    ...more,
  });
  const conv: NodeSpec = { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], name: 'conv1' };
  const w = { w: floats([2, 2, 3, 3], [1]) };

  it.each([
    [
      spec([{ op: 'LSTM', inputs: ['x'], outputs: ['y'], name: 'rnn' }]),
      /^node rnn \(LSTM\): operator LSTM is not supported; nearest: .+, .+ \(all are in/,
    ],
    [
      spec([{ op: 'Conv', domain: 'com.acme', inputs: ['x'], outputs: ['y'], name: 'c' }]),
      /^node c \(Conv\): operator Conv of domain com.acme is not supported/,
    ],
    [
      spec([{ ...conv, attributes: { winograd: { i: 1 } } }], { initializers: w }),
      /^node conv1 \(Conv\): attribute winograd is not supported; supported are auto_pad/,
    ],
    [
      spec([{ ...conv, attributes: { auto_pad: { s: 'SOMEHOW' } } }], { initializers: w }),
      /^node conv1 \(Conv\): auto_pad is SOMEHOW; supported are NOTSET/,
    ],
    [
      spec([{ ...conv, attributes: { pads: { ints: [1, 1] } } }], { initializers: w }),
      /^node conv1 \(Conv\): pads is \[1, 1\]; must be four numbers/,
    ],
    [
      spec([{ ...conv, attributes: { group: { i: 2 } } }], { initializers: w }),
      /^node conv1 \(Conv\): nn.conv2d .*the weights take 2 x 2 groups/,
    ],
    [spec([conv]), /^node conv1 \(Conv\): it reads w, which nothing before it makes\.$/],
    [spec([{ op: 'Relu', inputs: ['x'], outputs: ['z'] }]), /^the graph's output y is made by no node\.$/],
    [spec([{ op: 'Relu', inputs: ['x'], outputs: ['x'] }]), /its output x is defined twice/],
    [
      spec([{ op: 'Gemm', inputs: ['x', 'm'], outputs: ['y'], name: 'g', attributes: { alpha: { f: 2 } } }], {
        initializers: { m: floats([2, 2], [1]) },
      }),
      /^node g \(Gemm\): the data has shape \(1, 2, 4, 4\); linear layers take two axes/,
    ],
    [
      spec([{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { i: 14 } } }]),
      /element type 14; supported are 1 \(float\)/,
    ],
    [
      spec([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], { opset: 29 }),
      /^the file uses ONNX operator set 29; supported are 9 to 28\.$/,
    ],
    [
      spec([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], { inputs: { x: [1, 'channels'] } }),
      /^input x has shape \(1, channels\)/,
    ],
  ] as const)('%#', (broken, message) => expect(() => load(broken)).toThrow(message));

  it('a symbolic dimension takes the value it is given', () => {
    const bytes = encodeOnnx(
      spec([{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], { inputs: { x: ['n', 'c'] } }),
    );
    const model = importOnnx(bytes, { name: 'net', external: noExternal, dimensions: { c: 5 } });
    expect(soleInput(model).type.shape).toEqual([1, 5]);
  });

  it('a constant cannot grow far beyond the file', () => {
    const nodes: NodeSpec[] = [
      { op: 'ConstantOfShape', inputs: ['s'], outputs: ['k'] },
      { op: 'Add', inputs: ['x', 'k'], outputs: ['y'] },
    ];
    expect(() => load(spec(nodes, { initializers: { s: int64s([100000, 100000]) } }))).toThrow(
      /a constant computed by this node is 10000000000 elements; must be at most 1048576/,
    );
  });

  it('a chain of doublings is stopped', () => {
    const chain = Array.from({ length: 26 }, (_, i): NodeSpec => {
      const [from, to] = [i === 0 ? 's' : `s${i}`, `s${i + 1}`];
      return { op: 'Concat', inputs: [from, from], outputs: [to], attributes: { axis: { i: 0 } } };
    });
    const last: NodeSpec = { op: 'Add', inputs: ['x', 's26'], outputs: ['y'] };
    expect(() => load(spec([...chain, last], { initializers: { s: floats([1], [1]) } }))).toThrow(
      /\(Concat\): the constants computed so far are much larger than the file can explain/,
    );
  });

  it('an empty matrix of many rows is refused', () => {
    const weights = { ...floats([1, 1], [1]), shape: [1 << 28, 0], data: new Float32Array(0) };
    expect(() => load(spec([conv], { initializers: { w: weights } }))).toThrow(
      /tensor w has shape \(268435456, 0\)/,
    );
  });

  it('lists its operators', () => expect(supportedOperators()).toContain('GlobalAveragePool'));
});

describe('external data', () => {
  const root = mkdtempSync(join(tmpdir(), 'onnx-'));
  const folder = join(root, 'model');
  mkdirSync(folder);
  const weights = floats([2, 2, 1, 1], [1, 2, 3, 4]);
  writeFileSync(join(folder, 'w.bin'), Buffer.concat([Buffer.alloc(8), rawData(weights)]));
  writeFileSync(join(root, 'secret.bin'), Buffer.alloc(64));
  symlinkSync(join(root, 'secret.bin'), join(folder, 'link.bin'));
  afterAll(() => rmSync(root, { recursive: true }));

  const spec = (entry: Record<string, string>): ModelSpec => ({
    opset: 13,
    inputs: { x: [1, 2, 1, 1] },
    outputs: ['y'],
    initializers: { w: weights },
    external: { w: entry },
    nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
  });
  const read = (entry: Record<string, string>) =>
    importOnnx(encodeOnnx(spec(entry)), { name: 'net', external: externalDataIn(folder) });

  it('is read from a file in the folder, from its offset on', () =>
    expect([...read({ location: 'w.bin', offset: '8', length: '16' }).params.get('w')!.data]).toEqual([
      1, 2, 3, 4,
    ]));

  it.each([
    [{ location: '../secret.bin' }, /"..\/secret.bin" must lie inside the model's folder/],
    [{ location: join(root, 'secret.bin') }, /must lie inside the model's folder/],
    [{ location: 'link.bin' }, /must lie inside the model's folder/],
    [{ location: 'a/../../secret.bin' }, /must lie inside the model's folder/],
    [{ location: 'missing.bin' }, /cannot be read beside the model/],
    [{ location: '.' }, /must lie inside/],
    [{ location: 'w.bin', offset: '16', length: '16' }, /has 24 bytes; the model asks for 16 from 16/],
    [{ location: 'w.bin', offset: '-1' }, /offset of its external data is "-1"/],
    [{ location: 'w.bin' }, /needs 16 bytes, not 24/],
    [{}, /lies in another file that is not named/],
  ])('%j is refused', (entry, message) =>
    expect(() => read(entry as Record<string, string>)).toThrow(message),
  );
});
