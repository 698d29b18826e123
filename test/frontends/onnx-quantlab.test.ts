import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/base/tensor.js';
import { compile, DEFAULT_OPTIONS } from '../../src/compile.js';
import type { Model } from '../../src/ir/expr.js';
import { runOnHost, soleInput } from './host-run.js';
import { compareWithOracle, load } from './onnx-run.js';
import { type AttributeValue, floats, type ModelSpec, type NodeSpec } from './onnx-writer.js';

/** Where the layers of a network run, without the changes of layout around them. */
const targets = (model: Model) =>
  compile(model, DEFAULT_OPTIONS)
    .manifest.layers.map((l) => `${l.target}: ${l.operators.join(' ')}`)
    .filter((l) => l !== 'host: reshape reverse reshape');

const clip = (input: string, output: string, min: number, max: number): NodeSpec => ({
  op: 'Clip',
  inputs: [input],
  outputs: [output],
  attributes: { min: { f: min }, max: { f: max }, out_bits: { i: 8 } },
});

describe('QuantLab rounds with floor(x / d + 0.5)', () => {
  const layer = (bias: readonly string[]): ModelSpec => ({
    opset: 9,
    inputs: { x: [1, 4, 4, 4] },
    outputs: ['y'],
    initializers: {
      w: floats([4, 4, 3, 3], [3, -5, 7, 2, -11]),
      b: floats([4], [10, -20, 30, 7]),
      d: floats([], [64]),
      half: floats([], [0.5]),
    },
    nodes: [
      {
        op: 'Conv',
        inputs: ['x', 'w', ...bias],
        outputs: ['c'],
        attributes: { pads: { ints: [1, 1, 1, 1] }, weight_bits: { i: 8 }, bias_bits: { i: 32 } },
      },
      { op: 'Div', inputs: ['c', 'd'], outputs: ['q'] },
      { op: 'Add', inputs: ['q', 'half'], outputs: ['h'], attributes: { add_bits: { i: 32 } } },
      { op: 'Floor', inputs: ['h'], outputs: ['f'] },
      clip('f', 'y', -128, 127),
    ],
  });

  it.each([
    ['a layer with a bias', ['b']],
    ['a layer without', []],
  ])('%s goes to the core: d / 2 becomes part of its bias', (_, bias) => {
    const model = load(layer(bias));
    expect(model.warnings).toEqual([]);
    expect(targets(model)).toEqual(['digital: nn.conv2d nn.bias_add right_shift clip cast']);
    expect([...[...model.params.values()].find((t) => t.dtype === 'int32')!.data]).toEqual(
      bias.length === 0 ? [32, 32, 32, 32] : [42, 12, 62, 39],
    );
    expect(compareWithOracle(layer(bias), 'rounded')).toBeGreaterThanOrEqual(2);
  });

  it('a half of what is no fraction is not exact, and said so', () => {
    const spec = layer([]);
    const nodes = spec.nodes
      .filter((n) => n.op !== 'Div')
      .map((n) => (n.op === 'Add' ? { ...n, inputs: ['c', 'half'] } : n));
    expect(load({ ...spec, nodes }).warnings[0]).toMatch(
      /node Add_h \(Add\) is not exact: input 1 \(half\) is 0\.5/,
    );
  });
});

describe('QuantLab`s Add for DORY, with requantizations as attributes', () => {
  const identity = floats([4, 4, 1, 1], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  /** Two int8 tensors (x and 2 x, saturated) into an annotated Add. */
  const adder = (attributes: Readonly<Record<string, number>>): ModelSpec => ({
    opset: 9,
    inputs: { x: [1, 4, 1, 1] },
    outputs: ['y'],
    initializers: { w: identity, two: { ...identity, data: identity.data.map((v) => 2 * v) } },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
      { op: 'Floor', inputs: ['c'], outputs: ['cf'] },
      clip('cf', 'a', -128, 127),
      { op: 'Conv', inputs: ['a', 'two'], outputs: ['e'] },
      { op: 'Floor', inputs: ['e'], outputs: ['ef'] },
      clip('ef', 'b', -128, 127),
      {
        op: 'Add',
        inputs: ['a', 'b'],
        outputs: ['y'],
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([k, v]): [string, AttributeValue] => [k, { i: v }]),
        ),
      },
    ],
  });
  const X = [10, -10, 100, -100]; // b: 20, -20, 127, -128
  const values = (spec: ModelSpec) => {
    const model = load(spec);
    const { name, type } = soleInput(model);
    return [...runOnHost(model, { [name]: tensor(type.shape, type.dtype, X) }).get('output')!.data];
  };
  const none = { in1_rq: 0, in2_rq: 0, out_rq: 0 };

  it.each<[string, Readonly<Record<string, number>>, readonly number[]]>([
    ['nothing is requantized', none, [30, -30, 227, -228]],
    ['the sum, shifted', { ...none, out_rq: 1, out_shift: 1 }, [15, -15, 113, -114]],
    ['the sum saturates at 256 levels', { ...none, out_rq: 1 }, [30, -30, 127, -128]],
    ['unsigned by its attribute', { ...none, out_rq: 1, out_shift: 1, out_signed: 0 }, [15, 0, 113, 0]],
    // floor((3 x + 5) / 4): 8.75, -6.25, 76.25, -73.75
    ['the first operand', { ...none, in1_rq: 1, in1_mul: 3, in1_add: 5, in1_shift: 2 }, [28, -27, 203, -202]],
    ['the second operand at 16 levels', { ...none, in2_rq: 1, in2_n_levels: 16 }, [17, -18, 107, -108]],
    [
      '64 x + 32 over 64 is x',
      { ...none, in1_rq: 1, in1_mul: 64, in1_add: 32, in1_shift: 6 },
      [30, -30, 227, -228],
    ],
    ['a missing rq means that it is requantized', { in1_rq: 0, in2_rq: 0, out_shift: 2 }, [7, -8, 56, -57]],
  ])('%s', (_, attributes, expected) => expect(values(adder(attributes))).toEqual(expected));

  it('a sum of equal scales goes to the core', () => {
    const scale = { mul: 64, add: 32, shift: 6, rq: 1, n_levels: 256 };
    const operand = (p: string) =>
      Object.fromEntries(Object.entries(scale).map(([k, v]) => [`${p}_${k}`, v]));
    const out = { out_mul: 1, out_add: 0, out_shift: 1, out_rq: 1, out_n_levels: 256 };
    expect(targets(load(adder({ ...operand('in1'), ...operand('in2'), ...out }))).at(-1)).toBe(
      'digital: add cast cast right_shift clip cast',
    );
  });

  it.each([
    [{ in1_shift: 40 }, /Add_y \(Add\): in1_shift is 40 bits; must be 0\.\.31/],
    [{ out_mul: 0 }, /out_mul is 0; must be any other integer/],
    [{ out_n_levels: 1 }, /out_n_levels is 1; must be at least 2/],
  ])('%j is refused', (attributes, message) => expect(() => load(adder(attributes))).toThrow(message));

  it('on floats it is refused: its rounding would be lost', () => {
    const spec: ModelSpec = {
      opset: 13,
      inputs: { x: [1, 4] },
      outputs: ['y'],
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: { in1_mul: { i: 3 } } }],
    };
    expect(() => load(spec)).toThrow(/Add_y \(Add\): attribute in1_mul is not supported/);
  });
});
