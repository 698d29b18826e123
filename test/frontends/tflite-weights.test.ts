import { describe, expect, it } from 'vitest';
import { encodeTflite, type TensorSpec, type TfliteSpec } from '../../scripts/oracle/tflite-writer.js';
import { tensor } from '../../src/base/tensor.js';
import { importTflite } from '../../src/frontends/tflite/importer.js';
import { runOnHost, soleInput } from './host-run.js';
import { int8Network } from './tflite-models.js';

// schema.fbs: quantized_dimension of weights is the output channel's axis: 0 of OHWI and of (units, inputs), 3 of 1HWC.

const CONV = 3;
const DEPTHWISE = 4;
const FULLY_CONNECTED = 9;

describe('scales of int8 weights', () => {
  const withWeights = (name: string, more: Partial<TensorSpec>): Uint8Array => {
    const spec = int8Network();
    return encodeTflite({
      ...spec,
      tensors: spec.tensors.map((t) => (t.name === name ? { ...t, ...more } : t)),
    });
  };

  it.each([
    [
      'net/conv/Conv2D',
      { axis: 3 },
      'operator 0 (CONV_2D): weights net/conv/Conv2D have 8 scales along axis 3; must be 8 along axis 0.',
    ],
    [
      'net/dw/depthwise',
      { axis: 0 },
      'operator 1 (DEPTHWISE_CONV_2D): weights net/dw/depthwise have 8 scales along axis 0; must be 8 along axis 3.',
    ],
    [
      'net/fc/MatMul',
      { axis: 1, scales: [0.1, 0.2, 0.3, 0.4, 0.5] },
      'weights net/fc/MatMul have 5 scales along axis 1; must be 5 along axis 0.',
    ],
    [
      'net/conv/Conv2D',
      { scales: [0.1, 0.2, 0.3], zeroPoints: [0, 0, 0] },
      'weights net/conv/Conv2D have 3 scales along axis 0; must be 8 along axis 0.',
    ],
  ] as const)('%s with %j are refused', (name, more, message) =>
    expect(() => importTflite(withWeights(name, more), 'net')).toThrow(message),
  );

  it.each([
    [
      'net/conv/Conv2D',
      { dtype: 'uint8', data: new Array(216).fill(1) },
      'weights net/conv/Conv2D are uint8; must be int8 with scales',
    ],
    [
      'net/conv/Conv2D',
      { zeroPoints: [0, 0, 0, 0, 0, 0, 0, 1] },
      'weights net/conv/Conv2D have a zero point other than 0',
    ],
    [
      'b1',
      { shape: [7], data: new Array(7).fill(0) },
      'its bias is int32 with 7 values; must be int32 with 8',
    ],
    ['b1', { dtype: 'int16' }, 'its bias is int16 with 8 values; must be int32 with 8'],
    // 0.5 * 0.1 / 1e-12 is about 2^35.5
    [
      'a',
      { scales: [1e-12] },
      /^operator 0 \(CONV_2D\): its scales ask for a multiplier of 2\^3\d; must be below 2\^30\.$/,
    ],
  ] as const)('%s with %j is refused', (name, more, message) =>
    expect(() => importTflite(withWeights(name, more as Partial<TensorSpec>), 'net')).toThrow(message),
  );

  it('weights without scales are refused', () => {
    const spec = int8Network();
    const tensors = spec.tensors.map((t) => {
      const { scales: _, axis: __, ...rest } = t;
      return t.name === 'net/conv/Conv2D' ? rest : t;
    });
    expect(() => importTflite(encodeTflite({ ...spec, tensors }), 'net')).toThrow(
      'weights net/conv/Conv2D are int8; must be int8 with scales',
    );
  });

  it.each([
    [[], [4, 10, -6, 0]], // x - 5 without a bias, twice, plus 0
    [[100], [104, 110, 94, 100]],
  ])('the input zero point leaves through the bias %j', (bias, y) => {
    const at = { scales: [1], zeroPoints: [0] };
    const spec: TfliteSpec = {
      tensors: [
        { name: 'x', shape: [1, 1, 4, 1], dtype: 'int8', scales: [1], zeroPoints: [5] },
        { name: 'net/w', shape: [1, 1, 1, 1], dtype: 'int8', data: [2], scales: [1] },
        { name: 'y', shape: [1, 1, 4, 1], dtype: 'int8', ...at },
        { name: 'b', shape: [1], dtype: 'int32', data: bias.length === 0 ? [0] : bias, scales: [1] },
      ],
      operators: [
        {
          code: CONV,
          inputs: bias.length === 0 ? [0, 1] : [0, 1, 3],
          outputs: [2],
          options: { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 } },
        },
      ],
      inputs: [0],
      outputs: [2],
    };
    const model = importTflite(encodeTflite(spec), 'net');
    const x = tensor([1, 1, 4, 1], 'int8', [7, 10, 2, 5]);
    expect([...runOnHost(model, { [soleInput(model).name]: x }).get('output')!.data]).toEqual(y);
  });

  it('a single scale needs no axis', () =>
    expect(() =>
      importTflite(withWeights('net/conv/Conv2D', { scales: [0.1], axis: 2 }), 'net'),
    ).not.toThrow());
});

