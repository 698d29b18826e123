import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/base/tensor.js';
import { runOnHost, soleInput } from './host-run.js';
import { load } from './onnx-run.js';
import { int64s, type ModelSpec } from './onnx-writer.js';

/** What the oracle once showed to be wrong, with values typed by hand. */
const outputOf = (spec: ModelSpec, values: readonly number[]): Tensor => {
  const model = load(spec);
  const { name, type } = soleInput(model);
  return runOnHost(model, { [name]: tensor(type.shape, type.dtype, values) }).get('output')!;
};

const pool = (op: string, size: number, attributes: ModelSpec['nodes'][number]['attributes']): ModelSpec => ({
  opset: 13,
  inputs: { x: [1, 1, size, size] },
  outputs: ['y'],
  nodes: [{ op, inputs: ['x'], outputs: ['y'], attributes: attributes! }],
});
const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const CEIL = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] }, ceil_mode: { i: 1 } };

describe('pools with ceil_mode', () => {
  it('a window that would start beyond the data is left out', () => {
    const one = { kernel_shape: { ints: [1, 1] }, strides: { ints: [2, 2] }, ceil_mode: { i: 1 } };
    const y = outputOf(pool('MaxPool', 2, one), [1, 2, 3, 4]);
    expect([y.shape, [...y.data]]).toEqual([[1, 1, 1, 1], [1]]);
  });

  it.each([
    // windows 1 2 4 5 | 3 6 | 7 8 | 9: what ceil_mode adds counts in no mean
    [0, [3, 4.5, 7.5, 9]],
    [1, [3, 4.5, 7.5, 9]],
  ])('count_include_pad %d: means over what is there', (included, want) => {
    const attributes = { ...CEIL, count_include_pad: { i: included } };
    expect([...outputOf(pool('AveragePool', 3, attributes), NINE).data]).toEqual(want);
  });

  it('real padding counts where it is asked to', () => {
    const attributes = { ...CEIL, pads: { ints: [1, 1, 0, 0] }, count_include_pad: { i: 1 } };
    // windows with a padded row and column before: 1 | 2 3 | 4 7 | 5 6 8 9, each over 4
    expect([...outputOf(pool('AveragePool', 3, attributes), NINE).data]).toEqual([0.25, 1.25, 2.75, 7]);
  });
});

it('Conv on uint8 sums in int32: 2 x 2 of 200 * 50', () => {
  const spec: ModelSpec = {
    opset: 13,
    inputs: { x: [1, 1, 2, 2] },
    inputType: 2,
    outputs: ['y'],
    initializers: { w: tensor([1, 1, 2, 2], 'uint8', [50, 50, 50, 50]) },
    nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] }],
  };
  const y = outputOf(spec, [200, 200, 200, 200]);
  expect([y.dtype, [...y.data]]).toEqual(['int32', [40000]]);
});

describe('refused in one line', () => {
  const of = (node: ModelSpec['nodes'][number], rest: Partial<ModelSpec> = {}): ModelSpec => ({
    opset: 13,
    inputs: { x: [2, 3] },
    outputs: ['y'],
    nodes: [node],
    ...rest,
  });
  it.each([
    [
      'a cast to float16',
      of({ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { i: 10 } } }),
      /cast to float16 is not supported/,
    ],
    [
      'Dropout in training mode',
      of(
        { op: 'Dropout', inputs: ['x', 'r', 't'], outputs: ['y'] },
        { initializers: { r: tensor([], 'float32', [0.5]), t: tensor([], 'bool', [1]) } },
      ),
      /training_mode is 1; only inference/,
    ],
    [
      'MatMul of bytes',
      of(
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
        { inputType: 3, initializers: { w: tensor([3, 1], 'int8') } },
      ),
      /input 0 is int8; supported are floats and int32/,
    ],
    [
      'ConstantOfShape of a shape of the run',
      of({ op: 'ConstantOfShape', inputs: ['x'], outputs: ['y'] }, { inputs: { x: [2] }, inputType: 7 }),
      /its inputs are computed at run time; must be constants/,
    ],
    [
      'quantization in blocks',
      of(
        { op: 'QuantizeLinear', inputs: ['x', 's'], outputs: ['y'] },
        { initializers: { s: tensor([2, 3], 'float32', [1, 1, 1, 1, 1, 1]) } },
      ),
      /quantization in blocks is not supported/,
    ],
  ] as const)('%s', (_, spec, message) => expect(() => load(spec)).toThrow(message));
});

it('a constant of a million elements is no reason to refuse a file', () => {
  const spec: ModelSpec = {
    opset: 13,
    inputs: { x: [1] },
    outputs: ['y'],
    initializers: { s: int64s([1000, 1000]) },
    nodes: [
      { op: 'ConstantOfShape', inputs: ['s'], outputs: ['k'] },
      { op: 'Add', inputs: ['x', 'k'], outputs: ['y'] },
    ],
  };
  expect(load(spec).main.body.type).toMatchObject({ shape: [1000, 1000] });
});