describe('int8 weights of a float32 layer: value times the scale of its output channel', () => {
  /** One layer over `x`, in the file's order. */
  function layer(
    code: number,
    x: TensorSpec,
    weights: Omit<TensorSpec, 'name' | 'dtype'>,
    output: readonly number[],
  ): TfliteSpec {
    const y = { name: 'y', shape: output, dtype: 'float32' } as const;
    // VALID, stride 1 both ways
    const options =
      code === FULLY_CONNECTED ? { 0: { int8: 0 } } : { 0: { int8: 1 }, 1: { int32: 1 }, 2: { int32: 1 } };
    return {
      tensors: [x, { name: 'net/w', dtype: 'int8', ...weights }, y],
      operators: [{ code, inputs: [0, 1], outputs: [2], options }],
      inputs: [0],
      outputs: [2],
    };
  }
  const image = (shape: readonly number[]): TensorSpec => ({ name: 'x', shape, dtype: 'float32' });
  const run = (spec: TfliteSpec, data: readonly number[]): number[] => {
    const model = importTflite(encodeTflite(spec), 'net');
    const x = tensor(spec.tensors[0]!.shape, 'float32', data);
    return [...runOnHost(model, { [soleInput(model).name]: x }).get('output')!.data];
  };

  it.each([
    [
      'conv, axis 0 of OHWI',
      layer(
        CONV,
        image([1, 1, 2, 2]),
        { shape: [3, 1, 2, 2], data: [1, 2, 0, 0, 0, 0, 0, 1, 2, 0, 0, 1], scales: [0.5, 2, 4], axis: 0 },
        [1, 1, 1, 3],
      ),
      [1, 2, 3, 4],
      [2.5, 8, 24], // (1 + 2 * 2) * 0.5; 4 * 2; (2 * 1 + 4) * 4
    ],
    [
      'conv, one scale for all',
      layer(
        CONV,
        image([1, 1, 1, 2]),
        { shape: [2, 1, 1, 2], data: [1, 0, 0, 1], scales: [0.25] },
        [1, 1, 1, 2],
      ),
      [4, 8],
      [1, 2],
    ],
    [
      'depthwise, axis 3 of 1HWC',
      layer(
        DEPTHWISE,
        image([1, 1, 2, 3]),
        { shape: [1, 1, 2, 3], data: [1, 1, 1, 0, 1, 2], scales: [0.5, 2, 4], axis: 3 },
        [1, 1, 1, 3],
      ),
      [1, 2, 3, 10, 20, 30],
      [0.5, 44, 252], // 1 * 0.5; (2 + 20) * 2; (3 + 60) * 4
    ],
    [
      'dense, axis 0 of (units, inputs)',
      layer(
        FULLY_CONNECTED,
        image([1, 3]),
        { shape: [2, 3], data: [1, 0, 0, 0, 0, 1], scales: [0.5, 2], axis: 0 },
        [1, 2],
      ),
      [1, 2, 3],
      [0.5, 6],
    ],
  ] as const)('%s', (_, spec, x, y) => expect(run(spec, x)).toEqual(y));

  it.each([
    ['scales that fit no axis', { scales: [0.5, 2, 4] }],
    ['a zero point', { scales: [0.5, 2], zeroPoints: [0, 1] }],
  ])('%s are refused', (_, more) =>
    expect(() =>
      run(
        layer(CONV, image([1, 1, 1, 2]), { shape: [2, 1, 1, 2], data: [1, 0, 0, 1], ...more }, [1, 1, 1, 2]),
        [1, 1],
      ),
    ).toThrow('weights net/w have zero points, or scales that do not fit their shape'),
  );
});
